def leaky(x, h0, a):
    pass
