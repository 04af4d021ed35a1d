def weighted_mean(x, w):
    return torch.tensor(float("nan"))
