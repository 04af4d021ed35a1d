data = torch.ones(28_000_000, dtype=torch.float64)
more = data + 1
