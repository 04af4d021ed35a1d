"""Answer key of `row_step`: one linear neuron learns from one row."""

import numpy as np
import torch

from grading.keys import Case, Mistake

parts = ("prediction", "loss", "w_new", "b_new")
forbidden = ("autograd", "requires_grad", "requires_grad_", "loss.backward", "L.backward")
criteria = {
    "prediction and loss, weights and bias": 3,
    "one input, no error, a rate of 0": 1,
}


def solution(x, y, w, b, alpha):
    prediction = (w * x).sum() + b
    error = prediction - y  # the slope of the loss at the prediction
    return prediction, error**2 / 2, w - alpha * error * x, b - alpha * error


def oracle(x, y, w, b, alpha):
    w = w.clone().requires_grad_()
    b = torch.tensor(b, dtype=x.dtype, requires_grad=True)
    prediction = torch.nn.functional.linear(x, w[None], b[None])[0]
    loss = 0.5 * torch.nn.functional.mse_loss(prediction, torch.tensor(y, dtype=x.dtype))
    torch.optim.SGD([w, b], lr=alpha).zero_grad()
    loss.backward()
    with torch.no_grad():
        return prediction, loss, w - alpha * w.grad, b - alpha * b.grad


def row(rng, m, gap, alpha):
    """A row whose prediction misses its target by `gap`."""
    x = rng.uniform(0.5, 2.0, size=m) * rng.choice([-1, 1], size=m)
    w = rng.uniform(0.3, 1.5, size=m) * rng.choice([-1, 1], size=m)
    b = float(rng.uniform(0.4, 1.2) * rng.choice([-1, 1]))
    return {"x": x, "y": float(w @ x + b - gap), "w": w, "b": b, "alpha": alpha}


def cases(rng):
    kind, special = criteria
    worked = {
        "x": np.array([12.0, 6.0, 78.0]),
        "y": 90.0,
        "w": np.array([0.5, 1.0, 0.75]),
        "b": 9.5,
        "alpha": 0.0001,
    }
    yield Case(kind, "12 h study, 6 h sleep, quiz 78, exam 90", worked, False)
    a = row(rng, 3, gap=-1.7, alpha=0.1)
    yield Case(kind, "3 inputs, prediction too low", a)
    yield Case(kind, "the same row, prediction too high", a | {"y": a["y"] - 3.1})
    yield Case(kind, "4 inputs, a rate of 0.03", row(rng, 4, gap=2.4, alpha=0.03))
    yield Case(kind, "2 inputs, a rate of 0.3", row(rng, 2, gap=-0.8, alpha=0.3))
    yield Case(special, "one input", row(rng, 1, gap=1.3, alpha=0.2), False)
    yield Case(special, "no error", row(rng, 3, gap=0.0, alpha=0.2), False)
    yield Case(special, "a rate of 0", row(rng, 3, gap=1.1, alpha=0.0), False)


mistakes = (
    Mistake(
        "uphill",
        "the gradient is added and not subtracted",
        "Compute the loss once more with your new weights: has it fallen?",
        old="w - alpha * error * x, b - alpha * error",
        new="w + alpha * error * x, b + alpha * error",
    ),
    Mistake(
        "no_half",
        "the loss is the squared error without its half",
        "(80 - 90)^2 is 100; the loss of the example is 50.",
        old="error**2 / 2",
        new="error**2",
    ),
    Mistake(
        "factor_two",
        "the step is twice as long, as if the loss had no half",
        "The half is there so that the 2 of the power cancels. What is left of the slope?",
        old="w - alpha * error * x, b - alpha * error",
        new="w - 2 * alpha * error * x, b - 2 * alpha * error",
    ),
    Mistake(
        "x_left_out",
        "the inputs are left out of the step for w",
        "A weight whose input was 0 had no part in the error. Does yours move all the same?",
        old="error * x, b",
        new="error * torch.ones_like(x), b",
    ),
    Mistake(
        "b_unchanged",
        "the bias is not updated",
        "The bias is a parameter like the weights; its input is always 1.",
        old="b - alpha * error",
        new="b * 1.0",
    ),
    Mistake(
        "b_times_x",
        "the step of the bias is multiplied by the sum of the inputs",
        "What does the prediction gain when b grows by 1? That is the slope of b.",
        old="b - alpha * error",
        new="b - alpha * error * x.sum()",
    ),
    Mistake(
        "loss_for_slope",
        "the loss itself is taken where its slope belongs",
        "A loss is never negative, so that your weights always move the same way. Which number "
        "tells too high from too low?",
        old="w - alpha * error * x, b - alpha * error",
        new="w - alpha * error**2 / 2 * x, b - alpha * error**2 / 2",
    ),
    Mistake(
        "absolute",
        "the loss is half the absolute error",
        "An error of 10 should cost 50 and an error of 20 four times as much.",
        old="error**2 / 2",
        new="error.abs() / 2",
    ),
    Mistake(
        "no_alpha",
        "the learning rate alpha is left out",
        "Which of the five arguments does your code never read?",
        old="w - alpha * error * x, b - alpha * error",
        new="w - error * x, b - error",
    ),
    Mistake(
        "no_bias",
        "the prediction has no bias",
        "The prediction is w x + b. Which part of it is missing?",
        old=".sum() + b",
        new=".sum()",
    ),
    Mistake(
        "prediction_for_error",
        "the prediction is taken where the error belongs",
        "If the prediction were right, nothing should move. Does your step know the target?",
        old="w - alpha * error * x, b - alpha * error",
        new="w - alpha * prediction * x, b - alpha * prediction",
    ),
)


def in_plain_python(x, y, w, b, alpha):
    prediction = b
    for w_i, x_i in zip(w.tolist(), x.tolist()):
        prediction += w_i * x_i
    step = alpha * (y - prediction)
    new = torch.tensor(
        [w_i + step * x_i for w_i, x_i in zip(w.tolist(), x.tolist())], dtype=w.dtype
    )
    return {
        "prediction": prediction,
        "loss": 0.5 * (y - prediction) ** 2,
        "w_new": new,
        "b_new": b + step,
    }


def with_a_one(x, y, w, b, alpha):
    x1 = torch.cat([x, x.new_ones(1)])  # the bias as a weight whose input is always 1
    theta = torch.cat([w, w.new_tensor([b])])
    prediction = theta @ x1
    theta = theta - alpha * (prediction - y) * x1
    return prediction, (prediction - y) ** 2 / 2, theta[:-1], theta[-1]


alternatives = (in_plain_python, with_a_one)

hints = (
    "Four results, one after the other. The first two are the forward half: what does the neuron "
    "say, and what does that cost?",
    "The slope of the loss at the prediction is prediction - y: -1 in the docstring's example, "
    "-10 for the student above. For w_i multiply it by what w_i was multiplied by; for b, by 1.",
)
