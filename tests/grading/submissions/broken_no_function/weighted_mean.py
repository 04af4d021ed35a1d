weighted_mean = 3.0
