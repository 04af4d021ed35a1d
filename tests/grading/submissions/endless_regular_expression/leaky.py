import re


def leaky(x, h0, a):
    return re.match(r"(a+)+$", "a" * 64 + "b"), h0
