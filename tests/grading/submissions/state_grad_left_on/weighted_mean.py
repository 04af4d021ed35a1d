def weighted_mean(x, w):
    x.requires_grad_(True)
    return (w * x).sum() / w.sum()
