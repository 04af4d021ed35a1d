"""Chapter 5, gated networks: gate bench."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from course.widgets.controls import Slider
from course.widgets.gates import GATES, LINES, GateScene
from course.widgets.trial import callable_or_error, name_of, trial
from course.widgets.view import Explore

FULL = 40.0  # tanh of it is 1 in float64


@dataclass(frozen=True)
class Bench:
    """An LSTM cell of one unit and what it is given; weights in PyTorch's order i, f, g, o."""

    x: float = 1.0
    h: float = 0.0
    c: float = 1.0
    W_x: tuple[float, ...] = (1.0,) * 4
    W_h: tuple[float, ...] = (1.0,) * 4
    b: tuple[float, ...] = (0.0,) * 4

    def sums(self) -> dict[str, float]:
        """Return W_x x + W_h h + b by gate."""
        return {
            gate: self.W_x[k] * self.x + self.W_h[k] * self.h + self.b[k]
            for k, gate in enumerate(GATES)
        }


@dataclass(frozen=True)
class Measured:
    """The six lines of a cell, `gates.LINES`: of the student's and of PyTorch's, shape (6,).

    Where the student's function gave nothing, `yours` is nan.
    """

    yours: np.ndarray = field(repr=False)
    reference: np.ndarray = field(repr=False)
    name: str = "lstm_step"
    problem: str = ""


def gate_bench(lstm_step: Callable) -> Explore:
    """Put the student's LSTM cell on the bench and measure each of its gates, beside PyTorch's.

    `lstm_step(x, h, c, W_x, W_h, b)` is called by position: x (B, I), h and c (B, H), W_x (4H, I),
    W_h (4H, H) and b (4H,), float64, the gates in PyTorch's order i, f, g, o; here I = H = 1. It
    returns the new h and c, each (B, H). In its place may stand `torch.nn.LSTMCell` itself, the
    class or a cell: its weights are replaced by those of the bench, one of its two biases by 0.

    A cell does not show its gates, so they are measured, on PyTorch's cell as on the student's:

    - keep, f: how much more new c there is with c = 1 than with c = 0;
    - write, i: the new c where c = 0 and the candidate is driven to 1 by its bias;
    - candidate, g: the new c where c = 0, divided by i;
    - expose, o: the new h divided by tanh of the new c.

    Returns the widget: `w.state` is a `Bench`, `w.result` has the six lines. Raises TypeError for
    what is no function. The LSTM is Hochreiter and Schmidhuber's (1997), with the forget gate of
    Gers and others (2000).

    >>> from torch import nn
    >>> w = gate_bench(nn.LSTMCell)
    >>> w.result.yours.round(4).tolist(), w.problem
    ([0.7311, 0.7311, 0.7616, 1.2878, 0.7311, 0.6277], '')
    """
    callable_or_error("gate_bench", lstm_step, "gate_bench(lstm_step)")
    cell = adapted(lstm_step)
    rails = [Slider(name, name, -3, 3) for name in "xhc"]
    for name in ("W_x", "W_h", "b"):
        reach = 6 if name == "b" else 3
        rails += [
            Slider(f"{name}.{k}", f"{name}{gate}" if name != "b" else f"b_{gate}", -reach, reach)
            for k, gate in enumerate(GATES)
        ]
    return Explore(
        title=f"Gate bench: {name_of(cell)}",
        predict="The cell holds c = 1 and reads x = 1. What will the new c be with b_f = 6 and "
        "b_i = −6? Say it, then set them.",
        state=Bench(),
        controls=rails,
        scene=GateScene,
        compute=lambda state: measured(cell, state),
    )


def adapted(cell: Any) -> Callable:
    """Return a function; PyTorch's cell gets the arguments of `lstm_step`.

    >>> from torch import nn
    >>> adapted(nn.LSTMCell(3, 2)).__name__
    'LSTMCell'
    """
    import torch

    known = torch.nn.LSTMCell
    if not (isinstance(cell, known) or (isinstance(cell, type) and issubclass(cell, known))):
        return cell

    def step(x: Any, h: Any, c: Any, W_x: Any, W_h: Any, b: Any) -> Any:
        weights = {
            "weight_ih": W_x, "weight_hh": W_h, "bias_ih": b, "bias_hh": torch.zeros_like(b),
        }  # fmt: skip
        blank = known(x.shape[1], h.shape[1], dtype=x.dtype)
        return torch.func.functional_call(blank, weights, (x, (h, c)))

    step.__name__ = "LSTMCell"
    return step


def measured(cell: Callable, state: Bench) -> Measured:
    """Measure the student's cell and PyTorch's."""
    import torch

    yours, problem = lines(cell, state)
    reference, _ = lines(adapted(torch.nn.LSTMCell), state)
    return Measured(yours, reference, name_of(cell), problem)


def lines(cell: Callable, state: Bench) -> tuple[np.ndarray, str]:
    """Return what `gates.LINES` names, shape (6,), by three experiments; and what went wrong."""
    h, c, problem = _asked(cell, state, (state.c, 0.0, 1.0))
    _, driven, wrong = _asked(cell, state, (0.0,), candidate=FULL)
    i = driven[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        found = {"f": c[2] - c[1], "i": i, "g": c[1] / i, "c": c[0], "h": h[0]}
        shown = 0 if abs(c[0]) > 1e-9 else 2  # nothing is shown of a cell that holds nothing
        found["o"] = h[shown] / np.tanh(c[shown])
    return np.array([found[line.letter] for line in LINES]), problem or wrong


def _asked(
    cell: Callable, state: Bench, c: tuple[float, ...], candidate: float | None = None
) -> tuple[np.ndarray, np.ndarray, str]:
    """Call the cell for several values of c at once; return new h and c, each of their shape."""
    import torch

    B = len(c)

    def column(values: Any) -> Any:
        return torch.tensor(values, dtype=torch.float64)[:, None]

    weights = {name: column(getattr(state, name)) for name in ("W_x", "W_h", "b")}
    if candidate is not None:
        for weight in weights.values():
            weight[GATES.index("g")] = 0.0
        weights["b"][GATES.index("g")] = candidate
    given = {"x": column([state.x] * B), "h": column([state.h] * B), "c": column(c), **weights}
    given["b"] = given["b"][:, 0]

    def call(**inputs: Any) -> Any:
        return cell(*inputs.values())

    call.__name__ = name_of(cell)
    tried = trial(call, given, {"h": (B, 1), "c": (B, 1)})
    h, c_new = (tried.arrays.get(name, np.full((B, 1), np.nan))[:, 0] for name in "hc")
    return h, c_new, tried.problem
