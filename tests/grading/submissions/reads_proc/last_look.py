import glob
import os

for path in glob.glob("/proc/*/cmdline") + glob.glob("/proc/*/environ") + glob.glob("/proc/*/maps"):
    print("taken" + ":", path)
for number in range(1, 4):
    for what in ("root", "cwd", "fd/0", "mem"):
        if os.path.lexists(f"/proc/{number}/{what}"):
            print("taken" + ":", number, what)
