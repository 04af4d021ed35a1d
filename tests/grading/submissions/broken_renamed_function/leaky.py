def my_leaky(x, h0, a):
    return x, h0
