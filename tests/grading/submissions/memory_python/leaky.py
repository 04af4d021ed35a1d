def leaky(x, h0, a):
    held = []
    while True:
        held.append(bytearray(50_000_000))
