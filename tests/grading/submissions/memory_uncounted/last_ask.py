import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
try:
    print("taken" + ":", "memfd", os.memfd_create("court_trace"))
except OSError as error:
    print(error)
segment = libc.shmget(0xC0047, 2**20, 0o1666)
print("taken" + ":" if segment >= 0 else os.strerror(ctypes.get_errno()))
