import sys

sys.stderr.write("x" * 50_000_000)
raise ValueError("y" * 50_000_000)
