"""Answer key of `fit_line`: a trained regression without a generator."""

import numpy as np
import torch

from grading.keys import Case, Mistake, Trained

call = Trained("mean squared error", threshold=0.6)
criteria = {"a line": 1}


def solution(x, y, x_new):
    a = ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()
    return y.mean() + a * (x_new - x.mean())


def oracle(x, y, x_new):
    return np.polyval(np.polyfit(x.numpy(), y.numpy(), 1), x_new.numpy())


def cases(rng):
    slope, shift = rng.choice([-1, 1]) * rng.uniform(1.5, 3), rng.uniform(3, 5)
    x = rng.uniform(-2, 2, size=250)
    y = slope * x + shift + 0.5 * rng.normal(size=250)
    inputs = {"x": x[:100], "y": y[:100], "x_new": x[100:]}
    yield Case("a line", "100 points to learn from", inputs, labels=y[100:])


mistakes = [
    Mistake("no_shift", "the line goes through the origin", "What is y at x = 0?",
            old="y.mean() + a", new="a"),
    Mistake("flat", "the slope is left out", "Does your line rise?",
            old=" + a * (x_new - x.mean())", new=" + 0 * x_new"),
]


def least_squares(x, y, x_new):
    A = torch.stack([x, torch.ones_like(x)], dim=1)
    a, b = torch.linalg.lstsq(A, y[:, None]).solution[:, 0]
    return a * x_new + b


alternatives = [least_squares]
hints = ["Centre both.", "The slope is a covariance over a variance."]
