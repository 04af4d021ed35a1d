"""Answer key of `tanh`: the hyperbolic tangent, safe for inputs of any size."""

import numpy as np
import torch
from torch import nn

from grading.keys import Case, Mistake

forbidden = (
    "torch.tanh",
    "functional.tanh",
    "nn.Tanh",
    "np.tanh",
    "math.tanh",
    "z.tanh",
    "torch.sigmoid",
    "functional.sigmoid",
    "nn.Sigmoid",
    "special.expit",
    "z.sigmoid",
)
criteria = {
    "below and above 0": 2,
    "0, and +-400 and +-1000": 2,
}


def solution(z):
    e = torch.exp(-2 * z.abs())  # between 0 and 1: cannot overflow
    return torch.sign(z) * (1 - e) / (1 + e)


def oracle(z):
    return nn.Tanh()(z)


def cases(rng):
    sides, special = criteria
    yield Case(sides, "z = -2, 0, 2", {"z": np.array([-2.0, 0.0, 2.0])}, False)
    for n in (5, 3, 6):
        z = rng.uniform(0.3, 1.8, size=n) * rng.permutation([1, -1] * 3)[:n]
        z[:2] = rng.uniform(0.7, 1.8), -rng.uniform(0.7, 1.8)
        yield Case(sides, f"{n} numbers up to 1.8", {"z": rng.permutation(z)})
    far = 1000 * np.array([0, 1, -1, *rng.choice([-1, 1], size=3)])
    yield Case(special, "0, +1000 and -1000", {"z": rng.permutation(far).astype(float)}, False)
    z = rng.uniform(360, 700) * np.array([-1.0, 1.0])
    yield Case(special, "+400 and -400 or so", {"z": z}, False)


mistakes = (
    Mistake(
        "half",
        "the formula is written with e^-z where it has e^-2z",
        "Yours is tanh(z/2). Compare at z = 2: tanh is 0.9640 there.",
        old="-2 * z.abs()",
        new="-z.abs()",
    ),
    Mistake(
        "even",
        "the sign of z is lost, so that negative numbers come out positive",
        "tanh(-z) = -tanh(z). What does your formula know about the sign of z?",
        old="torch.sign(z) * ",
        new="",
    ),
    Mistake(
        "turned",
        "the sign is the wrong way round, so that the curve falls",
        "tanh(2) is positive. Which exponents have a minus, in numerator and denominator?",
        old="torch.sign(z) * ",
        new="-torch.sign(z) * ",
    ),
    Mistake(
        "is_sigmoid",
        "the sigmoid is returned for tanh",
        "Both are S-shaped. Which of them is 0 at 0?",
        old="torch.sign(z) * (1 - e) / (1 + e)",
        new="1 / (1 + torch.exp(-z))",
    ),
    Mistake(
        "no_denominator",
        "the denominator is missing",
        "The formula is a quotient: what stands under 1 - e^-2z?",
        old=" / (1 + e)",
        new="",
    ),
    Mistake(
        "its_slope",
        "the slope of tanh is returned",
        "1 - tanh^2 is how fast it rises. The exercise asks for tanh itself.",
        old="torch.sign(z) * (1 - e) / (1 + e)",
        new="4 * e / (1 + e) ** 2",
    ),
)


def one_by_one(z):
    def at(v):
        e = np.exp(-2 * abs(v))
        return np.sign(v) * (1 - e) / (1 + e)

    return [at(v) for v in z.tolist()]


def from_the_sigmoid(z):
    return 2 / (1 + torch.exp(-2 * z)) - 1


def two_sides(z):
    e = torch.exp(-2 * z.clamp(min=0))
    f = torch.exp(2 * z.clamp(max=0))
    return torch.where(z > 0, (1 - e) / (1 + e), (f - 1) / (f + 1))


alternatives = (one_by_one, from_the_sigmoid, two_sides)

hints = (
    "Write the formula as it stands first, and see which cases hold NaN: in those, which power "
    "of e is too large for a float?",
    "The left form of the formula is safe for z > 0, the right one for z < 0. torch.where "
    "chooses, but computes both sides: a power that overflows on the side that is not taken does "
    "no harm to the values.",
    "Or: e = torch.exp(-2 * z.abs()) never exceeds 1. Compute tanh of the absolute value with it; "
    "where does the sign of z come back in?",
)
