"""Answer key of `epoch`: one epoch of mini-batch gradient descent."""

import math

import numpy as np
import torch

from grading.keys import Case, Mistake

parts = ("w", "n_updates")
forbidden = ("autograd", "requires_grad", "requires_grad_", "optim.SGD")
criteria = {
    "batches of equal size": 2,
    "a shorter last batch": 2,
    "B = 1, B = n, B larger than n": 1,
}


def solution(w, X, y, alpha, B, order):
    n_updates = 0
    for start in range(0, len(order), B):
        rows = order[start : start + B]
        Xb, yb = X[rows], y[rows]
        w = w - alpha * Xb.T @ (Xb @ w - yb) / len(rows)
        n_updates += 1
    return w, n_updates


def oracle(w, X, y, alpha, B, order):
    w = w.clone().requires_grad_()
    sgd = torch.optim.SGD([w], lr=alpha)
    for rows in order.split(B):
        sgd.zero_grad()
        (0.5 * ((X[rows] @ w - y[rows]) ** 2).mean()).backward()
        sgd.step()
    return w.detach(), math.ceil(len(y) / B)


EXAM = np.array(
    [
        [12, 6, 78],
        [22, 6.5, 24],
        [115, 4, 100],
        [31, 9, 67],
        [0, 10, 58],
        [5, 8, 78],
        [92, 6, 82],
        [57, 8, 91],
    ]
)
MARKS = np.array([93.0, 68, 95, 75, 51, 60, 89, 97])


def drawn(rng, n, d, B, alpha=0.2):
    order = rng.permutation(n)
    while (order == np.arange(n)).any() and n > 3:
        order = rng.permutation(n)
    return {
        "w": rng.normal(size=d) + 0.5,
        "X": rng.normal(size=(n, d)) + 0.3,
        "y": 2 * rng.normal(size=n) + 1,
        "alpha": alpha,
        "B": B,
        "order": order,
    }


def cases(rng):
    equal, short, special = criteria
    Z = np.c_[(EXAM - EXAM.mean(axis=0)) / EXAM.std(axis=0), np.ones(8)]
    exam = {"w": np.zeros(4), "X": Z, "y": MARKS, "alpha": 0.1, "B": 1, "order": np.arange(8)}
    yield Case(special, "the exam table row by row, w = 0, alpha = 0.1", exam, False)
    six = drawn(rng, 6, 3, 2)
    yield Case(equal, "6 rows, B = 2", six)
    yield Case(equal, "the same rows, B = 3", six | {"B": 3})
    yield Case(equal, "8 rows, B = 4", drawn(rng, 8, 2, 4, 0.15))
    seven = drawn(rng, 7, 2, 3)
    yield Case(short, "7 rows, B = 3", seven)
    yield Case(short, "the same rows, B = 5", seven | {"B": 5})
    yield Case(short, "5 rows, B = 2", drawn(rng, 5, 4, 2))
    yield Case(special, "B = 1", seven | {"B": 1}, False)
    yield Case(special, "B = n", drawn(rng, 7, 3, 7), False)
    yield Case(special, "B larger than n", drawn(rng, 5, 2, 9), False)


def old_w(w, X, y, alpha, B, order):
    new, n_updates = w, 0
    for rows in order.split(B):
        new = new - alpha * X[rows].T @ (X[rows] @ w - y[rows]) / len(rows)
        n_updates += 1
    return new, n_updates


mistakes = (
    Mistake(
        "old_w",
        "every batch uses the gradient at the weights with which the epoch began",
        "The second batch must start where the first has led. Which w does it read?",
        function=old_w,
    ),
    Mistake(
        "drops_last",
        "the last, shorter batch is dropped",
        "An epoch is every row once. Which rows does your loop never touch?",
        old="range(0, len(order), B)",
        new="range(0, len(order) - B + 1, B)",
    ),
    Mistake(
        "sum",
        "the gradients of a batch are added up and not averaged",
        "With B = 2 your step is twice too long. What kind of average is the cost of a batch?",
        old=" / len(rows)",
        new="",
    ),
    Mistake(
        "always_B",
        "the last, shorter batch is divided by B as well",
        "How many rows has the last batch really?",
        old="len(rows)",
        new="B",
    ),
    Mistake(
        "by_n",
        "every batch is divided by the number of all rows",
        "The mean of a batch is over the rows of that batch.",
        old="len(rows)",
        new="len(order)",
    ),
    Mistake(
        "order_ignored",
        "the rows are taken as they stand in the table and order is not used",
        "order says which row comes when. Does your code ever read it?",
        old="rows = order[start : start + B]",
        new="rows = torch.arange(len(order))[start : start + B]",
    ),
    Mistake(
        "inputs_only",
        "order is applied to X and not to y",
        "Each row must keep its own target. Shuffle both, or neither.",
        old="X[rows], y[rows]",
        new="X[rows], y[start : start + B]",
    ),
    Mistake(
        "uphill",
        "the gradient is added and not subtracted",
        "Which way does the cost go?",
        old="w - alpha",
        new="w + alpha",
    ),
    Mistake(
        "factor_two",
        "every step is twice as long, as if the cost had no half",
        "The cost of a batch begins with 1/(2B). What is left of the 2 in the gradient?",
        old="alpha * Xb.T",
        new="2 * alpha * Xb.T",
    ),
    Mistake(
        "counts_rows",
        "the rows are counted and not the updates",
        "One batch, one update. With B = n, how often does w change?",
        old="n_updates += 1",
        new="n_updates += len(rows)",
    ),
)


def with_numpy(w, X, y, alpha, B, order):
    w, X, y = w.numpy().copy(), X.numpy()[order], y.numpy()[order]
    count = -(-len(y) // B)
    for k in range(count):
        batch = slice(k * B, (k + 1) * B)
        w += alpha * ((y[batch] - X[batch] @ w)[:, None] * X[batch]).mean(axis=0)
    return w, count


def popped(w, X, y, alpha, B, order):
    waiting, n_updates = order.tolist(), 0
    while waiting:
        rows, waiting = waiting[:B], waiting[B:]
        gradient = sum((X[i] @ w - y[i]) * X[i] for i in rows) / len(rows)
        w = w - alpha * gradient
        n_updates += 1
    return w, n_updates


alternatives = (with_numpy, popped)

hints = (
    "Cut `order` into pieces of B numbers on paper first, for 7 rows and B = 3. How many pieces, "
    "and how long is the last?",
    "range(0, n, B) gives the beginnings, order[start : start + B] the rows of one batch (at the "
    "end it may be shorter), X[rows] and y[rows] their numbers.",
    "Inside the loop stands one step of gradient descent, on these rows only, and it changes the "
    "w that the next pass starts from.",
)
