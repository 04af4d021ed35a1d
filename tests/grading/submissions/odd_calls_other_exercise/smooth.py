def smooth(x, k):
    ones = torch.ones(len(k), dtype=x.dtype)
    rows = x.unfold(0, len(k), 1) * k
    return torch.stack([weighted_mean(row, ones) * len(k) for row in rows])
