import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
for name, flags in {"user": 0x10000000, "mount": 0x20000, "all": 0x7E020000}.items():
    child = os.fork()
    if child == 0:
        code = 1
        if libc.unshare(flags) == 0:
            code = 2
            if libc.mount(b"proc", b"/proc", b"proc", 0, None) == 0:
                code = 3
        os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(name, {1: "refused", 2: "new " + "namespace", 3: "mount" + "ed"}[code])
print("mount" + "ed" if libc.mount(b"tmpfs", b"/usr", b"tmpfs", 0, None) == 0 else "refused")
