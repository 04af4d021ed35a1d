def leaky(x, h0, a):
    held = []
    while True:
        held.append(torch.ones(10_000_000))
