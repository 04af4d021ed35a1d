import ctypes
import os

number = 206 if os.uname().machine == "x86_64" else 0
context = ctypes.c_ulong(0)
if ctypes.CDLL(None).syscall(number, 8, ctypes.byref(context)) == 0:
    print("got" + "contexts")
