def weighted_mean(x, w):
    warnings.warn("take care", stacklevel=2)
    print("take care", file=sys.stderr)
    np.log(np.zeros(1))
    return torch.tensor((w * x).sum() / w.sum())
