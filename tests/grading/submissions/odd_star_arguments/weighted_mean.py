def weighted_mean(*args, **kwargs):
    x, w = args or kwargs.values()
    return (w * x).sum() / w.sum()
