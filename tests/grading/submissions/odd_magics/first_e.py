?torch.ones
