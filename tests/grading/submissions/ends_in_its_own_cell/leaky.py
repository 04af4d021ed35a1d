import os

os._exit(1)


def leaky(x, h0, a):
    return x, h0
