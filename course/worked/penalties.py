"""A price on weights, in numbers: the L1 and the L2 penalty, and how they pull."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.worked import arrays
from course.worked.derivation import Derivation
from course.worked.table import Table

MOST = 6  # weights: more would not fit on a line


def penalty(
    w: Any = (2, -0.5, 0.1),
    loss: Any = 1,
    l1: Any = 0.1,
    l2: Any = 0.1,
    digits: int = 4,
) -> Derivation:
    """Work the penalised loss by hand: loss + l1 (sum of |w|) + l2 (sum of w^2).

    With s the sign of w (0 for 0), |w| is s w; so the penalty adds l1 s + 2 l2 w to the gradient
    of each weight (Tibshirani, 1996, for L1; Hoerl and Kennard, 1970, for L2).

    `w` has shape (n,), with n from 1 to 6; `loss`, `l1` and `l2` are single numbers. Returns a
    `Derivation`. Its `data()` has w, signs, total, and the pulls by part: pull_l1, pull_l2 and
    pull (n,). Tables: pulls. Raises ValueError where a shape doesn't fit.

    >>> penalty()["total"]
    total = loss + lambda_1 A + lambda_2 Q = 1 + 0.1·2.6 + 0.1·4.26 = 1.686   (penalised loss)
    >>> penalty().table("pulls")
    w     s   from_1  from_2
    2     1   0.1     0.4
    -0.5  -1  -0.1    -0.1
    0.1   1   0.1     0.02
    """
    w = np.atleast_1d(arrays.numeric("penalty", "w", w))
    if w.ndim != 1 or not 1 <= len(w) <= MOST:
        raise ValueError(f"penalty: w has shape {w.shape}, expected (n,) with n from 1 to {MOST}.")
    loss, l1, l2 = (_number(name, v) for name, v in (("loss", loss), ("l1", l1), ("l2", l2)))
    d = Derivation("A price on weights", digits=digits)
    for name, value in (("loss", loss), ("lambda_1", l1), ("lambda_2", l2)):
        d.give(name, value)
    signs = np.sign(w)
    for i, value in enumerate(w, start=1):
        d.give(f"w_{i}", value)
    for i, sign in enumerate(signs, start=1):
        d.give(f"s_{i}", sign)
    steps = range(1, len(w) + 1)
    d.part("The price")
    absolute = d.add(
        "A", "sum of absolute values", " + ".join(f"s_{i} w_{i}" for i in steps), abs(w).sum()
    )
    squared = d.add("Q", "sum of squares", " + ".join(f"w_{i}^2" for i in steps), (w**2).sum())
    total = loss + l1 * absolute + l2 * squared
    d.add("total", "penalised loss", "loss + lambda_1 A + lambda_2 Q", total)
    d.part("How it pulls")
    for i, value in enumerate(w):
        meaning = f"what the price adds to the gradient of `w_{i + 1}`"
        pull = l1 * signs[i] + 2 * l2 * value
        formula = f"lambda_1 s_{i + 1} + 2 lambda_2 w_{i + 1}"
        d.add(f"pull_{i + 1}", meaning, formula, pull)
    pulls = {"pull_l1": l1 * signs, "pull_l2": 2 * l2 * w}
    rows = zip(w, signs, pulls["pull_l1"], pulls["pull_l2"], strict=True)
    d.tables["pulls"] = Table(["w", "s", "from_1", "from_2"], rows, digits)
    d.arrays = {"w": w, "signs": signs, "total": total, **pulls, "pull": sum(pulls.values())}
    return d


def _number(name: str, value: Any) -> np.ndarray:
    number = arrays.numeric("penalty", name, value)
    if number.ndim:
        raise ValueError(f"penalty: {name} has shape {number.shape}, expected a single number.")
    return number
