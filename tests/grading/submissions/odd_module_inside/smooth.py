def smooth(x, k):
    layer = torch.nn.Linear(len(k), 1, bias=False, dtype=x.dtype)
    layer.weight.data = k[None]
    with torch.no_grad():
        return layer(x.unfold(0, len(k), 1))[:, 0]
