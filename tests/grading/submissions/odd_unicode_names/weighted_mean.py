def weighted_mean(x, w):
    Σw = w.sum()
    größe = (w * x).sum()
    μ̂ = größe / Σw
    return μ̂
