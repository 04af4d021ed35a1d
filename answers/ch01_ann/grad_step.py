"""Answer key of `grad_step`: one step of gradient descent over a whole table."""

import numpy as np
import torch

from grading.keys import Case, Mistake

forbidden = ("autograd", "requires_grad", "requires_grad_")
criteria = {
    "one step down": 3,
    "one row, one column, a rate of 0": 1,
}


def solution(w, X, y, alpha):
    error = X @ w - y  # (n,)
    return w - alpha * X.T @ error / len(y)


def oracle(w, X, y, alpha):
    w = w.clone().requires_grad_()
    cost = 0.5 * torch.nn.functional.mse_loss(X @ w, y)
    (gradient,) = torch.autograd.grad(cost, w)
    return (w - alpha * gradient).detach()


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


def drawn(rng, n, d, alpha):
    X = rng.normal(size=(n, d)) + 0.3
    return {"w": rng.normal(size=d) + 0.5, "X": X, "y": 2 * rng.normal(size=n) + 1, "alpha": alpha}


def cases(rng):
    kind, special = criteria
    Z = np.c_[(EXAM - EXAM.mean(axis=0)) / EXAM.std(axis=0), np.ones(8)]
    yield Case(
        kind,
        "the exam table, w = 0, alpha = 0.1",
        {"w": np.zeros(4), "X": Z, "y": MARKS, "alpha": 0.1},
        False,
    )
    yield Case(kind, "5 rows of 3 columns", drawn(rng, 5, 3, 0.1))
    b = drawn(rng, 7, 2, 0.3)
    yield Case(kind, "7 rows of 2 columns", b)
    yield Case(kind, "the same with alpha = 0.05", b | {"alpha": 0.05})
    yield Case(kind, "4 rows of 4 columns", drawn(rng, 4, 4, 0.2))
    yield Case(special, "one row", drawn(rng, 1, 3, 0.2), False)
    yield Case(special, "one column", drawn(rng, 6, 1, 0.2), False)
    yield Case(special, "a rate of 0", drawn(rng, 5, 3, 0.0), False)


mistakes = (
    Mistake(
        "uphill",
        "the gradient is added, so that the step goes uphill",
        "Compute the cost before and after your step. Which way did it go?",
        old="w - alpha",
        new="w + alpha",
    ),
    Mistake(
        "factor_two",
        "the step is twice as long, as if the cost had no half",
        "The cost begins with 1/(2n). What is left when the 2 of the square comes down?",
        old="alpha * X.T",
        new="2 * alpha * X.T",
    ),
    Mistake(
        "sum",
        "the gradients of the rows are added up and not averaged",
        "On the exam table your step is 8 times too long. What does the 1/(2n) leave?",
        old=" / len(y)",
        new="",
    ),
    Mistake(
        "by_columns",
        "the sum is divided by the number of columns and not of rows",
        "An average over n rows is divided by n. Which shape has X?",
        old="len(y)",
        new="len(w)",
    ),
    Mistake(
        "gradient_only",
        "the gradient is returned and no step is taken",
        "That tells which way is up. Where does w go from here?",
        old="w - alpha * X.T @ error / len(y)",
        new="X.T @ error / len(y)",
    ),
    Mistake(
        "step_only",
        "the change is returned and not the new weights",
        "That is how far to move. From where?",
        old="w - alpha",
        new="- alpha",
    ),
    Mistake(
        "y_ignored",
        "the predictions are taken for the errors",
        "Where does the target enter?",
        old="X @ w - y",
        new="X @ w",
    ),
    Mistake(
        "no_alpha",
        "alpha is left out",
        "Which of the four arguments does your code never read?",
        old="alpha * X.T",
        new="X.T",
    ),
    Mistake(
        "one_mean",
        "one mean is taken over all columns, so that every weight moves alike",
        "Each weight has a slope of its own. Over which dimension do you average?",
        old="X.T @ error / len(y)",
        new="(error[:, None] * X).mean()",
    ),
    Mistake(
        "x_left_out",
        "the inputs are left out, so that every weight takes the mean error",
        "Each weight gets a share as large as its own input. Where does X enter your step?",
        old="X.T @ error / len(y)",
        new="error.mean()",
    ),
    Mistake(
        "mean_first",
        "errors and columns are averaged first and multiplied then",
        "The mean of products is not the product of means: each row's error meets its own inputs.",
        old="X.T @ error / len(y)",
        new="error.mean() * X.mean(dim=0)",
    ),
)


def row_by_row(w, X, y, alpha):
    gradient = torch.zeros_like(w)
    for x_i, y_i in zip(X, y):
        gradient += (torch.dot(w, x_i) - y_i) * x_i
    return w - alpha * gradient / len(X)


def with_numpy(w, X, y, alpha):
    w, X, y = w.numpy(), X.numpy(), y.numpy()
    return w + alpha * np.mean((y - X @ w)[:, None] * X, axis=0)


alternatives = (row_by_row, with_numpy)

hints = (
    "For one row you know the gradient: error times x. For the table it is the mean of that over "
    "all rows.",
    "error = X @ w - y has one number a row. X.T @ error multiplies every error by its own row "
    "and adds up, shape (d,). Divide by n, and go the other way.",
)
