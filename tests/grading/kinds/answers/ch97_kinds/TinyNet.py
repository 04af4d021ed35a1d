"""Answer key of `TinyNet`: an nn.Module with two layers."""

import torch
from torch import nn

from grading.keys import Case, Mistake, Module

call = Module()
criteria = {"outputs": 2, "gradients": 1}


class TinyNet(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__()
        self.hidden = nn.Linear(n_in, n_hidden)
        self.output = nn.Linear(n_hidden, n_out)

    def forward(self, x):
        h = torch.tanh(self.hidden(x))  # (B, n_hidden)
        return self.output(h)


solution = TinyNet


def oracle(init, weights, call):
    h = torch.tanh(x_w(call["x"], weights, "hidden"))
    return x_w(h, weights, "output")


def x_w(x, weights, name):
    return torch.einsum("bi,oi->bo", x, weights[f"{name}.weight"]) + weights[f"{name}.bias"]


def network(rng, B, n_in, n_hidden, n_out):
    return {
        "init": {"n_in": n_in, "n_hidden": n_hidden, "n_out": n_out},
        "weights": {
            "hidden.weight": rng.normal(size=(n_hidden, n_in)),
            "hidden.bias": rng.normal(size=n_hidden),
            "output.weight": rng.normal(size=(n_out, n_hidden)),
            "output.bias": rng.normal(size=n_out),
        },
        "call": {"x": rng.normal(size=(B, n_in))},
    }


def cases(rng):
    for sizes in ((4, 2, 3, 5), (2, 4, 5, 3), (3, 3, 3, 3)):
        label = "{} rows, {} inputs, {} hidden units, {} outputs".format(*sizes)
        case = network(rng, *sizes)
        yield Case("outputs", label, case)
        yield Case("gradients", f"gradients, {label}", case,
                   gradients=("weights.hidden.weight", "weights.output.bias", "call.x"))


mistakes = [
    Mistake("no_tanh", "the hidden units are not squashed", "What bends the line?",
            old="torch.tanh(self.hidden(x))", new="self.hidden(x)"),
    Mistake("tanh_output", "the output is squashed, too", "The output layer is linear.",
            old="return self.output(h)", new="return torch.tanh(self.output(h))"),
    Mistake("hidden_twice", "the hidden layer's output is squashed twice", "Count the tanh.",
            old="torch.tanh(self.hidden(x))", new="torch.tanh(torch.tanh(self.hidden(x)))"),
]


class InSequence(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__()
        self.output = nn.Linear(n_hidden, n_out)
        self.hidden = nn.Linear(n_in, n_hidden)

    def forward(self, x):
        return nn.Sequential(self.hidden, nn.Tanh(), self.output)(x)


alternatives = [InSequence]
hints = ["Two layers are made once, in __init__.", "forward calls one after the other."]
