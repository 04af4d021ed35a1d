def leaky(x, h0, a):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
