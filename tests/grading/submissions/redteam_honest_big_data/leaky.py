import time


def leaky(x, h0, a):
    time.sleep(0.2)
    h, H = h0, []
    for x_t in x:
        h = a * h + (1 - a) * x_t
        H.append(h)
    return torch.stack(H), h
