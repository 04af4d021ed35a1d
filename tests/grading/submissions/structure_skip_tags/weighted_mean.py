def weighted_mean(x, w):
    return (w * x).sum() / len(w)
