def weighted_mean(x, w):
    return float((w * x).sum() / w.sum())
