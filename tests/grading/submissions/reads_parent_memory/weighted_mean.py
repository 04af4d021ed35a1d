def weighted_mean(x, w):
    return spy()
