def weighted_mean(x, w):
    return torch.nn.Parameter((w * x).sum() / w.sum())
