"""Typical slips in a neuron and in backpropagation through one hidden unit.

A slip is computed from the right numbers of the steps before, since these stand on the page when
the question is asked.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from course.worked.derivation import Derivation
from course.worked.feedforward import ACTIVATIONS
from course.worked.slips import reader
from course.worked.tutor import Question, Slip


def neuron(d: Derivation, phi: str) -> Iterator[Question]:
    """Ask for z and y of a neuron."""
    v = reader(d)
    x, w = d.data()["x"], d.data()["w"]
    z, b = v("z"), v("b")
    slips = [
        Slip("the bias `b` is left out", z - b),
        Slip("the bias `b` is subtracted", z - 2 * b),
        Slip("the inputs are added up without their weights", float(x.sum() + b)),
        Slip("the weights are added up without their inputs", float(w.sum() + b)),
    ]
    if len(w) > 1:
        slips.append(Slip("the products are averaged and not added up", float((w * x).mean() + b)))
        when = "the bias `b` is added to every product"
        slips.append(Slip(when, float((w * x + b).sum())))
    yield Question(d["z"], slips)
    if phi == "identity":
        return
    act = ACTIVATIONS[phi]

    def put(z: float) -> float:
        return float(act(np.array(z)))

    yield Question(
        d["y"],
        [
            Slip(f"{phi} is left out", z),
            Slip(f"the bias `b` is added after {phi}", put(z - b) + b),
            Slip(f"{phi} is applied to each product before they are added up",
                 float(act(w * x).sum() + b)),
            *(Slip(f"{other} is taken for {phi}", float(ACTIVATIONS[other](np.array(z))))
              for other in ("sigmoid", "tanh", "relu") if other != phi),
        ],
    )  # fmt: skip


def backprop(d: Derivation, act: str) -> Iterator[Question]:
    """Ask for the forward numbers, the slopes, the gradients and the new weights of one row."""
    v = reader(d)
    x, a, h, yhat, alpha = (v(name) for name in ("x", "a", "h", "yhat", "alpha"))
    W_1, b_1, W_2, b_2 = (v(name) for name in ("W_1", "b_1", "W_2", "b_2"))
    error, delta = v("dL/dyhat"), v("delta")
    slope = delta / (W_2 * error)
    put = ACTIVATIONS[act]
    yield Question(d["h"], [
        Slip(f"{act} is left out", a),
        Slip("the bias `b_1` is left out", float(put(np.array(a - b_1)))),
        Slip(f"the bias `b_1` is added after {act}", float(put(np.array(a - b_1))) + b_1),
    ])  # fmt: skip
    yield Question(d["yhat"], [
        Slip("the bias `b_2` is left out", yhat - b_2),
        Slip("`W_2` is left out", h + b_2),
        Slip(f"{act} is applied to the output as well", float(put(np.array(yhat)))),
        Slip("`a` is read in place of `h`", W_2 * a + b_2),
    ])  # fmt: skip
    yield Question(d["L"], [
        Slip("the factor 1/2 is left out", error**2),
        Slip("the error is not squared", error / 2),
        Slip("the error itself is given", error),
    ])  # fmt: skip
    yield Question(d["dL/dyhat"], [
        Slip("the target comes first in the difference", -error),
        Slip("the 2 of the square is kept although the 1/2 cancels it", 2 * error),
        Slip("the loss is given and not its slope", error**2 / 2),
        Slip("the prediction is given and not the error", yhat),
    ])  # fmt: skip
    yield Question(d["dL/dW_2"], [
        Slip("`x` is taken for what `W_2` was multiplied by", error * x),
        Slip("`a` is taken for what `W_2` was multiplied by", error * a),
        Slip("`h` is left out", error),
        Slip("`W_2` is taken in place of `h`", error * W_2),
    ])  # fmt: skip
    wrong = {"tanh": {"1 - a²": 1 - a * a, "1 - h": 1 - h}}
    wrong["sigmoid"] = {"a (1 - a)": a * (1 - a), "1 - h²": 1 - h * h}
    yield Question(d["delta"], [
        Slip(f"the slope of {act} is left out", W_2 * error),
        Slip(f"{act} itself is taken for its slope", h * W_2 * error),
        Slip("`W_2` is left out", slope * error),
        Slip("`W_1` is taken in place of `W_2`", slope * W_1 * error),
        *(Slip(f"{written} is taken for the slope", value * W_2 * error)
          for written, value in wrong.get(act, {}).items()),
    ])  # fmt: skip
    yield Question(d["dL/dW_1"], [
        Slip("`h` is taken for what `W_1` was multiplied by", delta * h),
        Slip("`x` is left out", delta),
        Slip(f"the slope of {act} is left out", W_2 * error * x),
        Slip("`dL/dyhat` is taken in place of `delta`", error * x),
    ])  # fmt: skip
    for letter in ("W_1", "W_2"):
        old, gradient = v(letter), v(f"dL/d{letter}")
        yield Question(d[f"{letter}|new"], [
            Slip("the gradient is added, which goes uphill", old + alpha * gradient),
            Slip("`alpha` is left out", old - gradient),
            Slip("the change is given and not the new weight", -alpha * gradient),
        ])  # fmt: skip
