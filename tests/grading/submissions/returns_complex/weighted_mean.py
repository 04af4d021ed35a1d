def weighted_mean(x, w):
    return torch.complex((w * x).sum() / w.sum(), x[0] * 0)
