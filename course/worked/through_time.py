"""Backpropagation through time, step by step, full and truncated."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.worked import arrays
from course.worked.derivation import Derivation
from course.worked.recurrent import applied, elman, network
from course.worked.table import Table

# How an activation's slope is written by its value h: for one unit, for several, its figure.
SLOPES = {
    "identity": ("", "", np.ones_like),
    "tanh": ("(1 - {h}^2) ", "(1 - {h} ⊙ {h}) ⊙ ", lambda h: 1 - h * h),
    "sigmoid": ("{h} (1 - {h}) ", "{h} ⊙ (1 - {h}) ⊙ ", lambda h: h * (1 - h)),
}
SUMMANDS = {  # what each step contributes to the gradient of a weight
    "W_hh": "`delta_t` `h_{t-1}`",
    "W_xh": "`delta_t` `x_t`",
    "b_h": "`delta_t`",
    "W_hy": "`dL/dy_t` `h_t`",
    "b_y": "`dL/dy_t`",
}
SUMMED = 6  # a sum of more terms is written with an ellipsis


@np.errstate(over="ignore", invalid="ignore")  # `finite` has the word
def bptt(
    x: Any = (1, 2, 3),
    targets: Any = (2, 3, 4),
    h0: Any = 0,
    W_xh: Any = 1,
    W_hh: Any = 1,
    b_h: Any = 1,
    W_hy: Any = 1,
    b_y: Any = 1,
    act: str = "identity",
    truncate: int | None = None,
    alpha: float | None = None,
    digits: int = 4,
) -> Derivation:
    """Work backpropagation through time by hand (Werbos, 1990), on an Elman network.

    The loss is the sum of squared errors over all steps and outputs. Forward, as `elman`
    shows it: a_t, h_t, y_t. Backward, for t = T ... 1, delta_t is dL/da_t: the slope of the
    activation times what arrives at h_t, from the output of step t and from step t+1. Each
    gradient is the sum of what the steps contribute.

    `targets` has the shape of the outputs, (T, n_y) or (T,); the rest is as in `elman`.
    `truncate=k` detaches the state before the steps 1, k+1, 2k+1, ... (Williams and Peng, 1990):
    nothing is passed back across a cut, while the state itself goes on. `truncate=1` is the
    gradient that takes h_{t-1} for a constant. `alpha` adds one update of the weights with
    this learning rate.

    Returns a `Derivation`. Its `data()` has a, H, delta, from_output, from_next (T, n_h); Y,
    dY (T, n_y); L (T,) and loss; the dicts gradients, contributions (time first) and, with
    alpha, updated; and what was given. Tables: steps, gradients, accumulated.
    Raises ValueError where a shape or an option doesn't fit.

    >>> d = bptt()
    >>> d.table("gradients")
    gradient  t=3  t=2  t=1  sum
    dL/dW_hh  60   36   0    96
    dL/dW_xh  36   36   20   92
    dL/db_h   12   18   20   50
    dL/dW_hy  108  30   4    142
    dL/db_y   12   6    2    20
    >>> d["delta_2"]
    delta_2 = dL/dh_2 = 18   (the gradient dL/da_2)
    >>> float(bptt(truncate=2).data()["gradients"]["W_hh"].item())
    72.0
    """
    given = dict(x=x, h0=h0, W_xh=W_xh, W_hh=W_hh, b_h=b_h, W_hy=W_hy, b_y=b_y)
    net = network("bptt", act, **given)
    T, n_y = len(net.x), len(net.W_hy)
    because = f", since there are T = {T} steps and n_y = {n_y}"
    targets = arrays.sequence("bptt", "targets", targets, n_y, T, because)
    if truncate is not None and (type(truncate) is not int or truncate < 1):
        raise ValueError(f"bptt: truncate is {truncate!r}, expected None or a whole number >= 1.")
    forward = elman(**net.arrays(), act=act, digits=digits)

    wide = net.W_xh.size > 1 or n_y > 1
    transposed = "^T" if wide else ""
    slope = SLOPES[act][1 if wide else 0]
    d = Derivation("Backpropagation through time", _equations(act, slope, transposed), digits)
    net.give(d)
    for t, target in enumerate(targets, start=1):
        d.give(f"target_{t}", target)
    d.known |= forward.known
    d.part("Forward", table=forward.table())

    H, Y, a = (forward.data()[name] for name in ("H", "Y", "a"))
    L = _losses(d, Y, targets)
    cuts = set(range(truncate, T, truncate)) if truncate else set()
    back = _backward(d, net, act, H, Y, targets, cuts, slope, transposed)
    gradients = _sums(d, back["contributions"])
    arrays.finite("bptt", L, back["delta"], *gradients.values())

    rows = zip(range(1, T + 1), net.x, H, Y, targets, L, back["dY"], back["delta"], strict=True)
    columns = ["t", "x_t", "h_t", "y_t", "target_t", "L_t", "dL/dy_t", "delta_t"]
    d.tables = {"steps": Table(columns, rows, digits), **d.tables}
    d.arrays = {**net.arrays(), "targets": targets, "a": a, "H": H, "Y": Y, "L": L}
    d.arrays |= {"loss": L.sum(), **back, "gradients": gradients}
    if alpha is not None:
        d.arrays["updated"] = _update(d, net, gradients, alpha)
    return d


def _equations(act: str, slope: str, transposed: str) -> list[str]:
    arriving = f"W_hy{transposed} dL/dy_t + W_hh{transposed} delta_{{t+1}}"
    return [
        "a_t = W_xh x_t + W_hh h_{t-1} + b_h",
        f"h_t = {applied(act, 'a_t')}",
        "y_t = W_hy h_t + b_y",
        f"delta_t = {slope.format(h='h_t')}({arriving})" if slope else f"delta_t = {arriving}",
    ]


def _losses(d: Derivation, Y: np.ndarray, targets: np.ndarray) -> np.ndarray:
    d.part("Losses")
    L = ((Y - targets) ** 2).sum(axis=1)
    for t, loss in enumerate(L, start=1):
        error = f"(y_{t} - target_{t})"
        if Y.shape[1] > 1:
            d.add(f"L_{t}", "squared errors of all outputs", f"{error}^T {error}", loss)
        else:
            d.add(f"L_{t}", "squared error", f"{error}^2", loss)
    d.add("L", "loss", _plus([f"L_{t}" for t in range(1, len(L) + 1)]), L.sum())
    return L


def _backward(
    d: Derivation,
    net: Any,
    act: str,
    H: np.ndarray,
    Y: np.ndarray,
    targets: np.ndarray,
    cuts: set[int],
    slope: str,
    transposed: str,
) -> dict[str, Any]:
    """Add the steps from the last to the first; `cuts` are the steps that get nothing back."""
    T = len(H)
    found: dict[str, Any] = {"dY": np.empty_like(Y), "from_output": np.empty_like(H)}
    found |= {"from_next": np.zeros_like(H), "delta": np.empty_like(H)}
    found["contributions"] = {name: np.empty((T, *getattr(net, name).shape)) for name in SUMMANDS}
    for t in range(T, 0, -1):
        i, h = t - 1, H[t - 1]
        before = H[i - 1] if i else net.h0
        cut = t in cuts
        d.part(f"Backward, t = {t}" + (f", cut before step {t + 1}" if cut else ""), t)
        dy = d.add(
            f"dL/dy_{t}",
            f"slope of the loss at `y_{t}`",
            f"2 (y_{t} - target_{t})",
            2 * (Y[i] - targets[i]),
        )
        output = d.add(
            f"dL/dh_{t}|output",
            f"from the output of step {t}",
            f"W_hy{transposed} dL/dy_{t}",
            net.W_hy.T @ dy,
        )
        if cut or t == T:
            why = f"the last step: nothing follows step {t}"
            if cut:
                why = f"cut: the state is detached before step {t + 1}"
            later = d.add(f"dL/dh_{t}|next", why, "0", np.zeros_like(h))
        else:
            later = d.add(
                f"dL/dh_{t}|next",
                f"from step {t + 1}, through `W_hh`",
                f"W_hh{transposed} delta_{t + 1}",
                net.W_hh.T @ found["delta"][i + 1],
            )
        both = f"dL/dh_{t}|output + dL/dh_{t}|next"
        dh = d.add(f"dL/dh_{t}", "all that arrives", both, output + later)
        delta = d.add(
            f"delta_{t}",
            f"the gradient `dL/da_{t}`",
            f"{slope.format(h=f'h_{t}')}dL/dh_{t}",
            SLOPES[act][2](h) * dh,
        )
        for name, formula, value in (
            ("W_hh", f"delta_{t} h_{t - 1}{transposed}", np.outer(delta, before)),
            ("W_xh", f"delta_{t} x_{t}{transposed}", np.outer(delta, net.x[i])),
            ("b_h", f"delta_{t}", delta),
            ("W_hy", f"dL/dy_{t} h_{t}{transposed}", np.outer(dy, h)),
            ("b_y", f"dL/dy_{t}", dy),
        ):
            d.add(f"dL/d{name}|t={t}", f"contribution of step {t}", formula, value)
            found["contributions"][name][i] = value
        found["dY"][i], found["delta"][i] = dy, delta
        found["from_output"][i], found["from_next"][i] = output, later
    return found


def _sums(d: Derivation, contributions: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Add the sums over the steps, a table of the contributions and one of the running sums."""
    T = len(contributions["b_h"])
    steps = range(T, 0, -1)
    running = {name: each[::-1].cumsum(axis=0) for name, each in contributions.items()}
    gradients = {name: each.sum(axis=0) for name, each in contributions.items()}
    columns = ["gradient", *(f"t={t}" for t in steps), "sum"]
    rows = [
        [f"dL/d{name}", *contributions[name][::-1], gradient]
        for name, gradient in gradients.items()
    ]
    d.tables["gradients"] = Table(columns, rows, d.digits)
    columns = ["t", *(f"dL/d{name}" for name in gradients)]
    rows = [[t, *(running[name][T - t] for name in gradients)] for t in steps]
    d.tables["accumulated"] = Table(columns, rows, d.digits)
    numbers = all(gradient.size == 1 for gradient in gradients.values())
    shown = d.tables["accumulated"] if numbers else None  # matrices would be too wide side by side
    d.part("Gradients, summed on the way back", table=shown)
    for name, gradient in gradients.items():
        terms = _plus([f"dL/d{name}|t={t}" for t in steps])
        d.add(f"dL/d{name}", f"sum of all {SUMMANDS[name]}", terms, gradient)
    return gradients


def _update(
    d: Derivation, net: Any, gradients: dict[str, np.ndarray], alpha: Any
) -> dict[str, np.ndarray]:
    rate = arrays.numeric("bptt", "alpha", alpha)
    if rate.ndim:
        raise ValueError(f"bptt: alpha has shape {rate.shape}, expected a single number.")
    d.give("alpha", rate)
    d.part("Update")
    return {
        name: d.add(
            f"{name}|new",
            "",
            f"{name} - alpha dL/d{name}",
            getattr(net, name) - rate * gradient,
        )
        for name, gradient in gradients.items()
    }


def _plus(terms: list[str]) -> str:
    if len(terms) > SUMMED:
        terms = [*terms[:2], "...", terms[-1]]
    return " + ".join(terms)
