"""Answer key of `sigmoid`: the logistic function, safe for inputs of any size."""

import numpy as np
import torch
from torch import nn

from grading.keys import Case, Mistake

forbidden = (
    "torch.sigmoid",
    "functional.sigmoid",
    "nn.Sigmoid",
    "special.expit",
    "z.sigmoid",
    "torch.tanh",
    "np.tanh",
    "math.tanh",
    "z.tanh",
    "functional.logsigmoid",
)
criteria = {
    "below and above 0": 2,
    "0, and +1000 and -1000": 2,
}


def solution(z):
    e = torch.exp(-z.abs())  # between 0 and 1: cannot overflow
    return torch.where(z >= 0, 1 / (1 + e), e / (1 + e))


def oracle(z):
    return nn.Sigmoid()(z)


def cases(rng):
    sides, special = criteria
    yield Case(sides, "z = -2, 0, 2", {"z": np.array([-2.0, 0.0, 2.0])}, False)
    for n in (5, 3, 6):
        z = rng.uniform(0.3, 2.5, size=n) * rng.permutation([1, -1] * 3)[:n]
        z[:2] = rng.uniform(1.1, 2.5), -rng.uniform(1.1, 2.5)
        yield Case(sides, f"{n} numbers up to 2.5", {"z": rng.permutation(z)})
    far = 1000 * np.array([0, 1, -1, *rng.choice([-1, 1], size=3)])
    yield Case(special, "0, +1000 and -1000", {"z": rng.permutation(far).astype(float)}, False)


mistakes = (
    Mistake(
        "mirrored",
        "the curve falls from 1 to 0, since the exponent has lost its minus",
        "For a large z the sigmoid must be near 1. Which way does yours run?",
        old="z >= 0",
        new="z <= 0",
    ),
    Mistake(
        "never_above_half",
        "e^-|z| / (1 + e^-|z|) is taken on both sides of 0",
        "That never exceeds one half. What is the sigmoid of a large positive z?",
        old="torch.where(z >= 0, 1 / (1 + e), e / (1 + e))",
        new="e / (1 + e)",
    ),
    Mistake(
        "never_below_half",
        "1 / (1 + e^-|z|) is taken on both sides of 0",
        "The sigmoid of -2 is below one half. Where does the sign of z come back in?",
        old="torch.where(z >= 0, 1 / (1 + e), e / (1 + e))",
        new="1 / (1 + e)",
    ),
    Mistake(
        "twice_as_steep",
        "e^-2z is taken where the formula has e^-z",
        "The 2 belongs to tanh. What is the exponent here?",
        old="torch.exp(-z.abs())",
        new="torch.exp(-2 * z.abs())",
    ),
    Mistake(
        "is_tanh",
        "the curve runs from -1 to 1, as tanh does",
        "Both are S-shaped. Which of them can be a probability?",
        old="torch.where(z >= 0, 1 / (1 + e), e / (1 + e))",
        new="torch.sign(z) * (1 - e**2) / (1 + e**2)",
    ),
    Mistake(
        "its_slope",
        "the slope of the sigmoid is returned",
        "p (1 - p) is how fast it rises. The exercise asks for p.",
        old="torch.where(z >= 0, 1 / (1 + e), e / (1 + e))",
        new="e / (1 + e) ** 2",
    ),
)


def one_by_one(z):
    return [1 / (1 + np.exp(-v)) if v >= 0 else np.exp(v) / (1 + np.exp(v)) for v in z.tolist()]


def in_one_line(z):
    return 1 / (1 + torch.exp(-z))  # e^1000 is infinite, and 1/infinity is the right 0


alternatives = (one_by_one, in_one_line)

hints = (
    "Write the formula as it stands. If the check says NaN, you wrote it with e^z above and below "
    "the line, and infinity was divided by infinity.",
    "1 / (1 + e^-z) has one power only, and 1 divided by infinity is 0. What goes wrong is "
    "e^z / (1 + e^z) for a large z: multiply numerator and denominator by e^-z.",
)

excused_mutants = {
    "return torch.where(z >= 0, 1 / (1 + e), e / (1 + e)): GtE to Gt": "both forms are 1/2 at 0",
}
