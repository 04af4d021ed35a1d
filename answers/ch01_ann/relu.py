"""Answer key of `relu`: the rectifier (Glorot, Bordes and Bengio, 2011)."""

import numpy as np
from torch import nn

from grading.keys import Case, Mistake

forbidden = ("torch.relu", "torch.relu_", "functional.relu", "nn.ReLU", "z.relu")
criteria = {
    "below and above 0": 2,
    "0, and +1000 and -1000": 1,
}


def solution(z):
    return z.clamp(min=0)


def oracle(z):
    return nn.ReLU()(z)


def cases(rng):
    sides, special = criteria
    yield Case(sides, "z = -2, 0, 2", {"z": np.array([-2.0, 0.0, 2.0])}, False)
    for n in (5, 3, 6):
        z = rng.uniform(0.3, 2.8, size=n) * rng.permutation([1, -1] * 3)[:n]
        z[:2] = rng.uniform(1.2, 2.8), -rng.uniform(1.2, 2.8)
        yield Case(sides, f"{n} numbers up to 2.8", {"z": rng.permutation(z)})
    far = 1000 * np.array([0, 1, -1, *rng.choice([-1, 1], size=3)])
    yield Case(special, "0, +1000 and -1000", {"z": rng.permutation(far).astype(float)}, False)


mistakes = (
    Mistake(
        "absolute",
        "the absolute value is returned",
        "What does relu say to -3: 3 or 0?",
        old="z.clamp(min=0)",
        new="z.abs()",
    ),
    Mistake(
        "upside_down",
        "what is below 0 is kept and what is above is cut off",
        "A rectifier lets the positive half pass. Which bound is 0, the lower or the upper?",
        old="clamp(min=0)",
        new="clamp(max=0)",
    ),
    Mistake(
        "leaky",
        "a hundredth of the negative numbers is let through",
        "That is the leaky relu, a cousin. What does the plain one make of -2?",
        old="z.clamp(min=0)",
        new="z.clamp(min=0) + 0.01 * z.clamp(max=0)",
    ),
    Mistake(
        "capped",
        "the result is cut off at 1 as well",
        "Only the sigmoid ends at 1. What is relu of 2?",
        old="clamp(min=0)",
        new="clamp(0, 1)",
    ),
    Mistake(
        "step",
        "the step is returned: 1 above 0, whatever the size",
        "relu keeps what is positive as it is. What is relu of 2?",
        old="z.clamp(min=0)",
        new="(z > 0).to(z.dtype)",
    ),
    Mistake(
        "from_one",
        "everything below 1 is raised to 1",
        "Which number stands beside z in max(z, ...)?",
        old="min=0",
        new="min=1",
    ),
)


def one_by_one(z):
    return [max(v, 0.0) for v in z.tolist()]


def half_the_sum(z):
    return (z + z.abs()) / 2


def masked(z):
    return z * (z > 0)


alternatives = (one_by_one, half_the_sum, masked)

hints = (
    "Each entry is compared with 0, and the larger of the two is kept.",
    "torch.where(condition, a, b) takes a where the condition holds, else b. Or look up what "
    "clamp does.",
)
