def weighted_mean(x, w):
    return torch.empty((), device="meta")
