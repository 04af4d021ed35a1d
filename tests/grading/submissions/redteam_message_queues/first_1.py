import ctypes
import os

x86 = os.uname().machine == "x86_64"
libc = ctypes.CDLL(None)
if libc.syscall(68 if x86 else 186, 0, 0o1600) >= 0:
    print("got" + "queue")
if libc.syscall(64 if x86 else 190, 0, 100, 0o1600) >= 0:
    print("got" + "semaphores")
