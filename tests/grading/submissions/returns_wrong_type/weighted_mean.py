def weighted_mean(x, w):
    return str(((w * x).sum() / w.sum()).item())
