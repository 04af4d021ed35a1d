import os


def leaky(x, h0, a):
    for _ in range(50):
        os.write(1, b"x" * 2**20)
        os.write(2, b"x" * 2**20)
    h, H = h0, []
    for x_t in x:
        h = a * h + (1 - a) * x_t
        H.append(h)
    return torch.stack(H), h
