import sys


def leaky(x, h0, a):
    def deep(n):
        return [*map(deep, [n])]
    
    sys.setrecursionlimit(10**9)
    return deep(0), h0
