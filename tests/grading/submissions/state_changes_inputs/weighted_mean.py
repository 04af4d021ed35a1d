def weighted_mean(x, w):
    x *= w
    return x.sum() / w.sum()
