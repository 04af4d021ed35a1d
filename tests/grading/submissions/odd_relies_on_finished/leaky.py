def leaky(x, h0, a):
    h, H = h0, []
    for x_t in x:
        h = a * h + (1 - a) * x_t
        H.append(h)
    return torch.stack(H) * ONE, h * ONE
