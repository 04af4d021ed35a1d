"""Answer key of `$exercise`."""

import torch
from torch import nn

from grading.keys import Case, Mistake, Module

call = Module()
criteria = {"outputs": 2, "gradients": 1}


class Solution(nn.Module):
    def __init__(self, n_in, n_out):
        raise NotImplementedError  # what a student would be proud of

    def forward(self, x):
        raise NotImplementedError


solution = Solution


def oracle(init, weights, call):
    raise NotImplementedError  # another way to the same result, from weights["layer.weight"] ...


def cases(rng):
    for B, n_in, n_out in ((4, 2, 3), (2, 4, 5), (3, 3, 3)):  # sizes pairwise different, one square
        inputs = {
            "init": {"n_in": n_in, "n_out": n_out},
            "weights": {
                "layer.weight": rng.normal(size=(n_out, n_in)),
                "layer.bias": rng.normal(size=n_out),
            },
            "call": {"x": rng.normal(size=(B, n_in))},
        }
        label = f"{B} rows, {n_in} inputs, {n_out} outputs"
        yield Case("outputs", label, inputs)
        yield Case("gradients", f"gradients, {label}", inputs, gradients=("weights.layer.weight",))


mistakes = [
    # `when` completes "This is what you get when ..."; the hint does not give the line away.
    # Mistake("name", "the layer is called twice", "Count the calls.", old="...", new="..."),
]


class InAnotherStyle(nn.Module):
    def __init__(self, n_in, n_out):
        raise NotImplementedError

    def forward(self, x):
        raise NotImplementedError


alternatives = [InAnotherStyle]

hints = [
    "A nudge.",
    "A strategy.",
]
