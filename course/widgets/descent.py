"""Downhill: one weight on its way over a cost with two valleys, by the student's step.

The weight is used twice, as in a recurrent network: a row (x1, x2) gets the prediction
w (w x1 + x2), and C(w) = 1/(2n) sum over the rows of (prediction - y)^2. This cost has a shallow
valley on the left and a deep one on the right.

The step of a linear neuron, `grad_step(w, X, y, alpha)`, is asked for the rows as they look from w,
where the prediction is nearly linear: with its slopes as X, and targets moved so that the errors
are the same. The gradient is then exactly that of C (the linearisation of Gauss, 1809).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from course.widgets.scene import Scene
from course.widgets.trial import name_of, trial

ROWS = 64
BATCHES = ("1", "2", "4", "8", "16", "32", "all 64")
LONGEST = 100  # steps
LOW, HIGH = -2.0, 2.0  # weights in the picture
TOP = 6.0  # of the cost in the picture
LOST = 50.0  # a weight this far out has left for good
LAST = 10  # steps that tell whether it has settled


def _rows() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return x1, x2 and y, shape (ROWS,); x1 and x2 are uncorrelated."""
    rng = np.random.default_rng(2)
    x1 = rng.uniform(1.2, 1.6, ROWS) * np.where(np.arange(ROWS) % 2, 1, -1)
    x2 = 0.45 * rng.normal(size=ROWS)
    x2 -= x1 * (x1 @ x2) / (x1 @ x1)
    return x1, x2, x1 + 3 * x2


X1, X2, Y = _rows()


def cost(w: Any) -> np.ndarray:
    """Return C for each weight, in the shape of w.

    >>> cost(np.array([SHALLOW, HILL, DEEP])).round(2).tolist()
    [1.4, 1.84, 0.35]
    """
    w = np.asarray(w)[..., None]
    with np.errstate(over="ignore", invalid="ignore"):  # a wrong step may fly far
        return ((w * (w * X1 + X2) - Y) ** 2).mean(axis=-1) / 2


GRID = np.linspace(LOW, HIGH, 401)
SHALLOW, HILL, DEEP = (float(w) for w in GRID[1:-1][np.diff(np.sign(np.diff(cost(GRID)))) != 0])


@dataclass(frozen=True)
class Descent:
    """Where the walk starts, and how it goes; `draw` is the seed of the order of the rows."""

    alpha: float = 0.1
    batch: str = "all 64"
    start: float = -1.6
    steps: int = 40
    draw: int = 1

    def batches(self) -> list[np.ndarray]:
        """Return the rows of each step: the table in a new order in every epoch."""
        rng, size = np.random.default_rng(self.draw), int(self.batch.split()[-1])
        per_epoch = ROWS // size
        epochs = [rng.permutation(ROWS) for _ in range(-(-self.steps // per_epoch))]
        return [rows for order in epochs for rows in np.split(order, per_epoch)][: self.steps]


@dataclass(frozen=True)
class Walked:
    """The weights after 0, 1, ... steps, by the student's function and by PyTorch.

    The walk ends early where it fails or leaves for good. `differs` is the first step that is not
    the one PyTorch takes from the same weight, or 0.
    """

    path: np.ndarray = field(repr=False)
    reference: np.ndarray = field(repr=False)
    differs: int = 0
    name: str = "grad_step"
    problem: str = ""


def walked(step: Callable, state: Descent) -> Walked:
    """Take the steps, with the student's function and with PyTorch's gradients."""
    asked = _of_rows if takes_rows(step) else _of_gradient
    path, differs, problem = [state.start], 0, ""
    batches = state.batches()
    for k, rows in enumerate(batches, 1):
        if abs(path[-1]) > LOST:
            break
        tried = trial(step, asked(path[-1], rows, state.alpha), {"w": (1,)})
        problem = tried.problem
        if problem:
            break
        here = float(tried.arrays["w"][0])
        ours = path[-1] - state.alpha * slope(path[-1], rows)
        if not differs and not np.isclose(here, ours, 1e-6, 1e-9):
            differs = k
        path.append(here)
    reference = list(path)
    if differs or problem:
        reference = [state.start]
        for rows in batches:
            if abs(reference[-1]) > LOST:
                break
            reference.append(reference[-1] - state.alpha * slope(reference[-1], rows))
    return Walked(np.array(path), np.array(reference), differs, name_of(step), problem)


def takes_rows(step: Callable) -> bool:
    """Return whether a step is given rows, as `grad_step`, and not a gradient."""
    try:
        names = list(inspect.signature(step).parameters)
    except (TypeError, ValueError):
        return False
    return len(names) > 3 or "X" in names


def slope(w: float, rows: np.ndarray) -> float:
    """Return the gradient of the cost of some rows, by autograd."""
    import torch

    free = torch.tensor(w, dtype=torch.float64, requires_grad=True)
    x1, x2, y = (torch.from_numpy(column[rows]) for column in (X1, X2, Y))
    loss = ((free * (free * x1 + x2) - y) ** 2).mean() / 2
    return float(torch.autograd.grad(loss, free)[0])


def _of_rows(w: float, rows: np.ndarray, alpha: float) -> dict[str, Any]:
    """The arguments of `grad_step`: linear rows with the errors and slopes that C has at w."""
    import torch

    slopes = 2 * w * X1[rows] + X2[rows]
    targets = slopes * w - (w * (w * X1[rows] + X2[rows]) - Y[rows])
    w = torch.tensor([w], dtype=torch.float64)
    return {"w": w, "X": torch.tensor(slopes)[:, None], "y": torch.tensor(targets), "alpha": alpha}


def _of_gradient(w: float, rows: np.ndarray, alpha: float) -> dict[str, Any]:
    """The arguments of a step that is told the gradient."""
    import torch

    gradient = torch.tensor([slope(w, rows)], dtype=torch.float64)
    return {"w": torch.tensor([w], dtype=torch.float64), "gradient": gradient, "alpha": alpha}


class DescentScene(Scene):
    """The walk on the curve of the cost, and the cost after each step."""

    size = (9.0, 4.6)

    def setup(self) -> None:
        """Draw the curve; the walks move."""
        colours = self.palette
        hills = self.axes(
            (0.075, 0.14, 0.52, 0.7), "weight $w$ (no unit)", "cost $C$ over all rows (no unit)",
            xlim=(LOW, HIGH), ylim=(-0.4, TOP),
        )  # fmt: skip
        hills.plot(GRID, cost(GRID), color=colours.faint, lw=2)
        for w, word in ((SHALLOW, "shallow"), (DEEP, "deep")):
            style = {"ha": "center", "va": "top", "fontsize": 9, "color": colours.ink}
            hills.text(w, float(cost(w)) - 0.15, word, **style)
        over = self.axes(
            (0.67, 0.14, 0.31, 0.7), "step", "cost $C$ (no unit)",
            xlim=(0, LONGEST), ylim=(-0.4, TOP),
        )  # fmt: skip
        self.pairs = []
        for axes, label in ((hills, "yours"), (over, None)):
            style = {"color": colours.mine, "lw": 1, "marker": "o", "ms": 4}
            mine = self.moving(axes.plot([], [], label=label, **style)[0])
            style = {"color": colours.reference, "ls": "--", "lw": 1.6}
            label = label and "PyTorch, where it differs"
            self.pairs.append((mine, self.moving(axes.plot([], [], label=label, **style)[0])))
        style = {"ls": "", "mec": colours.ink, "mew": 1.8}
        self.first = self.moving(
            hills.plot([], [], marker="o", ms=11, fillstyle="none", label="start", **style)[0]
        )
        self.last = self.moving(
            hills.plot([], [], marker="s", ms=10, mfc=colours.third, label="end", **style)[0]
        )
        self.legend(hills, loc="upper center", ncols=2)

    def update(self, state: Any, result: Any) -> None:
        """Lay the walk on the curve, and PyTorch's where it is another one."""
        same = not result.differs and not result.problem
        walks = (result.path, result.reference[: 0 if same else None])
        for on_hill, over, walk in zip(*self.pairs, walks, strict=True):
            on_hill.set_data(walk, cost(walk))
            over.set_data(np.arange(len(walk)), cost(walk))
        self.first.set_data(result.path[:1], cost(result.path[:1]))
        self.last.set_data(result.path[-1:], cost(result.path[-1:]))
        self.say(_headline(state, result))

    @staticmethod
    def describe(state: Any, result: Any) -> str:
        """Where it began and ended, and how often it crossed the hill."""
        side, end = result.path > HILL, result.path[-1]
        crossed = int((side[1:] != side[:-1]).sum())
        return (
            f"A cost with a shallow valley at {SHALLOW:.2f} and a deep one at {DEEP:.2f}. "
            f"Learning rate {state.alpha:.3g}, batch {state.batch}: {len(result.path) - 1} steps "
            f"from {state.start:g} to {short(end)}, cost {short(cost(end))}, "
            f"{ending(result.path)}. Crossings of the hill between the valleys: {crossed}. "
            f"{_compared(result)}"
        )


def ending(path: np.ndarray) -> str:
    """Return in words where a walk has come to.

    >>> ending(np.full(20, 1.0)), ending(np.linspace(2, 9, 40))
    ('settled in the deep valley', 'out of the picture')
    """
    last = path[-LAST:]
    if not LOW <= path[-1] <= HIGH:
        return "out of the picture"
    where = "the deep valley" if path[-1] > HILL else "the shallow valley"
    if len(path) <= LAST or np.ptp(last) > 0.1:
        return f"not settled, now in {where}"
    return f"settled in {where}"


def short(value: float) -> str:
    """Write a number with two decimals, one that has flown off with its power of ten."""
    return f"{value:.2f}" if abs(value) < 1000 else f"{value:.0e}"


def _compared(result: Walked) -> str:
    if result.problem:
        return ""
    if result.differs:
        return f"Your {result.name} differs from PyTorch first in step {result.differs}."
    return f"Your {result.name} agrees with PyTorch."


def _headline(state: Descent, result: Walked) -> str:
    start = f"After {len(result.path) - 1} steps w = {short(result.path[-1])}"
    return f"{start}, {ending(result.path)}.  {_compared(result)}"
