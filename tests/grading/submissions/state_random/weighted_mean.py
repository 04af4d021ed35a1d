def weighted_mean(x, w):
    return (w * x).sum() / w.sum() + 0.1 * torch.randn(())
