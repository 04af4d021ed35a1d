seen = False


def weighted_mean(x, w):
    global seen
    seen = True
    return (w * x).sum() / w.sum()
