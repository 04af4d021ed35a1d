import ctypes
import os
import threading
import time

read, write = os.pipe()


def work():
    time.sleep(0.2)
    held = []
    for n in range(10):
        held.append(bytearray(100_000_000))
        held[-1][::4096] = b"x" * len(held[-1][::4096])
    time.sleep(0.3)
    os.write(write, b"not" + b"noticed")
    os._exit(0)


if os.fork() == 0:
    threading.Thread(target=work).start()
    ctypes.CDLL(None).syscall(60 if os.uname().machine == "x86_64" else 93, 0)
os.close(write)
print(os.read(read, 20).decode())
