def weighted_mean(x, w):
    torch.set_num_threads(16)
    torch.manual_seed(2)
    torch.set_default_dtype(torch.float16)
    return (w * x).sum() / w.sum()
