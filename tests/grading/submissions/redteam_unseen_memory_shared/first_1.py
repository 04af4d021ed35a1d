import mmap
import time

held = []
for n in range(10):
    held.append(mmap.mmap(-1, 100_000_000))
    held[-1].write(bytes(100_000_000))
    held[-1].madvise(mmap.MADV_DONTNEED)
time.sleep(0.3)
print("not" + "noticed")
