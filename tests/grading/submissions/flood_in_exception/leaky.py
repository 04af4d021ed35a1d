def leaky(x, h0, a):
    raise type("E" * 10**6, (Exception,), {})("y" * 50_000_000)
