import mmap


def leaky(x, h0, a):
    held = []
    while True:
        held.append(mmap.mmap(-1, 50_000_000))
        held[-1].write(b"x" * 50_000_000)
