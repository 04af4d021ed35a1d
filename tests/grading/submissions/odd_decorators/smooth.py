@torch.no_grad()
def smooth(x, k):
    return x.unfold(0, len(k), 1) @ k
