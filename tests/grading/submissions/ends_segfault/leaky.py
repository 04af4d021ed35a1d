import ctypes


def leaky(x, h0, a):
    return ctypes.string_at(0), h0
