import os


def leaky(x, h0, a):
    os.abort()
