def weighted_mean(x, w):
    log.warning("called with %s", x)
    return (w * x).sum() / w.sum()
