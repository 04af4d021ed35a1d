def weighted_mean(x, w):
    while True:
        pass
