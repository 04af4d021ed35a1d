import mmap
import time

held = []
with open("/dev/zero", "r+b", buffering=0) as zero:
    for n in range(10):
        held.append(mmap.mmap(zero.fileno(), 100_000_000))
        held[-1].write(bytes(100_000_000))
        held[-1].madvise(mmap.MADV_DONTNEED)
time.sleep(0.3)
print("not" + "noticed")
