"""Answer key of `backprop_2layer`: a hidden layer's gradients (Rumelhart and others, 1986)."""

import numpy as np
import torch

from grading.keys import Case, Mistake, Tolerance

tolerance = Tolerance(1e-4, "a sum over rows may cancel, and float32 shows it")
forbidden = ("autograd", "requires_grad", "requires_grad_", "loss.backward", "C.backward")
criteria = {
    "one row": 2,
    "several rows": 3,
    "silent units, zeros, very large inputs": 1,
}


def solution(X, y, W1, b1, W2, b2):
    A = X @ W1.T + b1  # (n, h)
    H = torch.relu(A)
    p = torch.sigmoid(H @ W2.T + b2)  # (n, 1)
    error = p - y  # slope of each row's loss at its last sum
    delta2 = error / len(y)
    delta1 = delta2 @ W2 * (A > 0)  # (n, h)
    return {
        "W1": delta1.T @ X,
        "b1": delta1.sum(dim=0),
        "W2": delta2.T @ H,
        "b2": delta2.sum(dim=0),
    }


def oracle(X, y, W1, b1, W2, b2):
    free = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
    free = {name: value.clone().requires_grad_() for name, value in free.items()}
    H = torch.relu(torch.nn.functional.linear(X, free["W1"], free["b1"]))
    z = torch.nn.functional.linear(H, free["W2"], free["b2"])
    cost = torch.nn.functional.binary_cross_entropy_with_logits(z, y)
    return dict(zip(free, torch.autograd.grad(cost, list(free.values())), strict=True))


def network(rng, n, d, h):
    """Rows, targets and weights; each row has units on and off, and no sum is near 0."""
    while True:
        case = {
            "X": rng.normal(size=(n, d)) + 0.2,
            "y": rng.integers(0, 2, size=(n, 1)).astype(float),
            "W1": rng.normal(size=(h, d)),
            "b1": rng.uniform(0.1, 0.5, size=h) * rng.choice([-1, 1], size=h),
            "W2": rng.uniform(0.5, 1.5, size=(1, h)) * rng.choice([-1, 1], size=(1, h)),
            "b2": rng.uniform(0.1, 0.5, size=1) * rng.choice([-1, 1], size=1),
        }
        A = case["X"] @ case["W1"].T + case["b1"]
        on = A > 0
        mixed = (on.any(axis=1) & ~on.all(axis=1)).all()
        if mixed and (n == 1 or on.any(axis=0).all()) and np.abs(A).min() > 0.05:
            return case


def cases(rng):
    one, many, special = criteria
    worked = {
        "X": np.array([[1.0, 2.0]]),
        "y": np.array([[1.0]]),
        "W1": np.array([[2.0, -1.0], [1.0, 1.0], [-1.0, 0.0]]),
        "b1": np.array([1.0, -1.0, 0.0]),
        "W2": np.array([[3.0, -1.0, 2.0]]),
        "b2": np.array([-1.0]),
    }
    yield Case(one, "the example with a third, silent unit", worked, False)
    a = network(rng, 1, 3, 2)
    yield Case(one, "1 row, 3 inputs, 2 hidden units", a)
    yield Case(one, "the same row with the other target", a | {"y": 1 - a["y"]})
    yield Case(one, "1 row, 2 inputs, 4 hidden units", network(rng, 1, 2, 4))
    b = network(rng, 5, 2, 3)
    yield Case(many, "5 rows, 2 inputs, 3 hidden units", b)
    yield Case(many, "4 rows, 3 inputs, 5 hidden units", network(rng, 4, 3, 5))
    yield Case(many, "3 rows, 3 inputs, 3 hidden units", network(rng, 3, 3, 3))
    silent = {"b1": np.full(3, -50.0)}
    yield Case(special, "every hidden unit silent", b | silent, False)
    border = {"W1": b["W1"] * [[0.0], [1.0], [1.0]], "b1": b["b1"] * [0.0, 1.0, 1.0]}
    yield Case(special, "a hidden sum of exactly 0", b | border, False)
    yield Case(special, "every input 0", b | {"X": np.zeros((5, 2))}, False)
    far = 1000 * rng.choice([-1.0, 1.0], size=(5, 2)) * rng.uniform(0.5, 1, size=(5, 2))
    yield Case(special, "inputs up to +1000 and -1000", b | {"X": far}, False)


mistakes = (
    Mistake(
        "no_slope",
        "the slope of relu is left out",
        "A silent unit passes nothing on, and so nothing comes back through it either.",
        old=" * (A > 0)",
        new="",
    ),
    Mistake(
        "phi_for_slope",
        "the error is multiplied by relu itself and not by its slope",
        "On the way back the *derivative* of the activation is needed. How steep is relu where "
        "it is on?",
        old="* (A > 0)",
        new="* H",
    ),
    Mistake(
        "sign_of_delta",
        "relu's slope is decided by the sign of the returning error",
        "Whether a unit is on was decided on the way forward. Which numbers tell it?",
        old="delta1 = delta2 @ W2 * (A > 0)",
        new="delta1 = torch.relu(delta2 @ W2)",
    ),
    Mistake(
        "slope_turned",
        "relu lets the error back where the unit was off",
        "Which units took part in the answer, those above 0 or those below?",
        old="(A > 0)",
        new="(A < 0)",
    ),
    Mistake(
        "sum",
        "the rows are added up and not averaged",
        "The cost is a mean over n rows. Where does your code divide by n?",
        old="error / len(y)",
        new="error",
    ),
    Mistake(
        "sigmoid_slope",
        "the slope p (1 - p) of the sigmoid is multiplied in once more",
        "With this cost that slope cancels: the derivative by the last sum is p - y alone.",
        old="error = p - y",
        new="error = (p - y) * p * (1 - p)",
    ),
    Mistake(
        "sign",
        "every error is taken as y - p",
        "If p is too large the cost grows with it. Is your slope positive then?",
        old="error = p - y",
        new="error = y - p",
    ),
    Mistake(
        "no_W2",
        "the error goes from the output to the hidden units without W2",
        "How much does the last sum move when one hidden unit moves by a little?",
        old="delta2 @ W2 *",
        new="delta2 *",
    ),
    Mistake(
        "before_relu",
        "the gradient of W2 is built from the sums before relu",
        "What was W2 multiplied by on the way forward?",
        old="delta2.T @ H",
        new="delta2.T @ A",
    ),
    Mistake(
        "no_sigmoid",
        "the last sum is compared with y without its sigmoid",
        "p is a probability. What turns the last sum into one?",
        old="torch.sigmoid(H @ W2.T + b2)",
        new="H @ W2.T + b2",
    ),
    Mistake(
        "bias_mean",
        "the gradients of the biases are averaged over the rows once more",
        "The 1/n is in your errors already. Sum or mean?",
        old='"b1": delta1.sum(dim=0),\n        "W2": delta2.T @ H,\n        "b2": '
        "delta2.sum(dim=0)",
        new='"b1": delta1.mean(dim=0),\n        "W2": delta2.T @ H,\n        "b2": '
        "delta2.mean(dim=0)",
    ),
    Mistake(
        "forward_no_b1",
        "b1 is left out on the way forward",
        "Check the forward half first: which of the six arguments does it never read?",
        old=" + b1",
        new="",
    ),
)


def row_by_row(X, y, W1, b1, W2, b2):
    grads = {"W1": W1 * 0, "b1": b1 * 0, "W2": W2 * 0, "b2": b2 * 0}
    for x, t in zip(X, y):
        a = W1 @ x + b1
        h = a.clamp(min=0)
        delta2 = torch.sigmoid(W2 @ h + b2) - t
        delta1 = (W2.T @ delta2) * torch.where(a > 0, 1.0, 0.0)
        now = {
            "W1": torch.outer(delta1, x),
            "b1": delta1,
            "W2": torch.outer(delta2, h),
            "b2": delta2,
        }
        grads = {name: grads[name] + now[name] / len(X) for name in grads}
    return grads


def with_numpy(X, y, W1, b1, W2, b2):
    X, y, W1, b1, W2, b2 = (v.numpy() for v in (X, y, W1, b1, W2, b2))
    A = X @ W1.T + b1
    H = np.where(A > 0, A, 0)
    p = 0.5 * (1 + np.tanh((H @ W2.T + b2) / 2))
    d2 = (p - y) / X.shape[0]
    d1 = np.where(A > 0, d2 * W2, 0)
    return {"W2": d2.T @ H, "b2": d2[:, 0].sum(keepdims=True), "W1": d1.T @ X, "b1": d1.sum(0)}


alternatives = (row_by_row, with_numpy)

hints = (
    "Forward first, and keep A, H and p: the way back needs them all. Then begin at the end: "
    "what is the slope of the cost by the last sum? The docstring gives it.",
    "Each weight's gradient is what arrives behind it times what went in before it: delta2 with "
    "H for W2, delta1 with X for W1. For n rows that is delta.T @ inputs.",
    "What arrives at the last sum has shape (n, 1). Back through W2 it has shape (n, h), and where "
    "A was not above 0 it ends. The biases get the column sums of the two deltas.",
)

excused_mutants = {
    "delta1 = delta2 @ W2 * (A > 0)  # (n, h): MatMult to Mult": "a column (n, 1) times a row "
    "(1, h) is the same either way",
}
