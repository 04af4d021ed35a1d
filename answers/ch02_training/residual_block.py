"""Answer key of `residual_block`: a shortcut around two layers (He et al., 2016)."""

import numpy as np
import torch

from grading.keys import Case, Mistake

criteria = {
    "values": 2,
    "gradients through both ways": 2,
    "a block of zeros, very large inputs": 1,
}


def solution(x, W1, b1, W2, b2):
    h = torch.relu(x @ W1.T + b1)  # (n, n_h)
    f = h @ W2.T + b2  # (n, d)
    return x + f


def oracle(x, W1, b1, W2, b2):
    """Row by row, with the shortcut as an identity matrix beside W2."""
    wide = torch.cat([W2, torch.eye(x.shape[1], dtype=x.dtype)], dim=1)  # (d, n_h + d)
    rows = [
        torch.nn.functional.linear(torch.cat([(W1.mv(row) + b1).clamp(min=0), row]), wide, b2)
        for row in x
    ]
    return torch.stack(rows)


def block(rng, n, d, n_h):
    return {
        "x": rng.normal(size=(n, d)),
        "W1": rng.normal(size=(n_h, d)),
        "b1": rng.normal(size=n_h),
        "W2": rng.normal(size=(d, n_h)),
        "b2": rng.normal(size=d),
    }


def cases(rng):
    values, gradients, special = criteria
    one = np.ones((1, 1))
    example = {
        "x": np.array([[3.0], [-3.0]]),
        "W1": one,
        "b1": np.ones(1),
        "W2": 2 * one,
        "b2": np.zeros(1),
    }
    yield Case(values, "the example with one unit", example, False)
    a, b = block(rng, 4, 3, 5), block(rng, 5, 4, 2)
    yield Case(values, "4 rows of 3, 5 hidden units", a)
    yield Case(values, "5 rows of 4, 2 hidden units", b)
    yield Case(values, "3 rows of 3, 3 hidden units", block(rng, 3, 3, 3))
    names = ("x", "W1", "W2", "b1", "b2")
    for n, d, n_h in ((3, 2, 4), (4, 5, 3), (4, 4, 4)):
        label = f"gradients with {n} rows of {d}, {n_h} hidden units"
        yield Case(gradients, label, block(rng, n, d, n_h), gradients=names)
    zeros = {name: np.zeros_like(a[name]) for name in ("W1", "b1", "W2", "b2")}
    yield Case(special, "all weights 0: the block does nothing", a | zeros, False)
    yield Case(special, "inputs in the thousands", b | {"x": 1000 * b["x"]}, False)


mistakes = (
    Mistake(
        "no_shortcut",
        "the shortcut is left out",
        "With all weights 0 a residual block hands on its input. What does yours return?",
        old="x + f",
        new="f",
    ),
    Mistake(
        "relu_after",
        "ReLU is applied to the sum, so that it blocks the shortcut",
        "The shortcut must let everything pass, negative numbers too. What comes after the plus?",
        old="x + f",
        new="torch.relu(x + f)",
    ),
    Mistake(
        "relu_on_shortcut",
        "the input goes through ReLU on the shortcut",
        "Nothing happens to x on its way round the block.",
        old="x + f",
        new="torch.relu(x) + f",
    ),
    Mistake(
        "relu_on_f",
        "the second layer has a ReLU, so that the block can only add",
        "If f is never negative, 50 blocks can only make everything larger. Which layer has ReLU?",
        old="f = h @ W2.T + b2",
        new="f = torch.relu(h @ W2.T + b2)",
    ),
    Mistake(
        "no_relu",
        "ReLU is left out, so both layers are one linear map",
        "Two linear layers in a row are one. What stands between these two?",
        old="torch.relu(x @ W1.T + b1)",
        new="x @ W1.T + b1",
    ),
    Mistake(
        "subtracted",
        "f is taken from x and not added",
        "A plus joins the two ways.",
        old="x + f",
        new="x - f",
    ),
    Mistake(
        "b1_missing",
        "b1 is left out",
        "Which of the five arguments does yours never read?",
        old=" + b1)",
        new=")",
    ),
    Mistake(
        "b2_missing",
        "b2 is left out",
        "Which of the five arguments does yours never read?",
        old=" + b2",
        new="",
    ),
    Mistake(
        "detached",
        "the shortcut is cut out of the graph",
        "The values are right, but the shortcut is there for the gradients: look for .detach(), "
        ".data or torch.tensor(...) around x.",
        old="x + f",
        new="x.detach() + f",
    ),
)


def with_functional(x, W1, b1, W2, b2):
    f = torch.nn.functional.linear
    return f(f(x, W1, b1).clamp(min=0), W2, b2) + x


def in_columns(x, W1, b1, W2, b2):
    hidden = (W1 @ x.T + b1[:, None]).relu()
    return (x.T + W2 @ hidden + b2[:, None]).T


alternatives = (with_functional, in_columns)

hints = (
    "Write the two layers first, as you would without a shortcut; W has shape (out, in), and x "
    "holds one example a row.",
    "A layer is x @ W.T + b. ReLU stands between the layers and nowhere else. What is the last "
    "thing to happen before the return?",
)
