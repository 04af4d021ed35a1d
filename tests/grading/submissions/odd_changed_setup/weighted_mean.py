def weighted_mean(x, w):
    return torch.as_tensor(np.average(x, weights=w))
