"""A neuron, and a network with one hidden layer: forward, backward and one update."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from course.worked import arrays
from course.worked.derivation import Derivation
from course.worked.table import Table

ACTIVATIONS = {
    "identity": lambda z: z,
    "step": lambda z: (z >= 0).astype(float),
    "sigmoid": lambda z: 0.5 * (1 + np.tanh(z / 2)),  # does not overflow
    "relu": lambda z: np.maximum(z, 0.0),
    "tanh": np.tanh,
}
# How a hidden activation's slope is written for one unit, for several, and its figure.
SLOPES = {
    "identity": ("", "", lambda a, h: np.ones_like(a)),
    "relu": ("slope(a) ", "slope(a) ⊙ ", lambda a, h: (a > 0).astype(float)),
    "sigmoid": ("h (1 - h) ", "h ⊙ (1 - h) ⊙ ", lambda a, h: h * (1 - h)),
    "tanh": ("(1 - h^2) ", "(1 - h ⊙ h) ⊙ ", lambda a, h: 1 - h * h),
}
LISTED = 5  # a neuron with more inputs is written with vectors
SUMMED = 6  # a sum of more terms is written with an ellipsis
NAMES = {"W1": "W_1", "b1": "b_1", "W2": "W_2", "b2": "b_2"}  # in code, in formulas


def neuron(
    x: Any = (3, 2), w: Any = (0.5, -1), b: Any = 1, phi: str = "step", digits: int = 4
) -> Derivation:
    """Work a neuron by hand (McCulloch and Pitts, 1943; Rosenblatt, 1958).

    z = w_1 x_1 + ... + w_m x_m + b,  y = phi(z).

    `x` and `w` have shape (m,); `b` is a number; `phi` is identity, step, sigmoid, relu or tanh.

    Returns a `Derivation`. Its `data()` has z and y, and what was given. Raises ValueError where
    a shape doesn't fit, with what came and what was expected.

    >>> neuron()
    A neuron
    <BLANKLINE>
      z = w_1 x_1 + w_2 x_2 + b
      y = step(z)
      given: x_1, x_2 = 3, 2, w_1, w_2 = 0.5, -1, b = 1
    <BLANKLINE>
    Forward
      z = w_1 x_1 + w_2 x_2 + b = 0.5·3 + (-1)·2 + 1 = 0.5   (the weighted sum)
      y = step(z) = step(0.5) = 1   (the output)
    """
    if phi not in ACTIVATIONS:
        raise ValueError(f"neuron: phi is {phi!r}, expected one of {', '.join(ACTIVATIONS)}.")
    w = arrays.numeric("neuron", "w", w)
    if w.ndim == 0:
        w = w.reshape(1)
    if w.ndim != 1 or w.size == 0:
        raise ValueError(f"neuron: w has shape {w.shape}, expected (m,).")
    x = arrays.vector("neuron", "x", x, len(w), f", since w has {len(w)} weights")
    b = _number("neuron", "b", b)
    terms = "w^T x"
    if len(w) <= LISTED:
        terms = " + ".join(f"w_{i} x_{i}" for i in range(1, len(w) + 1))
    out = "z" if phi == "identity" else f"{phi}(z)"
    d = Derivation("A neuron", [f"z = {terms} + b", f"y = {out}"], digits)
    for name, values in (("x", x), ("w", w)):
        if len(w) > LISTED:
            d.give(name, values)
        else:
            for i, value in enumerate(values, start=1):
                d.give(f"{name}_{i}", value)
    d.give("b", b)
    d.part("Forward")
    z = d.add("z", "the weighted sum", f"{terms} + b", w @ x + b)
    y = d.add("y", "the output", out, ACTIVATIONS[phi](z))
    d.tables["neuron"] = Table(["z", "y"], [[z, y]], digits)
    d.arrays = {"x": x, "w": w, "b": b, "z": z, "y": y}
    arrays.finite("neuron", z, y)
    return d


@dataclass(frozen=True, eq=False)
class Network:
    """Rows X (n, d) with targets y (n,), weights W1 (h, d), b1 (h,), W2 (1, h), b2 (1,)."""

    X: np.ndarray
    y: np.ndarray
    W1: np.ndarray
    b1: np.ndarray
    W2: np.ndarray
    b2: np.ndarray


@np.errstate(over="ignore", invalid="ignore")  # `finite` has the word
def backprop(
    X: Any = (1, 2),
    y: Any = 3,
    W1: Any = ((2, -1), (1, 1), (-1, 0)),
    b1: Any = (1, -1, 0),
    W2: Any = ((3, -1, 2),),
    b2: Any = 1,
    act: str = "relu",
    alpha: float | None = None,
    digits: int = 4,
) -> Derivation:
    """Work backpropagation by hand (Rumelhart, Hinton and Williams, 1986): one hidden layer.

    a = W1 x + b1,  h = act(a),  yhat = W2 h + b2,  L = (yhat - y)^2 / 2 for each row; the cost C
    is the mean of the losses. Backward, delta is dL/da: the slope of the activation times
    W2^T dL/dyhat. The slope of relu is 1 where a > 0, else 0.

    `X` has shape (n, d), or (d,) for one row; `y` (n,); `W1` (h, d), `b1` (h,), `W2` (1, h), `b2` a
    number. A number is a 1x1 matrix. `act` is identity, relu, sigmoid or tanh. `alpha` adds one
    step of gradient descent with this learning rate.

    Returns a `Derivation`. With several rows `step(i)` is row i, and the mean over the rows
    follows. Its `data()` has A, H, delta (n, h); yhat, L, dyhat (n,); cost; the dict gradients
    and, with alpha, updated; and what was given. Table: rows. Raises ValueError where a shape or
    an option doesn't fit.

    >>> d = backprop(alpha=0.1)
    >>> d["delta"]
    delta = slope(a) ⊙ dL/dh   (the gradient dL/da)
          = slope([1, 2, -1]) ⊙ [-3, 1, -2]
          = [-3, 1, 0]
    >>> d.data()["updated"]["W1"].round(6).tolist()
    [[2.3, -0.4], [0.9, 0.8], [-1.0, 0.0]]
    """
    net = _network(X, y, W1, b1, W2, b2, act)
    n = len(net.X)
    wide = net.W1.size > 1
    slope, top = SLOPES[act][1 if wide else 0], "^T" if wide else ""
    arriving = f"W_2{top} dL/dyhat"
    equations = [
        "a = W_1 x + b_1",
        "h = a" if act == "identity" else f"h = {act}(a)",
        "yhat = W_2 h + b_2",
        "L = 0.5 (yhat - y)^2",
        f"delta = {slope}({arriving})" if slope else f"delta = {arriving}",
    ]
    d = Derivation("Backpropagation", equations, digits)
    if n > 1:
        d.give("X", net.X)
        d.give("y", net.y)
    else:
        d.give("x", net.X[0])
        d.give("y", net.y[0])
    for name, letter in NAMES.items():
        d.give(letter, getattr(net, name))
    found = [_row(d, net, i, act, slope, top) for i in range(n)]
    gradients = {name: np.mean([row["dL"][name] for row in found], axis=0) for name in NAMES}
    L = np.array([row["L"] for row in found])
    arrays.finite("backprop", L, *gradients.values())
    if n > 1:
        _mean(d, n, L, gradients)
    columns = ["row", "x", "h", "yhat", "y", "L", "dL/dyhat", "delta"]
    rows = [
        [i + 1, net.X[i], r["h"], r["yhat"], net.y[i], r["L"], r["dyhat"], r["delta"]]
        for i, r in enumerate(found)
    ]
    d.tables = {"rows": Table(columns, rows, digits)}
    d.arrays = {name: getattr(net, name) for name in ("X", "y", *NAMES)}
    for letter, name in (("A", "a"), ("H", "h"), ("delta", "delta"), ("yhat", "yhat"),
                         ("dyhat", "dyhat")):  # fmt: skip
        d.arrays[letter] = np.array([row[name] for row in found])
    d.arrays |= {"L": L, "cost": L.mean(), "gradients": gradients}
    if alpha is not None:
        d.arrays["updated"] = _update(d, net, gradients, "C" if n > 1 else "L", alpha)
    return d


def _network(X: Any, y: Any, W1: Any, b1: Any, W2: Any, b2: Any, act: str) -> Network:
    if act not in SLOPES:
        raise ValueError(f"backprop: act is {act!r}, expected one of {', '.join(SLOPES)}.")
    W1 = arrays.matrix("backprop", "W1", W1, ("h", "d"))
    h, d = W1.shape
    because = f", since W1 of shape {W1.shape} means h = {h} and d = {d}"
    X = arrays.numeric("backprop", "X", X)
    if X.ndim < 2 and X.size == d:
        X = X.reshape(1, d)  # one row
    X = arrays.matrix("backprop", "X", X, ("n", d), because)
    rows = f", since X has {len(X)} row{'s' if len(X) > 1 else ''}"
    return Network(
        X=X,
        y=arrays.vector("backprop", "y", y, len(X), rows),
        W1=W1,
        b1=arrays.vector("backprop", "b1", b1, h, because),
        W2=arrays.matrix("backprop", "W2", W2, (1, h), because),
        b2=arrays.vector("backprop", "b2", b2, 1),
    )


def _row(d: Derivation, net: Network, i: int, act: str, slope: str, top: str) -> dict[str, Any]:
    """Add the steps of one row, forward and backward, and return their figures."""
    n = len(net.X)
    if n > 1:
        d.part(f"Row {i + 1}", i + 1)
        d.known |= {"x": net.X[i], "y": net.y[i]}
        mark, index = f"|row={i + 1}", f"_{i + 1}"
    else:
        d.part("Forward")
        mark = index = ""
    a = d.add("a", "the hidden sums", "W_1 x + b_1", net.W1 @ net.X[i] + net.b1)
    out = "a" if act == "identity" else f"{act}(a)"
    h = d.add("h", "the hidden values", out, ACTIVATIONS[act](a))
    yhat = d.add("yhat", "the prediction", "W_2 h + b_2", net.W2 @ h + net.b2)
    error = yhat - net.y[i]
    loss = d.add(f"L{index}", "the loss", "0.5 (yhat - y)^2", 0.5 * error**2)
    if n == 1:
        d.part("Backward")
    d.add("dL/dyhat", "slope of the loss at `yhat`", "yhat - y", error)
    dL = {
        "W2": d.add(f"dL/dW_2{mark}", "", f"dL/dyhat h{top}", np.outer(error, h)),
        "b2": d.add(f"dL/db_2{mark}", "", "dL/dyhat", error),
    }
    dh = d.add("dL/dh", "through `W_2`", f"W_2{top} dL/dyhat", net.W2.T @ error)
    written = f"{slope}dL/dh"
    delta = d.add("delta", "the gradient `dL/da`", written, SLOPES[act][2](a, h) * dh)
    dL["W1"] = d.add(f"dL/dW_1{mark}", "", f"delta x{top}", np.outer(delta, net.X[i]))
    dL["b1"] = d.add(f"dL/db_1{mark}", "", "delta", delta)
    return {"a": a, "h": h, "yhat": yhat.item(), "L": loss.item(), "dyhat": error.item(),
            "delta": delta, "dL": dL}  # fmt: skip


def _mean(d: Derivation, n: int, L: np.ndarray, gradients: dict[str, np.ndarray]) -> None:
    d.part(f"Mean over the {n} rows")
    d.add("C", "the cost", _over([f"L_{i}" for i in range(1, n + 1)], n), L.mean())
    for name, letter in NAMES.items():
        terms = [f"dL/d{letter}|row={i}" for i in range(1, n + 1)]
        d.add(f"dC/d{letter}", "", _over(terms, n), gradients[name])


def _update(
    d: Derivation, net: Network, gradients: dict[str, np.ndarray], of: str, alpha: Any
) -> dict[str, np.ndarray]:
    rate = _number("backprop", "alpha", alpha)
    d.give("alpha", rate)
    d.part("Update")
    return {
        name: d.add(
            f"{letter}|new",
            "",
            f"{letter} - alpha d{of}/d{letter}",
            getattr(net, name) - rate * gradients[name],
        )
        for name, letter in NAMES.items()
    }


def _over(terms: list[str], n: int) -> str:
    if len(terms) > SUMMED:
        terms = [*terms[:2], "...", terms[-1]]
    return f"({' + '.join(terms)}) / {n}"


def _number(where: str, name: str, value: Any) -> np.ndarray:
    array = arrays.numeric(where, name, value)
    if array.size != 1:
        raise ValueError(f"{where}: {name} has shape {array.shape}, expected a single number.")
    return array.reshape(())
