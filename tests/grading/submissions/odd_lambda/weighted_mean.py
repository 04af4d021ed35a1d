weighted_mean = lambda x, w: (w * x).sum() / w.sum()
