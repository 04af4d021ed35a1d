"""Answer key of `activation`: step, sigmoid, relu and tanh, safe for inputs of any size."""

import numpy as np
import torch
from torch import nn

from grading.keys import Case, Mistake

forbidden = ("torch.sigmoid", "torch.tanh", "functional.sigmoid", "functional.tanh", "nn.Sigmoid",
             "nn.Tanh", "np.tanh", "math.tanh", "special.expit", "z.sigmoid", "z.tanh")
criteria = {
    "step": 1,
    "relu": 1,
    "sigmoid": 1,
    "tanh": 1,
    "inputs of +1000 and -1000": 2,
}


def solution(z, kind):
    if kind == "step":
        return (z >= 0).to(z.dtype)
    if kind == "relu":
        return z.clamp(min=0)
    e = torch.exp(-z.abs())  # between 0 and 1: cannot overflow
    if kind == "sigmoid":
        return torch.where(z >= 0, 1 / (1 + e), e / (1 + e))
    return torch.sign(z) * (1 - e**2) / (1 + e**2)


def oracle(z, kind):
    if kind == "step":
        return torch.heaviside(z, torch.ones_like(z))
    return {"relu": nn.ReLU(), "sigmoid": nn.Sigmoid(), "tanh": nn.Tanh()}[kind](z)


KINDS = ("step", "relu", "sigmoid", "tanh")


def cases(rng):
    *_, far = criteria
    for kind in KINDS:
        worked = {"z": np.array([-2.0, 0.0, 2.0]), "kind": kind}
        yield Case(kind, f"z = -2, 0, 2 with kind={kind!r}", worked, False)
    long = rng.uniform(1.1, 2.5, size=6) * np.array([1, -1, 1, -1, 1, -1])
    long[2], long[4] = rng.uniform(0.3, 0.7), 0.0  # 0 is on the border
    short = rng.uniform(1.1, 1.9, size=4) * np.array([-1, 1, -1, 1])
    short[1] = 0.0
    for kind in KINDS:
        yield Case(kind, f"6 numbers up to 2.5, kind={kind!r}", {"z": long, "kind": kind})
        yield Case(kind, f"4 numbers up to 1.9, kind={kind!r}", {"z": short, "kind": kind})
    for kind in KINDS:
        signs = rng.choice([-1.0, 1.0], size=5)
        signs[:2] = 1, -1
        yield Case(far, f"+1000 and -1000 with kind={kind!r}",
                   {"z": 1000 * signs, "kind": kind}, False)
    z = rng.uniform(300, 700) * np.array([-1.0, 1.0])
    yield Case(far, "+400 and -400 or so with kind='tanh'", {"z": z, "kind": "tanh"}, False)


mistakes = (
    Mistake("step_at_zero", "the step is 0 at z = 0",
        "The step is 1 from 0 on, 0 included. Which comparison says that?",
        old="(z >= 0).to", new="(z > 0).to"),
    Mistake("step_minus_one", "the step jumps from -1 to 1",
        "That is the sign. This step says no with 0 and yes with 1.",
        old="(z >= 0).to(z.dtype)", new="2 * (z >= 0).to(z.dtype) - 1"),
    Mistake("step_turned", "the step is 1 below 0 and 0 above",
        "A neuron fires when its sum is large. Which side is yours on?",
        old="(z >= 0).to", new="(z <= 0).to"),
    Mistake("relu_absolute", "relu gives the absolute value",
        "What does relu say to -3: 3 or 0?",
        old="z.clamp(min=0)", new="z.abs()"),
    Mistake("relu_upside_down", "relu keeps what is below 0 and cuts off what is above",
        "A rectifier lets the positive half pass. Which bound is 0, the lower or the upper?",
        old="clamp(min=0)", new="clamp(max=0)"),
    Mistake("relu_leaky", "relu lets a hundredth of the negative numbers through",
        "That is the leaky relu, a cousin. What does the plain one make of -2?",
        old="z.clamp(min=0)", new="torch.where(z > 0, z, 0.01 * z)"),
    Mistake("relu_capped", "relu is cut off at 1 as well",
        "Only the sigmoid ends at 1. What is relu of 2?",
        old="clamp(min=0)", new="clamp(0, 1)"),
    Mistake("sigmoid_mirrored", "the sigmoid falls from 1 to 0, since the exponent has lost its "
        "minus",
        "For a large z the sigmoid must be near 1. Which way does yours run?",
        old="torch.where(z >= 0, 1 / (1 + e), e / (1 + e))",
        new="torch.where(z <= 0, 1 / (1 + e), e / (1 + e))"),
    Mistake("sigmoid_small", "e^-|z| / (1 + e^-|z|) is taken on both sides of 0",
        "That never exceeds one half. What is the sigmoid of a large positive z?",
        old="torch.where(z >= 0, 1 / (1 + e), e / (1 + e))", new="e / (1 + e)"),
    Mistake("sigmoid_symmetric", "1 / (1 + e^-|z|) is taken on both sides of 0",
        "The sigmoid of -2 is below one half. Where does the sign of z come back in?",
        old="torch.where(z >= 0, 1 / (1 + e), e / (1 + e))", new="1 / (1 + e)"),
    Mistake("tanh_half", "tanh is written with e^-z where the formula has e^-2z",
        "Yours is tanh(z/2). Compare at z = 2: tanh is 0.9640 there.",
        old="(1 - e**2) / (1 + e**2)", new="(1 - e) / (1 + e)"),
    Mistake("tanh_even", "tanh has lost its sign, so that negative numbers come out positive",
        "tanh(-z) = -tanh(z). What does your formula know about the sign of z?",
        old="torch.sign(z) * ", new=""),
    Mistake("tanh_is_sigmoid", "the sigmoid is returned for tanh",
        "Both are S-shaped. Which of them is 0 at 0?",
        old="torch.sign(z) * (1 - e**2) / (1 + e**2)",
        new="torch.where(z >= 0, 1 / (1 + e), e / (1 + e))"),
    Mistake("tanh_no_denominator", "tanh is missing its denominator",
        "The formula is a quotient: what stands under 1 - e^-2z?",
        old=" / (1 + e**2)", new=""),
)


def one_by_one(z, kind):
    def at(v):
        if kind == "step":
            return 1.0 if v >= 0 else 0.0
        if kind == "relu":
            return max(v, 0.0)
        if kind == "sigmoid":
            return 1 / (1 + np.exp(-v)) if v >= 0 else np.exp(v) / (1 + np.exp(v))
        e = np.exp(-2 * abs(v))
        return np.sign(v) * (1 - e) / (1 + e)

    return torch.tensor([at(v) for v in z.tolist()], dtype=z.dtype)


def from_the_sigmoid(z, kind):
    def sigmoid(v):
        return torch.exp(-torch.log1p(torch.exp(-v.clamp(-500, 500))))

    return {
        "step": (z >= 0) * 1.0,
        "relu": z * (z > 0),
        "sigmoid": sigmoid(z),
        "tanh": 2 * sigmoid(2 * z) - 1,
    }[kind]


alternatives = (one_by_one, from_the_sigmoid)

hints = (
    "Four branches, one a kind. Write the formulas down as they are first, and see which cases "
    "hold NaN: in those, which power of e is too large for a float?",
    "e^-z overflows for very negative z, and infinity divided by infinity is NaN. Multiply "
    "numerator and denominator by e^z: the same number, and no large power on that side.",
    "e = torch.exp(-z.abs()) never exceeds 1. Write each formula with e for positive z, and use "
    "sigmoid(-z) = 1 - sigmoid(z) and tanh(-z) = -tanh(z) for the other side; torch.where(z >= "
    "0, one, other) picks.",
)

excused_mutants = {
    "return torch.where(z >= 0, 1 / (1 + e), e / (1 + e)): GtE to Gt": "both forms are 1/2 at 0",
}
