import subprocess
import sys

subprocess.run(["ls", "-l"], check=True)
answer = subprocess.run([sys.executable, "-c", "print(6 * 7)"], capture_output=True, text=True)
assert answer.stdout == "42\n", answer.stderr
