"""The backprop ledger: a network with two hidden units, one weight nudged, and what it costs.

The network is that of `backprop_2layer`, for one row: relu inside, a sigmoid at the end, and the
binary cross-entropy C. It starts at the example of that exercise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from course.widgets.backprop import NAMES, gradients
from course.widgets.scene import Scene
from course.widgets.trial import name_of
from course.widgets.unrolled import bracketed, short

REACH = 1.0  # of a nudge, both ways
EDGES = {  # what is nudged: parameter and place in it, flat
    "x₁ → h₁": ("W1", 0),
    "x₂ → h₁": ("W1", 1),
    "x₁ → h₂": ("W1", 2),
    "x₂ → h₂": ("W1", 3),
    "1 → h₁": ("b1", 0),
    "1 → h₂": ("b1", 1),
    "h₁ → p": ("W2", 0),
    "h₂ → p": ("W2", 1),
    "1 → p": ("b2", 0),
}
SHAPES = {"W1": (2, 2), "b1": (2,), "W2": (1, 2), "b2": (1,)}


NODES = {"x₁": (60, 190), "x₂": (60, 370), "h₁": (265, 190), "h₂": (265, 370), "p": (465, 280)}
ONES = {"1 → h₁": (265, 85), "1 → h₂": (265, 475), "1 → p": (465, 165)}  # pixels, as in the browser


@dataclass(frozen=True)
class Ledger:
    """The network, one row, and the edge whose weight is nudged; parameters are flat tuples.

    An edge that begins at 1 carries a bias. `keep` adds the nudge to the weight for good.
    """

    edge: str = "x₂ → h₁"
    nudge: float = 0.0
    x: tuple[float, ...] = (1.0, 2.0)
    y: str = "1"
    keep: bool = False
    W1: tuple[float, ...] = (2.0, -1.0, 1.0, 1.0)
    b1: tuple[float, ...] = (1.0, -1.0)
    W2: tuple[float, ...] = (3.0, -1.0)
    b2: tuple[float, ...] = (-1.0,)

    def nudged(self, by: float | None = None) -> Ledger:
        """Return the network after the nudge, with none left to come."""
        name, at = EDGES[self.edge]
        values = list(getattr(self, name))
        values[at] = round(values[at] + (self.nudge if by is None else by), 9)
        return replace(self, **{name: tuple(values)}, nudge=0.0, keep=False)

    def forward(self) -> dict[str, Any]:
        """Return a and h, lists of two, and z, p and C, as the weights are before the nudge."""
        a = [
            self.W1[2 * i] * self.x[0] + self.W1[2 * i + 1] * self.x[1] + self.b1[i] for i in (0, 1)
        ]
        h = [max(value, 0.0) for value in a]
        z = self.W2[0] * h[0] + self.W2[1] * h[1] + self.b2[0]
        p = 0.5 * (1 + np.tanh(z / 2))
        cost = np.logaddexp(0, -z if self.y == "1" else z)
        return {"a": a, "h": h, "z": z, "p": float(p), "C": float(cost)}

    def factors(self, edge: str) -> list[tuple[str, float]]:
        """Return the slopes along the way back from C to an edge, each with its words."""
        now, (start, end) = self.forward(), edge.split(" → ")
        slope = now["p"] - float(self.y)
        found = [(f"dC/dz = p − y = {short(now['p'])} − {self.y}", slope)]
        if end == "p":
            fed = {"1": 1.0, "h₁": now["h"][0], "h₂": now["h"][1]}[start]
            return [*found, ("dz/db = 1" if start == "1" else f"dz/dw = {start}", fed)]
        unit = 0 if end == "h₁" else 1
        found.append((f"dz/d{end} = the weight {end} → p", self.W2[unit]))
        a = end.replace("h", "a")
        found.append((f"d{end}/d{a} = slope of relu at {short(now['a'][unit])}",
                      float(now["a"][unit] > 0)))  # fmt: skip
        fed = {"1": 1.0, "x₁": self.x[0], "x₂": self.x[1]}[start]
        return [*found, (f"d{a}/db = 1" if start == "1" else f"d{a}/dw = {start}", fed)]


@dataclass(frozen=True)
class Entries:
    """The gradient of each edge, by the student's function and by the chain rule, shape (9,)."""

    yours: np.ndarray = field(repr=False)
    exact: np.ndarray = field(repr=False)
    name: str = "backprop_2layer"
    problem: str = ""

    def agree(self) -> np.ndarray:
        """Return for each edge whether the two gradients are the same, shape (9,)."""
        return np.isclose(self.yours, self.exact, 1e-5, 1e-7)


def entries(backprop: Callable, state: Ledger) -> Entries:
    """Ask the student's function for the gradients before the nudge."""
    given = {name: np.reshape(getattr(state, name), SHAPES[name]) for name in NAMES}
    found = gradients(backprop, np.array([state.x]), np.array([float(state.y)]), given)
    yours = [found.arrays[n].flat[at] if n in found.arrays else np.nan for n, at in EDGES.values()]
    exact = [np.prod([slope for _, slope in state.factors(edge)]) for edge in EDGES]
    return Entries(np.array(yours), np.array(exact), name_of(backprop), found.problem)


def kept(old: Ledger, new: Ledger) -> Ledger:
    """Return the state after its controls moved: a nudge that is kept becomes the weight's."""
    return new.nudged() if new.keep else new


def arrays(state: Ledger, result: Entries) -> dict[str, Any]:
    """Return what the browser draws: the weights, all gradients, and the words of each edge."""
    return {
        "edges": [[edge, *place] for edge, place in EDGES.items()],
        "weights": {name: list(getattr(state, name)) for name in NAMES},
        "yours": result.yours,
        "exact": result.exact,
        "agree": result.agree().tolist(),
        "lines": {edge: chain(state, edge) for edge in EDGES},
        "name": result.name,
    }


def chain(state: Ledger, edge: str) -> list[str]:
    """Return the lines of the chain rule for an edge.

    >>> chain(Ledger(), "h₁ → p")
    ['dC/dz = p − y = 0.5 − 1 = −0.5', 'dz/dw = h₁ = 1', 'product = (−0.5) · 1 = −0.5']
    """
    factors = state.factors(edge)
    product = " · ".join(bracketed(slope) for _, slope in factors)
    return [
        *(words if words.endswith("= 1") else f"{words} = {short(v)}" for words, v in factors),
        f"product = {product} = {short(np.prod([slope for _, slope in factors]))}",
    ]


class LedgerScene(Scene):
    """The picture of the ledger for a notebook without a browser's drawing."""

    size = (9.2, 5.3)

    def setup(self) -> None:
        """Draw the graph; its numbers, the ledger and the point on the curve move."""
        self.graph = self.blank((0, 0, 1, 1))
        self.graph.set(xlim=(0, 920), ylim=(530, 0))
        self.lines, self.weights = {}, {}
        for edge in EDGES:
            (x0, y0), (x1, y1) = ends(edge)
            style = {"color": self.palette.faint, "lw": 1.5, "zorder": 1}
            self.lines[edge] = self.moving(self.graph.plot([x0, x1], [y0, y1], **style)[0])
            t = 0.35 if edge.startswith("x") else 0.42
            x, y = x0 + t * (x1 - x0), y0 + t * (y1 - y0)
            patch = {"marker": "s", "ms": 26, "color": self.palette.paper, "zorder": 1.5}
            self.moving(self.graph.plot([x], [y], **patch)[0])
            self.weights[edge] = self.label(x, y, "", self.graph, ha="center", fontsize=9)
        for x, y in NODES.values():
            style = {"marker": "o", "ms": 44, "mfc": self.palette.soft, "mec": self.palette.ink}
            self.moving(self.graph.plot([x], [y], zorder=2, **style)[0])
        style = {"ha": "center", "fontsize": 10}
        self.numbers = {n: self.label(*at, "", self.graph, **style) for n, at in NODES.items()}
        for x, y in ONES.values():
            self.label(x, y, "1", self.graph, ha="center", va="bottom" if y < 280 else "top")
        self.words = self.label(0.615, 0.7, "", fontsize=10)
        nudges = np.linspace(-REACH, REACH, 81)
        self.nudges = nudges
        self.plot = self.axes((0.66, 0.12, 0.31, 0.3), "nudge", "cost C", xlim=(-REACH, REACH))
        self.curve, self.mine, self.dashed, self.now = (
            self.moving(self.plot.plot([], [], **style)[0])
            for style in (
                {"color": self.palette.ink, "lw": 2},
                {"color": self.palette.mine, "lw": 1.8},
                {"color": self.palette.reference, "lw": 1.8, "ls": "--"},
                {"color": self.palette.ink, "marker": "o", "ms": 8},
            )
        )

    def update(self, state: Any, result: Any) -> None:
        """Fill in the numbers, after the nudge."""
        after = state.nudged().forward()
        for (edge, line), (name, at), yours in zip(
            self.lines.items(), EDGES.values(), result.yours, strict=True
        ):
            chosen = edge == state.edge
            line.set(color=self.palette.mine if chosen else self.palette.faint)
            line.set_linewidth(4 if chosen else 1.5)
            weight = getattr(state.nudged() if chosen else state, name)[at]
            self.weights[edge].set_text(f"{short(weight)}\n∂ {short(yours)}")
        values = {"x₁": state.x[0], "x₂": state.x[1], "h₁": after["h"][0], "h₂": after["h"][1]}
        for name, value in (values | {"p": after["p"]}).items():
            self.numbers[name].set_text(f"{name}\n{short(value)}")
        self.words.set_text("\n".join(account(state, result)))
        costs = [state.nudged(by).forward()["C"] for by in self.nudges]
        low, high = min(costs), max(costs)
        room = 0.15 * max(high - low, 0.05)
        if self.stage((round(low, 6), round(high, 6))):
            self.plot.set_ylim(max(low - room, 0), high + room)
        start, at = state.forward()["C"], list(EDGES).index(state.edge)
        self.curve.set_data(self.nudges, costs)
        self.mine.set_data(self.nudges, start + result.yours[at] * self.nudges)
        self.dashed.set_data(self.nudges, start + result.exact[at] * self.nudges)
        self.now.set_data([state.nudge], [after["C"]])

    @staticmethod
    def describe(state: Any, result: Any) -> str:
        """The account of the edge, in a row."""
        return f"A network of 2 inputs, 2 hidden units and p. {' '.join(account(state, result))}"


def ends(edge: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return where an edge begins and ends, in pixels from the top left."""
    start, end = edge.split(" → ")
    return NODES.get(start) or ONES[edge], NODES[end]


def account(state: Ledger, result: Entries) -> list[str]:
    """Return the page of the ledger for the chosen edge."""
    before, after = state.forward()["C"], state.nudged().forward()["C"]
    at = list(EDGES).index(state.edge)
    name, place = EDGES[state.edge]
    yours, weight = result.yours[at], getattr(state, name)[place]
    sign = "" if np.isnan(yours) else " ✓" if result.agree()[at] else " ✗ differs"
    return [
        f"Edge {state.edge}, weight {short(weight)}:",
        *(f"{line};" for line in chain(state, state.edge)),
        f"your gradient: {short(yours)}{sign};",
        f"predicted change of C: {bracketed(yours)} · {bracketed(state.nudge)} = "
        f"{short(round(yours * state.nudge, 9))};",
        f"true change of C: {short(after)} − {short(before)} = {short(after - before)}.",
    ]
