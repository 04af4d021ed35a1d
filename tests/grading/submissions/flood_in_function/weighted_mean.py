def weighted_mean(x, w):
    for _ in range(500):
        print("x" * 100_000)
    return (w * x).sum() / w.sum()
