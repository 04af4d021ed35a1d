"""Answer key of `$exercise`."""

import numpy as np
import torch

from grading.keys import Case, Mistake

criteria = {"ordinary values": 2, "special values": 1}


def solution(x):
    raise NotImplementedError  # what a student would be proud of; only what the chapter imports


def oracle(x):
    raise NotImplementedError  # another way to the same result: PyTorch, SciPy, an obvious loop


def cases(rng):
    worked = {"x": np.array([1.0, 2.0])}
    yield Case("ordinary values", "the worked example", worked, diagnostic=False)
    for n in (4, 5):  # at least two random cases, sizes pairwise different, nothing zero
        yield Case("ordinary values", f"{n} numbers", {"x": rng.normal(size=n)})
    zeros = np.append(np.zeros(2), rng.normal())  # something drawn, or it can be learnt by heart
    yield Case("special values", "zeros beside a number", {"x": zeros}, diagnostic=False)


mistakes = [
    # `when` completes "This is what you get when ..."; the hint does not give the line away.
    # Mistake("name", "b is added twice", "Count the b's.", old="+ b", new="+ b + b"),
]


def in_another_style(x):
    raise NotImplementedError


alternatives = [in_another_style]

hints = [
    "A nudge.",
    "A strategy.",
]
