def smooth(x, k):
    m = len(k)
    with ThreadPoolExecutor(2) as pool:
        sums = pool.map(lambda i: (x[i : i + m] * k).sum(), range(len(x) - m + 1))
        return torch.stack(list(sums))
