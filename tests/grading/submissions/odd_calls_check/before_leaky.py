check(weighted_mean)
