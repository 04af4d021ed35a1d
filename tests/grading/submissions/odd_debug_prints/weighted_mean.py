def weighted_mean(x, w):
    print("x", x, "w", w)
    return (w * x).sum() / w.sum()
