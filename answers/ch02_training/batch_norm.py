"""Answer key of `batch_norm`: batch normalisation (Ioffe, Szegedy, 2015)."""

import numpy as np
import torch
from torch.nn import functional as F

from grading.keys import Case, Mistake

parts = ("y", "new_mean", "new_var")
forbidden = ("F.batch_norm", "functional.batch_norm", "nn.BatchNorm1d")
criteria = {
    "in training": 3,
    "in use": 2,
    "a constant column, very large values": 1,
}


def solution(x, gamma, beta, run_mean, run_var, momentum, eps, training):
    mean, var = run_mean, run_var
    if training:
        n = len(x)
        mean = x.mean(0)
        var = ((x - mean) ** 2).mean(0)
        run_mean = (1 - momentum) * run_mean + momentum * mean
        run_var = (1 - momentum) * run_var + momentum * var * n / (n - 1)
    z = (x - mean) / torch.sqrt(var + eps)
    return gamma * z + beta, run_mean.clone(), run_var.clone()


def oracle(x, gamma, beta, run_mean, run_var, momentum, eps, training):
    new_mean, new_var = run_mean.clone(), run_var.clone()  # PyTorch writes into these
    y = F.batch_norm(x, new_mean, new_var, gamma, beta, training, momentum, eps)
    return y, new_mean, new_var


def layer(rng, n, d, momentum, eps):
    return {
        "x": rng.normal(size=(n, d)) * rng.uniform(0.5, 3, size=d) + rng.normal(size=d) * 2,
        "gamma": rng.uniform(0.5, 2, size=d) * rng.choice([-1, 1], size=d),
        "beta": rng.normal(size=d),
        "run_mean": rng.normal(size=d),
        "run_var": rng.uniform(0.5, 2, size=d),
        "momentum": momentum,
        "eps": eps,
    }


def cases(rng):
    on, off, special = criteria
    example = {
        "x": np.array([[1.0], [2.0], [3.0], [6.0]]),
        "gamma": np.array([2.0]),
        "beta": np.ones(1),
        "run_mean": np.zeros(1),
        "run_var": np.ones(1),
        "momentum": 0.1,
        "eps": 0.5,
        "training": True,
    }
    yield Case(on, "the example with one unit", example, False)
    a, b = layer(rng, 5, 3, 0.1, 0.2), layer(rng, 7, 4, 0.3, 0.1)
    square = layer(rng, 4, 4, 0.2, 0.3)
    for kind, training in ((on, True), (off, False)):
        for label, case in (
            ("5 rows, 3 columns", a),
            ("7 rows, 4 columns", b),
            ("4 rows, 4 columns", square),
        ):
            yield Case(kind, f"{label}, training={training}", case | {"training": training})
    constant = b["x"].copy()
    constant[:, 1] = rng.normal()
    one = {"x": constant, "training": True}
    yield Case(special, "the second column is constant", b | one, False)
    large = {"x": 1000 * a["x"], "training": True}
    yield Case(special, "values in the thousands", a | large, False)
    yield Case(special, "a single row in use", a | {"x": a["x"][:1], "training": False}, False)


mistakes = (
    Mistake(
        "over_rows",
        "each row is normalised, over its columns, and not each column",
        "A column holds what one unit says to all examples of the batch. Along which axis does "
        "the mean run?",
        old="mean = x.mean(0)\n        var = ((x - mean) ** 2).mean(0)",
        new="mean = x.mean(1, keepdim=True)\n        var = ((x - mean) ** 2).mean(1, keepdim=True)",
        combines_with=(),
    ),
    Mistake(
        "sample_var",
        "the batch is normalised with the variance that divides by n - 1",
        "Two variances are in play: which of them does the batch itself use? After it, the mean "
        "of z² should be about 1.",
        old="z = (x - mean) / torch.sqrt(var + eps)",
        new="z = (x - mean) / torch.sqrt((x.var(0) if training else var) + eps)",
    ),
    Mistake(
        "biased_running",
        "the running variance is fed with the variance that divides by n",
        "The running variance is an estimate for data to come: it takes the one that divides by "
        "n - 1.",
        old=" * n / (n - 1)",
        new="",
    ),
    Mistake(
        "batch_in_use",
        "the batch's own mean and variance are used without training, too",
        "In use a single row may come, and it has no batch. Which numbers were kept for it?",
        old="mean, var = run_mean, run_var",
        new="mean, var = x.mean(0), x.var(0, correction=0)",
    ),
    Mistake(
        "running_in_training",
        "the running mean and variance normalise the batch in training",
        "In training a batch is normalised by its own mean and variance. What are the running "
        "ones for?",
        old="z = (x - mean) / torch.sqrt(var + eps)",
        new="z = (x - run_mean) / torch.sqrt(run_var + eps)",
        combines_with=("momentum_swapped",),
    ),
    Mistake(
        "momentum_swapped",
        "momentum weighs the old running value and not the new one",
        "With momentum 0.1, how much of the running mean should change in a step?",
        old="run_mean = (1 - momentum) * run_mean + momentum * mean\n"
        "        run_var = (1 - momentum) * run_var + momentum * var",
        new="run_mean = momentum * run_mean + (1 - momentum) * mean\n"
        "        run_var = momentum * run_var + (1 - momentum) * var",
    ),
    Mistake(
        "never_updated",
        "the running mean and variance come back unchanged from training",
        "Where would the numbers for later use come from?",
        old="run_mean = (1 - momentum) * run_mean + momentum * mean\n"
        "        run_var = (1 - momentum) * run_var + momentum * var * n / (n - 1)",
        new="pass",
        combines_with=("eps_outside", "no_beta", "no_gamma", "batch_in_use"),
    ),
    Mistake(
        "eps_outside",
        "eps is added to the standard deviation and not to the variance",
        "Look where the root ends in the docstring.",
        old="torch.sqrt(var + eps)",
        new="(torch.sqrt(var) + eps)",
        combines_with=("biased_running", "momentum_swapped", "never_updated"),
    ),
    Mistake(
        "no_root",
        "it is divided by the variance and not by its root",
        "After normalising, a column should have standard deviation 1. Does yours?",
        old="torch.sqrt(var + eps)",
        new="(var + eps)",
    ),
    Mistake(
        "no_gamma",
        "gamma is left out",
        "Which of the eight arguments does yours never read?",
        old="gamma * z",
        new="z",
    ),
    Mistake(
        "no_beta",
        "beta is left out",
        "Which of the eight arguments does yours never read?",
        old=" + beta",
        new="",
    ),
)


def with_var_mean(x, gamma, beta, run_mean, run_var, momentum, eps, training):
    if not training:
        return (x - run_mean) * (gamma / (run_var + eps) ** 0.5) + beta, run_mean, run_var
    var, mean = torch.var_mean(x, dim=0, correction=0)
    y = torch.addcmul(beta, gamma, (x - mean) * torch.rsqrt(var + eps))
    return y, run_mean.lerp(mean, momentum), run_var.lerp(x.var(0), momentum)


def with_numpy(x, gamma, beta, run_mean, run_var, momentum, eps, training):
    x, m, v = x.numpy(), run_mean.numpy(), run_var.numpy()
    if training:
        centre, spread = x.mean(axis=0), x.var(axis=0)
        m = m + momentum * (x.mean(axis=0) - m)
        v = v + momentum * (x.var(axis=0, ddof=1) - v)
    else:
        centre, spread = m, v
    return {
        "y": gamma.numpy() * (x - centre) / np_root(spread + eps) + beta.numpy(),
        "new_mean": m,
        "new_var": v,
    }


def np_root(values):
    return values**0.5


alternatives = (with_var_mean, with_numpy)

hints = (
    "Two questions, one after the other: which mean and which variance normalise this batch, and "
    "what becomes of the running ones? In use the second answer is: nothing.",
    "x.mean(0) is the mean of each column. The batch is normalised with the variance that divides "
    "by n; the running variance gets the one that divides by n - 1.",
    "new = (1 - momentum) * old + momentum * batch, for the mean and for the variance. Make new "
    "tensors; += would change the caller's.",
)
