def smooth(x, k):
    n, m = len(x), len(k)
    return [float((x[i : i + m] * k).sum()) for i in range(n - m + 1)]
