def weighted_mean(values, weights):
    return (values * weights).sum() / weights.sum()
