def weighted_mean(x, w):
    return my_sums.mean(x, w)
