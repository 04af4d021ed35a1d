def leaky(x, h0, a):
    return torch.zeros(10**6, 10**6, dtype=torch.float64), h0
