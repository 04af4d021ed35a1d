from typing import NamedTuple


class Memory(NamedTuple):
    H: torch.Tensor
    last: torch.Tensor


def leaky(x, h0, a):
    h, H = h0, []
    for x_t in x:
        match a:
            case a_:
                h = a_ * h + (1 - a_) * x_t
        H.append(h)
    return Memory(torch.stack(H), h)
