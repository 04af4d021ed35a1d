def weighted_mean(x, w):
    x, w = x.float(), w.float()
    return (w * x).sum() / w.sum()
