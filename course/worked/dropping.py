"""One pass of dropout, number by number."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.worked import arrays
from course.worked.derivation import Derivation
from course.worked.table import Table

MOST = 8  # outputs: more would not fit in a table of numbers worked by hand


def dropout(
    h: Any = (2, 1, -3, 4),
    u: Any = (0.91, 0.23, 0.55, 0.08),
    p: float = 0.5,
    digits: int = 4,
) -> Derivation:
    """Work one pass of inverted dropout by hand (Srivastava et al., 2014).

    Output i is dropped if its draw u_i is below p; what is kept is divided by 1 - p, so that the
    mean over many draws is what it was.

    `h` and `u` have shape (n,), with n from 1 to 8; the draws are in [0, 1), `p` too. Returns a
    `Derivation`. Its `data()` has h, u, keep (n,) of 0 and 1, and out (n,). Tables: outputs.
    Raises ValueError where a shape or a number doesn't fit.

    >>> dropout().table()
    h   u     keep  out
    2   0.91  1     4
    1   0.23  0     0
    -3  0.55  1     -6
    4   0.08  0     0
    """
    h = np.atleast_1d(arrays.numeric("dropout", "h", h))
    u = np.atleast_1d(arrays.numeric("dropout", "u", u))
    if h.ndim != 1 or h.shape != u.shape or not 1 <= len(h) <= MOST:
        raise ValueError(
            f"dropout: h has shape {h.shape} and u {u.shape}, expected (n,) twice, with n from 1 "
            f"to {MOST}."
        )
    rate = arrays.numeric("dropout", "p", p)
    if rate.ndim or not 0 <= rate < 1 or (u < 0).any() or (u >= 1).any():
        raise ValueError("dropout: p and all of u must be numbers from 0 on and below 1.")
    keep = (u >= rate).astype(float)
    d = Derivation("Dropout", digits=digits)
    d.give("p", rate)
    for i, (value, draw) in enumerate(zip(h, u, strict=True), start=1):
        d.give(f"h_{i}", value)
        d.known[f"u_{i}"] = draw
    d.part("In training")
    for i, (value, kept) in enumerate(zip(h, keep, strict=True), start=1):
        drawn = f"`u_{i}` = {u[i - 1]:g}, {'not ' if kept else ''}below p: "
        if kept:
            d.add(f"out_{i}", drawn + "kept", f"h_{i}/(1 - p)", value / (1 - rate))
        else:
            d.add(f"out_{i}", drawn + "dropped", "0", 0.0)
    out = h * keep / (1 - rate)
    d.tables["outputs"] = Table(
        ["h", "u", "keep", "out"], zip(h, u, keep, out, strict=True), digits
    )
    d.arrays = {"h": h, "u": u, "keep": keep, "out": out}
    return d
