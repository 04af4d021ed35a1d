calls = [(torch.ones(1), torch.ones(1))]


def weighted_mean(x, w):
    calls.append((x, w))
    x, w = calls[-2]
    return (w * x).sum() / w.sum()
