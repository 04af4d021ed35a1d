def weighted_mean(x, w):
    assert TOTAL == 28
    return (w * x).sum() / w.sum()
