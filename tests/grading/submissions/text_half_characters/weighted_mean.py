def weighted_mean(x, w):
    raise ValueError("half \ud800 a character")
