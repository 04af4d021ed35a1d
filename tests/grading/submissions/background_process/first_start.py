import subprocess
import sys

subprocess.Popen(
    [sys.executable, "-c", "import time; time.sleep(1000)  # court_trace"], start_new_session=True
)
