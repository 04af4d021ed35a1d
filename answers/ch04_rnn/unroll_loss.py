"""Answer key of `unroll_loss`: squared error of next-number predictions along a sequence."""

import numpy as np
import torch

from grading.keys import Case, Mistake

parts = ("L", "total")
criteria = {
    "the right target for every prediction": 2,
    "one step, no error, large errors": 1,
}


def solution(y, x):
    L = (y - x[1:]) ** 2  # (T,); y[t] was made from x[t] and earlier, and predicts x[t + 1]
    return L, L.sum()


def oracle(y, x):
    target = torch.roll(x, -1)[: len(y)]
    each = torch.nn.functional.mse_loss(y, target, reduction="none")
    return each, torch.nn.functional.mse_loss(y, target, reduction="sum")


def cases(rng):
    kind = "the right target for every prediction"
    worked = {
        "y": 1 + np.array([0.964027580076, 0.999279286166, 0.999909073299]),
        "x": np.arange(1.0, 5.0),
    }
    yield Case(kind, "the worked example, x = 1, 2, 3, 4", worked, False)
    a = {"y": rng.normal(size=5), "x": rng.normal(size=6)}
    yield Case(kind, "5 predictions", a)
    yield Case(kind, "the same predictions, another series", a | {"x": rng.normal(size=6)})
    yield Case(kind, "7 predictions", {"y": rng.normal(size=7), "x": 2 * rng.normal(size=8)})

    kind = "one step, no error, large errors"
    yield Case(kind, "one prediction", {"y": rng.normal(size=1), "x": rng.normal(size=2)}, False)
    x = rng.normal(size=5)
    yield Case(kind, "every prediction is right", {"y": x[1:].copy(), "x": x}, False)
    far = {"y": np.array([1000.0, -1000.0, 0.0]), "x": np.array([0.0, -1000.0, 1000.0, 0.5])}
    yield Case(kind, "predictions of +1000 and -1000", far, False)


mistakes = (
    Mistake(
        "target_is_input",
        "y_t is compared with x_t, the number that the network has just read",
        "Copying the input would then have no loss at all. Which number was y_t meant to predict?",
        old="x[1:]",
        new="x[:-1]",
    ),
    Mistake(
        "mean",
        "the second result is the mean of the losses",
        "The total of this exercise grows with the length of the sequence.",
        old=".sum()",
        new=".mean()",
    ),
    Mistake(
        "last_step_only",
        "the second result is the loss of the last step alone",
        "Every step made a prediction, so every step adds to the total.",
        old="L.sum()",
        new="L[-1]",
    ),
    Mistake(
        "halved",
        "every squared error is halved",
        "Some books put 1/2 before the square to shorten the derivative. This loss has no factor.",
        old="** 2",
        new="** 2 / 2",
    ),
    Mistake(
        "not_squared",
        "the error y_t - x_{t+1} is not squared",
        "A loss is never below 0, and errors of +2 and -2 must not cancel. Are yours safe?",
        old=") ** 2",
        new=")",
        combines_with=("target_is_input", "mean", "last_step_only"),
    ),
    Mistake(
        "difference",
        "the difference x_{t+1} - y_t is taken and not squared",
        "A loss is never below 0, and errors of +2 and -2 must not cancel. Are yours safe?",
        old="(y - x[1:]) ** 2",
        new="x[1:] - y",
        combines_with=("mean", "last_step_only"),
    ),
    Mistake(
        "absolute",
        "the error is taken as an absolute value and not squared",
        "An error of 2 should cost four times as much as an error of 1.",
        old=") ** 2",
        new=").abs()",
    ),
)


def as_loop(y, x):
    losses = [(float(y[t]) - float(x[t + 1])) ** 2 for t in range(len(y))]
    return losses, sum(losses)


def with_numpy(y, x):
    error = np.asarray(y) - np.asarray(x)[1:]
    return error * error, float(error @ error)


alternatives = (as_loop, with_numpy)

hints = (
    "Write y and x in two rows, one below the other. Which x stands one place to the right of "
    "the x that y_1 has read?",
    "The targets are all of x but its first number; a slice gives them. The losses need no loop.",
)
