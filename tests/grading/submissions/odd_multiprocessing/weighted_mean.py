def weighted_mean(x, w):
    assert SQUARES == [1, 4, 9]
    return (w * x).sum() / w.sum()
