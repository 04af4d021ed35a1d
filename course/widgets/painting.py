"""Paint and train: points of two classes, and a small network that learns to tell them apart.

The forward pass is the student's `mlp_forward`, the gradients are those of `backprop_2layer`, and
the update is plain gradient descent over all points. Nothing stands in for either function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from course.widgets.backprop import NAMES, by_pytorch, cross_entropy, different, gradients
from course.widgets.scene import Point
from course.widgets.trial import Refused, name_of, trial

if TYPE_CHECKING:
    import torch

EDGE = 2.0  # the board reaches from -2 to 2 on both axes
SIDE = 41  # places a side at which the network is asked
MOST = 400  # points
NEAR = 0.12  # points of one class lie at least so far apart while painting
RUBBER = 0.25  # radius of the eraser
HUGE = 1e6  # weights beyond it have run away
BRUSHES = ("■ class 1", "○ class 0", "eraser")
SETS = ("circles", "xor", "moons", "spirals", "blank")


@dataclass(frozen=True, eq=False)
class Board:
    """The points, the network as it stands, and what the controls say.

    `points` has shape (n, 2) and `kinds` (n,), 0 or 1. `model` is [[W1, b1], [W2, b2]], as
    `mlp_forward` takes it; it has `width` hidden units and was trained for `updates`.
    `costs` holds pairs (update, cost), ever farther apart. (x, y) is the keyboard's cursor.
    """

    data: str = "circles"
    width: int = 4
    alpha: float = 0.2
    draw: int = 1
    brush: str = BRUSHES[0]
    x: float = 0.0
    y: float = 0.0
    pen: bool = False
    points: np.ndarray = field(default_factory=lambda: made("circles")[0], repr=False)
    kinds: np.ndarray = field(default_factory=lambda: made("circles")[1], repr=False)
    model: list[list[torch.Tensor]] = field(default_factory=lambda: untrained(4, 1), repr=False)
    updates: int = 0
    costs: tuple = field(default=(), repr=False)


@dataclass(frozen=True, eq=False)
class Seen:
    """What the network says: on the grid of the board, shape (SIDE, SIDE), and for the points.

    `chances` are those of the student's `mlp_forward`, `reference` PyTorch's, `parts` what each
    hidden unit adds to the last sum, shape (width, SIDE, SIDE). `differs` names what is not as
    PyTorch has it.
    """

    chances: np.ndarray = field(repr=False)
    reference: np.ndarray = field(repr=False)
    parts: np.ndarray = field(repr=False)
    cost: float
    right: int
    differs: tuple[str, ...]
    names: tuple[str, str]
    problem: str = ""


# Points ------------------------------------------------------------------------------------------


def made(data: str, n: int = 120) -> tuple[np.ndarray, np.ndarray]:
    """Return ready points, shape (n, 2), and their classes, shape (n,); none for "blank".

    >>> points, kinds = made("xor")
    >>> points.shape, int(kinds.sum())
    ((120, 2), 60)
    """
    rng = np.random.default_rng(7)
    kinds = np.arange(n) % 2
    t = rng.uniform(0, 1, n)
    if data == "circles":
        radius = np.where(kinds, 0.9 * np.sqrt(t), 1.25 + 0.55 * t)
        points = _polar(radius, rng.uniform(0, 2 * np.pi, n))
    elif data == "xor":
        points = rng.uniform(0.15, 1.8, (n, 2)) * rng.choice([-1, 1], (n, 2))
        points[:, 1] = np.abs(points[:, 1]) * np.sign(points[:, 0]) * np.where(kinds, -1, 1)
    elif data == "moons":
        points = _polar(np.full(n, 1.1), np.pi * t + np.pi * kinds)
        points += np.where(kinds[:, None], (0.55, 0.25), (-0.55, -0.25))
        points += 0.12 * rng.normal(size=(n, 2))
    elif data == "spirals":
        points = _polar(0.25 + 1.5 * t, 1.5 * np.pi * t + np.pi * kinds)
        points += 0.05 * rng.normal(size=(n, 2))
    else:
        return np.zeros((0, 2)), np.zeros(0)
    return np.clip(points, -EDGE, EDGE), kinds.astype(float)


def _polar(radius: np.ndarray, angle: np.ndarray) -> np.ndarray:
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def touched(state: Board, x: float, y: float) -> Board:
    """Return the board after the brush was put down at a spot."""
    spot = np.clip([x, y], -EDGE, EDGE)
    state = replace(state, x=round(float(spot[0]), 2), y=round(float(spot[1]), 2))
    far = np.hypot(*(state.points - spot).T)
    if state.brush == "eraser":
        kept = far > RUBBER
        return replace(state, points=state.points[kept], kinds=state.kinds[kept])
    kind = float(state.brush == BRUSHES[0])
    if len(far) >= MOST or (far[state.kinds == kind] < NEAR).any():
        return state
    points, kinds = np.vstack([state.points, spot]), np.append(state.kinds, kind)
    return replace(state, points=points, kinds=kinds)


def painted(state: Board, points: Sequence[Point]) -> Board:
    """Return the board after strokes of the mouse."""
    for point in points:
        if point.axes == "board" and point.phase != "up":
            state = touched(state, point.x, point.y)
    return state


def adapted(old: Board, new: Board) -> Board:
    """Return the board after its controls moved: other points, another net, or a pen's stroke."""
    if new.data != old.data:
        points, kinds = made(new.data)
        new = replace(new, points=points, kinds=kinds)
    if (new.data, new.width, new.draw) != (old.data, old.width, old.draw):
        new = restarted(new)
    if not new.pen or (new.x, new.y, new.brush, True) == (old.x, old.y, old.brush, old.pen):
        return new
    start = (old.x, old.y) if old.pen else (new.x, new.y)
    far = np.hypot(new.x - start[0], new.y - start[1])
    strokes = max(1, int(far / NEAR / 1.001))  # keys held down: a line
    for x, y in np.linspace((new.x, new.y), start, strokes, endpoint=False)[::-1]:
        new = touched(new, x, y)
    return new


# The network -------------------------------------------------------------------------------------


def untrained(width: int, draw: int) -> list[list[torch.Tensor]]:
    """Return first weights, [[W1, b1], [W2, b2]], float64; `draw` is the seed."""
    import torch

    rng = np.random.default_rng(draw)
    W1, b1 = rng.normal(size=(width, 2)), rng.uniform(-1, 1, size=width)
    W2, b2 = rng.normal(size=(1, width)) / np.sqrt(width), np.zeros(1)
    return [[torch.tensor(v) for v in layer] for layer in ((W1, b1), (W2, b2))]


def restarted(state: Board) -> Board:
    """Return the board with its points and an untrained net."""
    return replace(state, model=untrained(state.width, state.draw), updates=0, costs=())


def by_name(model: list) -> dict[str, torch.Tensor]:
    """Return the parameters as W1, b1, W2, b2."""
    return dict(zip(NAMES, (value for layer in model for value in layer), strict=True))


def updated(mlp: Callable, backprop: Callable, state: Board) -> Board:
    """Return the board after one step of gradient descent; raises Refused for a wrong function."""
    import torch

    if not len(state.points):
        return state
    flat = by_name(state.model)
    found = gradients(backprop, state.points, state.kinds, flat)
    if found.problem:
        raise Refused(found.problem)
    W1, b1, W2, b2 = (
        value - state.alpha * torch.from_numpy(found.arrays[name]) for name, value in flat.items()
    )
    if max(value.abs().max().item() for value in (W1, b1, W2, b2)) > HUGE:
        raise Refused(
            f"The weights have run away after {state.updates + 1} updates. Is the learning rate "
            f"too large, or does {name_of(backprop)} point uphill? Start again to go on."
        )
    costs = state.costs
    if not costs or state.updates >= 1.1 * costs[-1][0] + 1:
        chances, problem = asked(mlp, state.points, state.model)
        costs = costs if problem else (*costs, (state.updates, cross_entropy(chances, state.kinds)))
    return replace(state, model=[[W1, b1], [W2, b2]], updates=state.updates + 1, costs=costs)


def asked(mlp: Callable, points: np.ndarray, model: list) -> tuple[np.ndarray, str]:
    """Return what `mlp_forward` says at points, shape (n,), and what is wrong with it."""
    import torch

    params = [[v.clone() for v in layer] for layer in model]
    given = {"X": torch.tensor(points), "params": params}
    tried = trial(mlp, given, {"p": (len(points), 1)})
    return tried.arrays.get("p", np.full((len(points), 1), np.nan))[:, 0], tried.problem


def grid() -> np.ndarray:
    """Return the places of the board at which the network is asked, shape (SIDE², 2)."""
    place = np.linspace(-EDGE, EDGE, SIDE)
    return np.stack(np.meshgrid(place, place), axis=-1).reshape(-1, 2)


def seen(mlp: Callable, backprop: Callable, state: Board) -> Seen:
    """Ask the student's functions, and PyTorch, about the board."""
    places, n = grid(), len(state.points)
    everywhere = np.vstack([places, state.points])
    chances, problem = asked(mlp, everywhere, state.model)
    (W1, b1), (W2, b2) = ([v.numpy() for v in layer] for layer in state.model)
    parts = np.maximum(everywhere @ W1.T + b1, 0) * W2  # (places, width)
    reference = 0.5 * (1 + np.tanh((parts.sum(axis=1) + b2) / 2))
    differs = [] if problem or np.allclose(chances, reference, 1e-5, 1e-6) else ["p"]
    if n:
        flat = by_name(state.model)
        found = gradients(backprop, state.points, state.kinds, flat)
        problem = "\n".join(filter(None, [problem, found.problem]))
        differs += different(found.arrays, by_pytorch(state.points, state.kinds, flat))
    square = (SIDE, SIDE)
    inside = chances[len(places) :]
    return Seen(
        chances=chances[: len(places)].reshape(square),
        reference=reference[: len(places)].reshape(square),
        parts=parts[: len(places)].T.reshape(-1, *square),
        cost=cross_entropy(inside, state.kinds),
        right=int(((inside >= 0.5) == (state.kinds == 1)).sum()),
        differs=tuple(differs),
        names=(name_of(mlp), name_of(backprop)),
        problem=problem,
    )
