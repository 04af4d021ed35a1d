"""Answer key of `weighted_mean`."""

import numpy as np

from grading.keys import Case, Mistake

criteria = {"any weights": 1, "one number": 1}


def solution(x, w):
    total = (w * x).sum()
    return total / w.sum()


def oracle(x, w):
    return np.average(x.numpy(), weights=w.numpy())


def cases(rng):
    ones = {"x": np.array([1.0, 2.0, 6.0]), "w": np.ones(3)}
    yield Case("any weights", "three numbers, weights 1", ones, diagnostic=False)
    for n in (4, 5):
        inputs = {"x": rng.normal(size=n), "w": rng.uniform(0.5, 2, size=n)}
        yield Case("any weights", f"{n} numbers", inputs)
    one = {"x": rng.normal(size=1), "w": np.array([4.0])}
    yield Case("one number", "one number", one, False)


mistakes = [
    Mistake(
        "by_n",
        "the sum is divided by n",
        "With weights 2 and 2 the mean must not double.",
        old="w.sum()",
        new="len(w)",
    ),
    Mistake(
        "unweighted",
        "the weights are left out above the line",
        "A number with weight 0 must not count.",
        old="(w * x)",
        new="x",
    ),
]


def dot(x, w):
    return float(w @ x) / float(w.sum())


alternatives = [dot]
hints = ["What does a weight of 2 stand for?", "Two copies of the number: in the sum, and in n."]
