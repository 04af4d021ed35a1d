"""Answer key of `smooth`."""

import numpy as np
import torch

from grading.keys import Case, Mistake

forbidden = ("F.conv1d",)
criteria = {"several numbers": 2, "a kernel as long as the signal": 1}


def solution(x, k):
    m = len(k)
    return torch.stack([(x[i : i + m] * k).sum() for i in range(len(x) - m + 1)])


def oracle(x, k):
    return torch.from_numpy(np.correlate(x.numpy(), k.numpy(), mode="valid"))


def cases(rng):
    for n, m in ((5, 2), (7, 3), (6, 4)):
        inputs = {"x": rng.normal(size=n), "k": rng.normal(size=m)}
        yield Case("several numbers", f"{n} numbers, a kernel of {m}", inputs)
    whole = {"x": rng.normal(size=3), "k": rng.normal(size=3)}
    yield Case("a kernel as long as the signal", "3 numbers, a kernel of 3", whole)


mistakes = [
    Mistake(
        "flipped",
        "the kernel is turned round",
        "That would be a convolution; here the kernel slides as it is.",
        old="* k)",
        new="* k.flip(0))",
    ),
    Mistake(
        "one_short",
        "the last place is left out",
        "How many places are there for a kernel as long as the signal?",
        old="- m + 1)",
        new="- m + (1 if len(x) == m else 0))",
    ),
]


def unfolded(x, k):
    return x.unfold(0, len(k), 1) @ k


alternatives = [unfolded]
hints = ["What stands below the kernel at place i?", "A slice of x as long as k, from i on."]
