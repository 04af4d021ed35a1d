from torch.nn import functional as nnf


def slide(x, k):
    return nnf.conv1d(x[None, None], k[None, None])[0, 0]
