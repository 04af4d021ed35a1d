"""Typical slips in recurrent networks: for each number that is asked, what wrong ones come from.

All networks here have one input, one state and one output. A slip is computed from the right
numbers of the steps before, since these stand on the page when the question is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from course.worked.derivation import Derivation
from course.worked.tutor import Question, Slip

Read = Callable[[str], float]


def reader(d: Derivation) -> Read:
    """Return a function that gives the value of a name in a derivation as a float."""
    return lambda name: float(np.asarray(d.known[name]).item())


def elman(d: Derivation) -> Iterator[Question]:
    """Ask for h_t and y_t of an Elman network, t = 1 ... T."""
    v = reader(d)
    for t in range(1, len(d) + 1):
        a, x, h = v(f"a_{t}"), v(f"x_{t}"), v(f"h_{t - 1}")
        W_xh, W_hh, b_h = v("W_xh"), v("W_hh"), v("b_h")
        sums = _sum(t, v)
        sums[f"the state `h_{t - 1}` is left out"] = a - W_hh * h
        sums["`W_xh` and `W_hh` are exchanged"] = W_hh * x + W_xh * h + b_h
        for s in range(t - 1):
            sums[_read(f"h_{s}", f"h_{t - 1}")] = a + W_hh * (v(f"h_{s}") - h)
        yield Question(d[f"h_{t}"], _squashed(a, sums))
        yield Question(d[f"y_{t}"], _output(t, v))


def jordan(d: Derivation, hybrid: bool) -> Iterator[Question]:
    """Ask for h_t and y_t of a Jordan network or of the hybrid, t = 1 ... T."""
    v = reader(d)
    for t in range(1, len(d) + 1):
        a, x, y = v(f"a_{t}"), v(f"x_{t}"), v(f"y_{t - 1}")
        W_xh, W_yh, b_h = v("W_xh"), v("W_yh"), v("b_h")
        sums = _sum(t, v)
        sums[f"the output `y_{t - 1}` is left out"] = a - W_yh * y
        for s in range(t - 1):
            sums[_read(f"y_{s}", f"y_{t - 1}")] = a + W_yh * (v(f"y_{s}") - y)
        if hybrid:
            W_hh, h = v("W_hh"), v(f"h_{t - 1}")
            sums[f"the state `h_{t - 1}` is left out"] = a - W_hh * h
            sums["`W_yh` and `W_hh` are exchanged"] = W_xh * x + W_hh * y + W_yh * h + b_h
            for s in range(t - 1):
                sums[_read(f"h_{s}", f"h_{t - 1}")] = a + W_hh * (v(f"h_{s}") - h)
        else:
            sums["`W_xh` and `W_yh` are exchanged"] = W_yh * x + W_xh * y + b_h
            if t > 1:
                sums[_read(f"h_{t - 1}", f"y_{t - 1}")] = a + W_yh * (v(f"h_{t - 1}") - y)
        yield Question(d[f"h_{t}"], _squashed(a, sums))
        yield Question(d[f"y_{t}"], _output(t, v))


def bptt(d: Derivation, act: str, truncate: int | None) -> Iterator[Question]:
    """Ask for dL/dy_t and delta_t, t = T ... 1, then for the five gradients."""
    v = reader(d)
    T = len(d.data()["L"])
    for t in range(T, 0, -1):
        yield Question(d[f"dL/dy_{t}"], _slope_of_loss(t, T, v))
        yield Question(d[f"delta_{t}"], _delta(t, T, v, act, bool(truncate and t % truncate == 0)))
    steps = range(1, T + 1)
    delta, dy = ([v(f"{name}_{t}") for t in steps] for name in ("delta", "dL/dy"))
    x, h, before = (
        [v(f"{name}_{t - s}") for t in steps] for name, s in (("x", 0), ("h", 0), ("h", 1))
    )
    one = [1.0] * T
    old, new, given = "the states `h_{t-1}`", "the states `h_t`", "the inputs `x_t`"
    errors, deltas = "`dL/dy_t`", "`delta_t`"
    for name, backward, forward, others in (
        ("W_hh", delta, before, {(new, old): (delta, h), (given, old): (delta, x)}),
        ("W_xh", delta, x, {(old, given): (delta, before), (new, given): (delta, h)}),
        ("b_h", delta, one, {(errors, deltas): (dy, one)}),
        ("W_hy", dy, h, {(old, new): (dy, before), (deltas, errors): (delta, h)}),
        ("b_y", dy, one, {(deltas, errors): (delta, one)}),
    ):
        right = float(np.dot(backward, forward))
        slips = [
            Slip(f"only the last step, {T}, contributes", backward[-1] * forward[-1]),
            Slip("each step overwrites the one before, and only step 1 is left",
                 backward[0] * forward[0]),
            Slip(f"the sum is divided by the number of steps, {T}", right / T),
            *(Slip(f"{wrong} are taken in place of {wanted}", float(np.dot(*pair)))
              for (wrong, wanted), pair in others.items()),
        ]  # fmt: skip
        yield Question(d[f"dL/d{name}"], slips if T > 1 else slips[3:])


def _sum(t: int, v: Read) -> dict[str, float]:
    """Wrong sums before the activation, by what went wrong, that all networks share."""
    a, b_h = v(f"a_{t}"), v("b_h")
    sums = {"the bias `b_h` is left out": a - b_h, "the bias `b_h` is added twice": a + b_h}
    if t > 1:
        sums[_read(f"x_{t - 1}", f"x_{t}")] = a + v("W_xh") * (v(f"x_{t - 1}") - v(f"x_{t}"))
    return sums


def _squashed(a: float, sums: dict[str, float]) -> list[Slip]:
    return [
        Slip("tanh is left out", a),
        *(Slip(when, float(np.tanh(wrong))) for when, wrong in sums.items()),
    ]


def _output(t: int, v: Read) -> list[Slip]:
    y, h, W_hy, b_y = v(f"y_{t}"), v(f"h_{t}"), v("W_hy"), v("b_y")
    return [
        Slip("the bias `b_y` is left out", y - b_y),
        Slip("the bias `b_y` is added twice", y + b_y),
        Slip("`b_h` is added in place of `b_y`", y - b_y + v("b_h")),
        Slip("`W_hy` is left out", h + b_y),
        Slip("tanh is applied to the output as well", float(np.tanh(y))),
        Slip(_read(f"h_{t - 1}", f"h_{t}"), y + W_hy * (v(f"h_{t - 1}") - h)),
    ]


def _slope_of_loss(t: int, T: int, v: Read) -> list[Slip]:
    y, error = v(f"y_{t}"), v(f"y_{t}") - v(f"target_{t}")
    slips = [
        Slip("the factor 2 is left out", error),
        Slip("the target comes first in the difference", -2 * error),
        Slip("the squared error is given and not its slope", error**2),
        Slip(f"the input `x_{t}` is taken for the target", 2 * (y - v(f"x_{t}"))),
    ]
    if t > 1:
        other = v(f"target_{t - 1}")
        slips.append(Slip(_read(f"target_{t - 1}", f"target_{t}"), 2 * (y - other)))
    if T > 2:  # with two steps the same as a forgotten 2
        slips.append(Slip(f"the loss is a mean over the {T} steps", 2 * error / T))
    return slips


def _delta(t: int, T: int, v: Read, act: str, cut: bool) -> list[Slip]:
    a, h, dy, W_hy, W_hh = v(f"a_{t}"), v(f"h_{t}"), v(f"dL/dy_{t}"), v("W_hy"), v("W_hh")
    slope = {"identity": 1.0, "tanh": 1 - h * h, "sigmoid": h * (1 - h)}[act]
    output, later = v(f"dL/dh_{t}|output"), v(f"dL/dh_{t}|next")
    slips = [Slip("`W_hy` is left out", slope * (dy + later))]
    wrong: dict[str, Any] = {"tanh": {"1 - a²": 1 - a * a, "1 - h": 1 - h}}
    wrong["sigmoid"] = {"a (1 - a)": a * (1 - a), "1 - h²": 1 - h * h}
    if act in wrong:
        slips.append(Slip(f"the slope of {act} is left out", output + later))
        for written, value in wrong[act].items():
            slips.append(Slip(f"{written} is taken for the slope", value * (output + later)))
    if cut and t < T:
        whole = slope * (output + W_hh * v(f"delta_{t + 1}"))
        slips.append(Slip(f"the chain is not cut before step {t + 1}", whole))
    elif t < T:
        after = v(f"delta_{t + 1}")
        slips += [
            Slip(f"nothing is passed back from step {t + 1}", slope * output),
            Slip(f"the output of step {t} is left out", slope * later),
            Slip("`W_hh` is left out", slope * (output + after)),
            Slip("`W_hy` and `W_hh` are exchanged", slope * (W_hh * dy + W_hy * after)),
        ]
        if act in wrong:
            when = f"the slope multiplies only what comes from the output of step {t}"
            slips.append(Slip(when, slope * output + later))
    return slips


def _read(wrong: str, right: str) -> str:
    return f"`{wrong}` is read in place of `{right}`"
