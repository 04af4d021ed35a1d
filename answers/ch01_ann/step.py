"""Answer key of `step`: the threshold of McCulloch and Pitts (1943)."""

import numpy as np
import torch

from grading.keys import Case, Mistake

forbidden = ("torch.heaviside", "np.heaviside", "z.heaviside")
criteria = {
    "below and above 0": 1,
    "exactly 0": 1,
    "numbers very near to 0, and +1000 and -1000": 1,
}


def solution(z):
    return (z >= 0).to(z.dtype)


def oracle(z):
    return torch.heaviside(z, torch.ones_like(z))


def cases(rng):
    sides, border, special = criteria
    yield Case(border, "z = -2, 0, 2", {"z": np.array([-2.0, 0.0, 2.0])}, False)
    for n in (5, 3, 6):
        z = rng.uniform(0.2, 2.5, size=n) * rng.permutation([1, -1] * 3)[:n]
        z[:2] = rng.uniform(1.1, 2.5), -rng.uniform(1.1, 2.5)
        yield Case(sides, f"{n} numbers, none of them 0", {"z": rng.permutation(z)})
        z = np.insert(z, int(rng.integers(n + 1)), 0.0)
        yield Case(border, f"{n + 1} numbers, one of them 0", {"z": z})
    tiny = rng.uniform(1, 9, size=4) * 1e-12 * np.array([1, -1, 1, -1])
    yield Case(special, "4 numbers of some 1e-12", {"z": rng.permutation(tiny)}, False)
    far = 1000 * np.array([1, -1, *rng.choice([-1, 1], size=3)])
    yield Case(special, "+1000 and -1000", {"z": rng.permutation(far).astype(float)}, False)


mistakes = (
    Mistake(
        "strict",
        "the step is 0 at z = 0",
        "The step is 1 from 0 on, 0 included. Which comparison says that?",
        old=">= 0",
        new="> 0",
    ),
    Mistake(
        "sign",
        "the step jumps from -1 to 1",
        "That is the sign. This step says no with 0 and yes with 1.",
        old="(z >= 0).to(z.dtype)",
        new="2 * (z >= 0).to(z.dtype) - 1",
    ),
    Mistake(
        "turned",
        "the step is 1 below 0 and 0 above it",
        "A neuron fires when its sum is large. Which side is yours on?",
        old="z >= 0",
        new="z <= 0",
    ),
    Mistake(
        "half",
        "the step is one half at z = 0",
        "Some books do that. This step is 1 there: which line says what happens at 0?",
        old="(z >= 0).to(z.dtype)",
        new="(torch.sign(z) + 1) / 2",
    ),
    Mistake(
        "keeps_the_size",
        "what is above 0 keeps its size and is not made 1",
        "That is relu. A step knows two answers only, whatever the size of z.",
        old="(z >= 0).to(z.dtype)",
        new="z * (z >= 0).to(z.dtype)",
    ),
    Mistake(
        "from_one",
        "the step comes at 1 and not at 0",
        "Where does the curve jump: at which z?",
        old=">= 0",
        new=">= 1",
    ),
)


def one_by_one(z):
    return [1.0 if v >= 0 else 0.0 for v in z.tolist()]


def with_where(z):
    return torch.where(z < 0, torch.zeros_like(z), torch.ones_like(z))


alternatives = (one_by_one, with_where)

hints = (
    "Compare all entries with 0 at once: a tensor can stand on the left of a comparison.",
    "A comparison gives True and False. .to(z.dtype) or * 1.0 makes numbers of them; or let "
    "torch.where choose between ones and zeros.",
)
