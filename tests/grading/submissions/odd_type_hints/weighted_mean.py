from torch import Tensor


def weighted_mean(x: Tensor, w: Tensor, eps: float = 0.0) -> Tensor:
    """The mean of x, weighted by w.

    eps: nothing.
    """
    return (w * x).sum() / (w.sum() + eps)
