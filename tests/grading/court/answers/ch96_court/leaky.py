"""Answer key of `leaky`."""

import numpy as np
import torch

from grading.keys import Case, Mistake

parts = ("H", "last")
criteria = {"one step": 1, "several steps": 2, "gradients": 1}


def solution(x, h0, a):
    h, H = h0, []
    for x_t in x:
        h = a * h + (1 - a) * x_t
        H.append(h)
    return torch.stack(H), h


def oracle(x, h0, a):
    T = len(x)
    powers = a ** (torch.arange(T)[:, None] - torch.arange(T)[None, :]).clamp(min=0)
    H = (1 - a) * torch.tril(powers) @ x + a ** torch.arange(1, T + 1) * h0
    return H, H[-1]


def cases(rng):
    def drawn(T):
        return {
            "x": rng.normal(size=T),
            "h0": rng.normal(size=()),
            "a": np.array(rng.uniform(0.2, 0.8)),
        }

    for _ in range(2):
        yield Case("one step", "one step", drawn(1), diagnostic=False)
    for T in (3, 5, 6):
        yield Case("several steps", f"{T} steps", drawn(T))
    yield Case("gradients", "4 steps", drawn(4), gradients=("x", "h0"))


mistakes = [
    Mistake(
        "forgets_h0",
        "the memory starts from 0 and not from h0",
        "The caller hands over a memory.",
        old="h, H = h0, []",
        new="h, H = 0 * h0, []",
    ),
    Mistake(
        "swapped",
        "the shares of memory and input are swapped",
        "What should happen for a = 1?",
        old="a * h + (1 - a) * x_t",
        new="(1 - a) * h + a * x_t",
    ),
]


def in_place(x, h0, a):
    H = torch.zeros_like(x)
    h = h0
    for t in range(len(x)):
        h = a * h + (1 - a) * x[t]
        H[t] = h
    return H, h


alternatives = [in_place]
hints = ["Which variable goes from one step to the next?", "Start it from h0, before the loop."]
