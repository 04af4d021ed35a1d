def leaky(x, h0, a):
    step, h, H = make_step(a), h0, []
    for x_t in x:
        h = step(h, x_t)
        H.append(h)
    return torch.stack(H), h
