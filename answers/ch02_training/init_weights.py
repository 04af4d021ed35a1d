"""Answer key of `init_weights`: Xavier and He initialisation (Glorot, 2010; He et al., 2015)."""

import math

import numpy as np
import torch

from grading.keys import Case, Mistake

forbidden = ("kaiming_normal_", "xavier_normal_")
criteria = {
    "he": 1,
    "xavier": 1,
    "one input, one output": 1,
}


def solution(noise, kind):
    n_out, n_in = noise.shape
    variance = 2 / n_in if kind == "he" else 2 / (n_in + n_out)
    return noise * math.sqrt(variance)


def oracle(noise, kind):
    """PyTorch's own gains and fans."""
    fan_in, fan_out = torch.nn.init._calculate_fan_in_and_fan_out(noise)
    if kind == "he":
        return noise * torch.nn.init.calculate_gain("relu") / fan_in**0.5
    return noise * torch.nn.init.calculate_gain("linear") / ((fan_in + fan_out) / 2) ** 0.5


def cases(rng):
    special = "one input, one output"
    example = np.ones((2, 8))
    for kind in ("he", "xavier"):
        yield Case(
            kind,
            f"all draws 1, 8 inputs, 2 outputs, {kind}",
            {"noise": example, "kind": kind},
            False,
        )
        for n_out, n_in in ((3, 5), (7, 4), (4, 4)):
            noise = {"noise": rng.normal(size=(n_out, n_in))}
            yield Case(kind, f"{n_in} inputs, {n_out} outputs, {kind}", noise | {"kind": kind})
        for shape, label in (((1, 6), "6 inputs, 1 output"), ((5, 1), "1 input, 5 outputs")):
            noise = {"noise": rng.normal(size=shape), "kind": kind}
            yield Case(special, f"{label}, {kind}", noise, False)


mistakes = (
    Mistake(
        "fans_swapped",
        "n_in and n_out are taken the wrong way round",
        "A weight matrix of PyTorch leads from columns to rows. Which side of the shape is n_in?",
        old="n_out, n_in = noise.shape",
        new="n_in, n_out = noise.shape",
    ),
    Mistake(
        "variance",
        "the draws are multiplied by the variance and not by its root",
        "Draws times 3 have standard deviation 3 and variance 9. What do you multiply by?",
        old="math.sqrt(variance)",
        new="variance",
    ),
    Mistake(
        "divided",
        "the draws are divided by the standard deviation and not multiplied",
        "The more inputs, the smaller the weights. Are yours smaller for more inputs?",
        old="noise * math.sqrt(variance)",
        new="noise / math.sqrt(variance)",
    ),
    Mistake(
        "two_missing",
        "he is taken with the variance 1 / n_in",
        "ReLU silences half of the sum. Which factor makes up for that?",
        old="2 / n_in if",
        new="1 / n_in if",
    ),
    Mistake(
        "not_the_mean",
        "xavier is taken with the variance 1 / (n_in + n_out)",
        "For n_in = n_out = n the mean of both is n, and the variance 1 / n. What is yours?",
        old="2 / (n_in + n_out)",
        new="1 / (n_in + n_out)",
    ),
    Mistake(
        "kinds_swapped",
        "he and xavier change places",
        "Which of the two looks at the outputs as well?",
        old='kind == "he"',
        new='kind != "he"',
    ),
    Mistake(
        "only_he",
        "he is used for both kinds",
        "Does your result change with kind?",
        old="else 2 / (n_in + n_out)",
        new="else 2 / n_in",
    ),
    Mistake(
        "uniform",
        "the bounds of the uniform distribution are used",
        "Books give two recipes: a bound for uniform draws, and a standard deviation for normal "
        "ones. The bound is larger by the root of 3.",
        old="math.sqrt(variance)",
        new="math.sqrt(3 * variance)",
    ),
)


def as_table(noise, kind):
    rows, columns = noise.size()
    fan = {"he": columns / 2, "xavier": (rows + columns) / 2}[kind]
    return noise / fan**0.5


def with_numpy(noise, kind):
    n_out, n_in = np.shape(noise)
    fan = n_in if kind == "he" else n_in + n_out
    return np.sqrt(2.0 / fan) * noise.numpy()


alternatives = (as_table, with_numpy)

hints = (
    "The shape tells both sizes: rows are where the weights lead, columns are where they come "
    "from. Work out the variance first.",
    "Draws with standard deviation 1, multiplied by s, have standard deviation s. The variance is "
    "the square of s.",
)
