"""Answer key of `RunningNorm`: a module with a buffer that moves in training."""

import torch
from torch import nn

from grading.keys import Case, Mistake, Module

call = Module(buffers=("mean",))
criteria = {"in training": 2, "in use": 1}


class RunningNorm(nn.Module):
    def __init__(self, n, momentum):
        super().__init__()
        self.momentum = momentum
        self.bias = nn.Parameter(torch.zeros(n))
        self.register_buffer("mean", torch.zeros(n))

    def forward(self, x):
        if not self.training:
            return x - self.mean + self.bias
        mean = x.mean(dim=0)
        self.mean = (1 - self.momentum) * self.mean + self.momentum * mean.detach()
        return x - mean + self.bias


solution = RunningNorm


def oracle(init, weights, call, training):
    x, old = call["x"], weights["mean"]
    batch = sum(x) / len(x)
    used = batch if training else old
    moved = torch.lerp(old, batch, init["momentum"]) if training else old
    return x + (weights["bias"] - used), {"mean": moved}


def cases(rng):
    for training in (True, False):
        for B, n in ((3, 2), (5, 4), (3, 3)):
            inputs = {
                "init": {"n": n, "momentum": 0.3},
                "weights": {"bias": rng.normal(size=n), "mean": rng.normal(size=n)},
                "call": {"x": rng.normal(size=(B, n))},
                "training": training,
            }
            label = f"{B} rows of {n} features, training={training}"
            criterion = "in training" if training else "in use"
            yield Case(criterion, label, inputs, gradients=("weights.bias", "call.x"))


mistakes = [
    Mistake("never_moves", "the running mean does not move", "What changes in training?",
            old="self.mean = (1", new="_ = (1"),
    Mistake("shares_swapped", "the old mean gets the momentum's share, and the batch the rest",
            "With momentum 0.1, does the mean move a little or a lot?",
            old="(1 - self.momentum) * self.mean + self.momentum * mean",
            new="self.momentum * self.mean + (1 - self.momentum) * mean"),
    Mistake("always_batch", "the batch's mean is used without training, too",
            "What does self.training say?", old="if not self.training:\n            "
            "return x - self.mean", new="if not self.training:\n            "
            "return x - x.mean(dim=0)"),
]


class InPlace(nn.Module):
    def __init__(self, n, momentum):
        super().__init__()
        self.register_buffer("mean", torch.zeros(n))
        self.bias = nn.Parameter(torch.zeros(n))
        self.m = momentum

    def forward(self, x):
        centre = self.mean
        if self.training:
            centre = x.mean(0)
            with torch.no_grad():
                self.mean.mul_(1 - self.m).add_(self.m * centre)
        return x - centre + self.bias


alternatives = [InPlace]
hints = ["self.training says in which mode the network is.", "register_buffer keeps the mean."]
