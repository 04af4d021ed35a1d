"""Recurrent networks forward, step by step: Elman and Jordan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from course.worked import arrays
from course.worked.derivation import Derivation
from course.worked.table import Table

ACTIVATIONS = {
    "identity": lambda a: a,
    "tanh": np.tanh,
    "sigmoid": lambda a: 0.5 * (1 + np.tanh(a / 2)),  # does not overflow
}


@dataclass(frozen=True, eq=False)
class Network:
    """The arrays of a recurrent network and of the sequence it reads, float64.

    x (T, n_x), h0 (n_h,), W_xh (n_h, n_x), W_hh (n_h, n_h), b_h (n_h,), W_hy (n_y, n_h),
    b_y (n_y,); Jordan networks also have y0 (n_y,) and W_yh (n_h, n_y).
    """

    x: np.ndarray
    h0: np.ndarray
    W_xh: np.ndarray
    W_hh: np.ndarray
    b_h: np.ndarray
    W_hy: np.ndarray
    b_y: np.ndarray
    y0: np.ndarray | None = None
    W_yh: np.ndarray | None = None

    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays by name, without those that this network has not."""
        order = "x h0 y0 W_xh W_hh W_yh b_h W_hy b_y".split()
        return {name: getattr(self, name) for name in order if getattr(self, name) is not None}

    def give(self, d: Derivation) -> None:
        """Put inputs, first states and weights at the top of a derivation."""
        many = self.x.shape[1] > 1 and len(self.x) > arrays.LISTED
        if many:
            d.give("x", self.x)
        for t, x in enumerate(self.x, start=1):
            d.known[f"x_{t}"] = x
            if not many:
                d.give(f"x_{t}", x)
        for name, value in self.arrays().items():
            if name != "x":
                d.give({"h0": "h_0", "y0": "y_0"}.get(name, name), value)


def network(where: str, act: str, **given: Any) -> Network:
    """Check what came and return the network; ValueError in one sentence if it doesn't fit."""
    if act not in ACTIVATIONS:
        raise ValueError(f"{where}: act is {act!r}, expected one of {', '.join(ACTIVATIONS)}.")
    W_xh = arrays.matrix(where, "W_xh", given["W_xh"], ("n_h", "n_x"))
    n_h, n_x = W_xh.shape
    because = f", since W_xh of shape {W_xh.shape} means n_h = {n_h} and n_x = {n_x}"
    W_hy = arrays.matrix(where, "W_hy", given["W_hy"], ("n_y", n_h), because)
    n_y = len(W_hy)
    y_because = f", since W_hy of shape {W_hy.shape} means n_y = {n_y}"
    jordan = {}
    if "W_yh" in given:
        jordan["y0"] = arrays.vector(where, "y0", given["y0"], n_y, y_because)
        jordan["W_yh"] = arrays.matrix(where, "W_yh", given["W_yh"], (n_h, n_y), y_because)
    return Network(
        x=arrays.sequence(where, "x", given["x"], n_x, because=because),
        h0=arrays.vector(where, "h0", given["h0"], n_h, because),
        W_xh=W_xh,
        W_hh=arrays.matrix(where, "W_hh", given["W_hh"], (n_h, n_h), because),
        b_h=arrays.vector(where, "b_h", given["b_h"], n_h, because),
        W_hy=W_hy,
        b_y=arrays.vector(where, "b_y", given["b_y"], n_y, y_because),
        **jordan,
    )


def elman(
    x: Any = (1, 2, 3, 4),
    h0: Any = 0,
    W_xh: Any = 1,
    W_hh: Any = 1,
    b_h: Any = 1,
    W_hy: Any = 1,
    b_y: Any = 1,
    act: str = "tanh",
    digits: int = 4,
) -> Derivation:
    """Work an Elman network by hand (Elman, 1990): the state comes back.

    h_t = act(W_xh x_t + W_hh h_{t-1} + b_h),  y_t = W_hy h_t + b_y,  for t = 1 ... T.

    `x` has shape (T, n_x), or (T,) where n_x is 1; `h0` and `b_h` (n_h,), `W_xh` (n_h, n_x),
    `W_hh` (n_h, n_h), `W_hy` (n_y, n_h), `b_y` (n_y,). A number is a 1x1 matrix, or fills a
    vector. `act` is identity, tanh or sigmoid; `digits` is how many decimals are shown.

    Returns a `Derivation`. Its `data()` has a and H (T, n_h), Y (T, n_y), and what was given.
    Raises ValueError where a shape doesn't fit, with what came and what was expected.

    >>> elman(x=(1, 2)).step(2)
    Elman network
    <BLANKLINE>
    t = 2
      a_2 = W_xh x_2 + W_hh h_1 + b_h = 1·2 + 1·0.9640 + 1 = 3.9640   (sum before tanh)
      h_2 = tanh(a_2) = tanh(3.9640) = 0.9993   (state)
      y_2 = W_hy h_2 + b_y = 1·0.9993 + 1 = 1.9993   (output)
    >>> elman(x=(1, 2)).data()["H"].round(6).tolist()
    [[0.964028], [0.999279]]
    """
    given = dict(x=x, h0=h0, W_xh=W_xh, W_hh=W_hh, b_h=b_h, W_hy=W_hy, b_y=b_y)
    d = Derivation("Elman network", _equations("W_xh x_t + W_hh h_{t-1} + b_h", act), digits)
    return _forward("elman", d, network("elman", act, **given), act, ("W_xh x", "W_hh h"))


def jordan(
    x: Any = (1, 2, 3, 4),
    h0: Any = 0,
    y0: Any = 0,
    W_xh: Any = 1,
    W_hh: Any = 1,
    W_yh: Any = 1,
    b_h: Any = 1,
    W_hy: Any = 1,
    b_y: Any = 1,
    hybrid: bool = False,
    act: str = "tanh",
    digits: int = 4,
) -> Derivation:
    """Work a Jordan network by hand (Jordan, 1986): the output comes back.

    h_t = act(W_xh x_t + W_yh y_{t-1} + b_h),  y_t = W_hy h_t + b_y,  for t = 1 ... T.
    With `hybrid=True` the sum has the term W_hh h_{t-1} besides; without it `h0` and `W_hh`
    are not used.

    Shapes as in `elman`; also `W_yh` (n_h, n_y) and `y0` (n_y,). Returns a `Derivation`, whose
    `data()` has a and H (T, n_h) and Y (T, n_y). Raises ValueError where a shape doesn't fit.

    >>> jordan(x=(1, 2), digits=7)["h_2"], jordan(x=(1, 2), hybrid=True, digits=7)["h_2"]
    (h_2 = tanh(a_2) = tanh(4.9640276) = 0.9999024   (state), \
h_2 = tanh(a_2) = tanh(5.9280552) = 0.9999858   (state))
    """
    given = dict(x=x, h0=h0, W_xh=W_xh, W_hh=W_hh, b_h=b_h, W_hy=W_hy, b_y=b_y, y0=y0, W_yh=W_yh)
    net = network("jordan", act, **given)
    terms, total = ("W_xh x", "W_yh y"), "W_xh x_t + W_yh y_{t-1} + b_h"
    if hybrid:
        terms, total = (*terms, "W_hh h"), "W_xh x_t + W_yh y_{t-1} + W_hh h_{t-1} + b_h"
    d = Derivation(
        "Jordan-Elman hybrid" if hybrid else "Jordan network", _equations(total, act), digits
    )
    return _forward("jordan", d, net, act, terms)


def applied(act: str, name: str) -> str:
    """Write the activation of a letter as a formula."""
    return name if act == "identity" else f"{act}({name})"


def _equations(total: str, act: str) -> list[str]:
    return [f"a_t = {total}", f"h_t = {applied(act, 'a_t')}", "y_t = W_hy h_t + b_y"]


@np.errstate(over="ignore", invalid="ignore")  # `finite` has the word
def _forward(
    where: str, d: Derivation, net: Network, act: str, terms: tuple[str, ...]
) -> Derivation:
    """Add all steps; `terms` names the products in the sum, each a weight and what it weighs."""
    net.give(d)
    for unused in {"h_0": "h", "W_hh": "h", "y_0": "y"}.items():
        if not any(term.endswith(unused[1]) for term in terms):
            d.given.pop(unused[0], None)
    before = "sum" if act == "identity" else f"sum before {act}"
    rows, h, y = [], net.h0, net.y0
    for t, x in enumerate(net.x, start=1):
        d.part(f"t = {t}", t)
        a = net.b_h
        products = []
        for term in terms:
            weight, letter = term.split()
            a = a + getattr(net, weight) @ {"x": x, "h": h, "y": y}[letter]
            products.append(f"{term}_{t if letter == 'x' else t - 1}")
        a = d.add(f"a_{t}", before, " + ".join([*products, "b_h"]), a)
        h = d.add(f"h_{t}", "state", applied(act, f"a_{t}"), ACTIVATIONS[act](a))
        y = d.add(f"y_{t}", "output", f"W_hy h_{t} + b_y", net.W_hy @ h + net.b_y)
        rows.append([t, x, a, h, y])
    d.tables["steps"] = Table(["t", "x_t", "a_t", "h_t", "y_t"], rows, d.digits)
    a, H, Y = (np.array([row[i] for row in rows]) for i in (2, 3, 4))
    arrays.finite(where, a, H, Y)
    d.arrays = {**net.arrays(), "a": a, "H": H, "Y": Y}
    return d
