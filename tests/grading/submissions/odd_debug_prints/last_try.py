print(weighted_mean(torch.ones(2), torch.ones(2)))
