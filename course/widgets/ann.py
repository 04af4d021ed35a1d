"""Chapter 1, neurons and layers: neuron dials, paint and train, backprop ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from course.widgets import ledger, painting
from course.widgets.controls import Choice, Slider, Switch
from course.widgets.scene import Scene
from course.widgets.ticker import Ticker
from course.widgets.tiles import TilesScene
from course.widgets.trial import callable_or_error, trial
from course.widgets.view import Screen

SIDE = 180  # places a side at which the picture asks the neuron
CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))
TARGETS = {"AND": (0, 0, 0, 1), "OR": (0, 1, 1, 1), "NAND": (1, 1, 1, 0), "XOR": (0, 1, 1, 0)}


@dataclass(frozen=True)
class Dials:
    """A neuron of two inputs, and what it should compute."""

    w1: float = 1.0
    w2: float = 1.0
    b: float = -1.5
    phi: str = "step"
    target: str = "AND"

    def sums(self) -> np.ndarray:
        """Return w·x + b at the four corners, shape (4,)."""
        return np.array([self.w1 * x1 + self.w2 * x2 + self.b for x1, x2 in CORNERS])

    def outputs(self) -> np.ndarray:
        """Return phi(w·x + b) at the four corners, by the equation, shape (4,)."""
        return PHI[self.phi](self.sums())

    def right(self) -> int:
        """Return how many corners are as the target has them."""
        ones = says_one(self.phi, self.outputs())
        return int((ones == np.array(TARGETS[self.target], dtype=bool)).sum())


PHI = {
    "step": lambda a: np.where(a >= 0, 1.0, 0.0),
    "sigmoid": lambda a: 0.5 * (1 + np.tanh(a / 2)),  # does not overflow
    "tanh": np.tanh,
    "relu": lambda a: np.maximum(a, 0.0),
}


def says_one(phi: str, y: np.ndarray) -> np.ndarray:
    """Return whether outputs count as 1: those in the upper half of the activation's range."""
    return y > 0 if phi == "relu" else y >= (0.0 if phi == "tanh" else 0.5)


@dataclass(frozen=True)
class Answers:
    """What the student's neuron says at the four corners, shape (4,); nan where it failed."""

    yours: np.ndarray = field(repr=False)
    problem: str = ""


def neuron_dials(neuron: Callable) -> Screen:
    """Turn the weights of one neuron and watch its half-plane and its truth table.

    `neuron(x, w, b, phi)` is the function of the exercise: x and w of shape (2,), float64, b a
    number, phi a torch function; it returns phi(w·x + b), a single number. Its answers at the
    four corners stand in the table, beside those of the equation.

    Returns the widget: `w.state` is a `Dials`. Raises TypeError for what is no function.

    >>> w = neuron_dials(lambda x, w, b, phi: phi(w @ x + b))
    >>> w.state.right(), w.result.yours.tolist(), w.problem
    (4, [0.0, 0.0, 0.0, 1.0], '')
    """
    callable_or_error("neuron_dials", neuron, "neuron_dials(neuron)")
    return Screen(
        title="Neuron dials",
        predict="The dials stand at AND. Which one makes it an OR, and to what value? "
        "Then choose XOR: how many of the four can one line get right?",
        state=Dials(),
        controls=[
            Slider("w1", "w₁", -3, 3),
            Slider("w2", "w₂", -3, 3),
            Slider("b", "b", -3, 3),
            Choice("phi", "activation", tuple(PHI)),
            Choice("target", "target", tuple(TARGETS)),
        ],
        scene=HalfPlane,
        compute=lambda state: answers(neuron, state),
        js="neuron_dials",
        arrays=lambda state, result: {"yours": result.yours},
    )


def paint_and_train(mlp_forward: Callable, backprop: Callable, preview_steps: int = 300) -> Ticker:
    """Paint points of two classes and train the student's network of one hidden layer on them.

    Both functions are those of the exercises. `mlp_forward(X, params)` takes X of shape (n, 2)
    and params [[W1, b1], [W2, b2]] and returns chances of shape (n, 1); it colours the board.
    `backprop_2layer(X, y, W1, b1, W2, b2)` takes y of shape (n, 1) and returns the dict of the
    four gradients; gradient descent over all points takes a step for each call. Tensors are
    float64. Boundary and gradients are compared with PyTorch's. The picture that is kept with the
    notebook shows the net after `preview_steps` updates.

    Points are painted with the mouse, or by moving the cursor with its sliders while the pen is
    down. Start again keeps the points and begins with untrained weights.

    Returns the widget: `w.state` is a `painting.Board` with `points` (n, 2) and `kinds` (n,),
    `w.model` the parameters as `mlp_forward` takes them. Raises TypeError for what is no
    function.

    >>> import torch
    >>> def mlp_forward(X, params):
    ...     (W1, b1), (W2, b2) = params
    ...     return torch.sigmoid(torch.relu(X @ W1.T + b1) @ W2.T + b2)
    >>> def backprop_2layer(X, y, W1, b1, W2, b2):
    ...     H = torch.relu(X @ W1.T + b1)
    ...     delta = (torch.sigmoid(H @ W2.T + b2) - y) / len(y)
    ...     delta1 = delta @ W2 * (H > 0)
    ...     return {"W1": delta1.T @ X, "b1": delta1.sum(0), "W2": delta.T @ H, "b2": delta.sum(0)}
    >>> w = paint_and_train(mlp_forward, backprop_2layer)
    >>> state = w.run(300)
    >>> middle = mlp_forward(torch.zeros(1, 2).double(), w.model)
    >>> w.result.right, w.result.differs, middle.item() > 0.5
    (120, (), True)
    """
    example = "paint_and_train(mlp_forward, backprop_2layer)"
    for function in (mlp_forward, backprop):
        callable_or_error("paint_and_train", function, example)
    return Ticker(
        title="Paint and train",
        predict="Four hidden units: how many creases can they make, and is that enough to enclose "
        "the squares in the middle? Press Play. Then give it only two.",
        state=painting.Board(),
        controls=[
            Choice("data", "points", painting.SETS),
            Slider("width", "hidden units", 1, 12, 1),
            Slider("alpha", "learning rate", 0.01, 10, 0.1, log=True),
            Slider("draw", "first weights", 1, 20, 1),
            Choice("brush", "brush", painting.BRUSHES),
            Slider("x", "cursor x₁", -painting.EDGE, painting.EDGE),
            Slider("y", "cursor x₂", -painting.EDGE, painting.EDGE),
            Switch("pen", "pen down at the cursor"),
        ],
        scene=TilesScene,
        compute=lambda state: painting.seen(mlp_forward, backprop, state),
        step=lambda state, rng: painting.updated(mlp_forward, backprop, state),
        adapt=painting.adapted,
        on_points=painting.painted,
        restart=painting.restarted,
        preview_steps=preview_steps,
        pace=10,
    )


def backprop_ledger(backprop: Callable) -> Screen:
    """Nudge one weight of a small network: the predicted change of the cost, and the true one.

    `backprop_2layer(X, y, W1, b1, W2, b2)` is the function of the exercise: X of shape (1, 2), y
    (1, 1), W1 (2, 2), b1 (2,), W2 (1, 2), b2 (1,), float64; it returns the dict of the four
    gradients. They stand on the edges; the chosen one is multiplied by the nudge, beside the
    chain rule's factors and what the cost really does. An edge is chosen with its control or by a
    click on it.

    Returns the widget: `w.state` is a `ledger.Ledger`, `w.result` has the nine gradients. Raises
    TypeError for what is no function.

    >>> def backprop_2layer(X, y, W1, b1, W2, b2): raise NotImplementedError
    >>> w = backprop_ledger(backprop_2layer)
    >>> w.result.exact.tolist()
    [-1.5, -3.0, 0.5, 1.0, -1.5, 0.5, -0.5, -1.0, -0.5]
    """
    callable_or_error("backprop_ledger", backprop, "backprop_ledger(backprop_2layer)")
    return Screen(
        title="Backprop ledger",
        predict="The weight on the edge from x₂ to h₁ is −1. Nudge it by 0.1: will the cost rise "
        "or fall, and by how much? Which nudges does the gradient foretell well?",
        state=ledger.Ledger(),
        controls=[
            Choice("edge", "edge", tuple(ledger.EDGES)),
            Slider("nudge", "nudge", -ledger.REACH, ledger.REACH, 0.01, buttons=True),
            Slider("x.0", "x₁", -3, 3),
            Slider("x.1", "x₂", -3, 3),
            Choice("y", "target y", ("1", "0")),
            Switch("keep", "keep the nudge"),
        ],
        scene=ledger.LedgerScene,
        compute=lambda state: ledger.entries(backprop, state),
        adapt=ledger.kept,
        js="backprop_ledger",
        arrays=ledger.arrays,
    )


def answers(neuron: Callable, state: Dials) -> Answers:
    """Ask the student's neuron about the four corners."""
    import torch

    phi = {"step": _step, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}
    yours, problem = np.full(4, np.nan), ""
    for i, corner in enumerate(CORNERS):
        x = torch.tensor(corner, dtype=torch.float64)
        w = torch.tensor([state.w1, state.w2], dtype=torch.float64)
        tried = trial(neuron, {"x": x, "w": w, "b": state.b, "phi": phi[state.phi]}, {"y": ()})
        yours[i] = tried.arrays.get("y", np.nan)
        problem = problem or tried.problem
    return Answers(yours, problem)


def _step(a: Any) -> Any:
    import torch

    return (torch.as_tensor(a) >= 0).to(torch.float64)


class HalfPlane(Scene):
    """The picture of the dials for a notebook without a browser's drawing."""

    size = (8.8, 4.3)

    def setup(self) -> None:
        """Draw axes, corners and the heads of the table."""
        axes = self.axes(
            (0.08, 0.13, 0.36, 0.74), "$x_1$", "$x_2$", xlim=(-0.5, 1.5), ylim=(-0.5, 1.5),
            xticks=(0, 1), yticks=(0, 1),
        )  # fmt: skip
        self.image = self.moving(
            axes.imshow(
                np.zeros((SIDE, SIDE)), extent=(-0.5, 1.5, -0.5, 1.5), origin="lower", cmap="Blues",
                vmin=0, vmax=1.6, aspect="auto", interpolation="nearest",
            )
        )  # fmt: skip
        style = {"color": self.palette.ink, "markersize": 12, "linestyle": "none"}
        (self.ones,) = axes.plot([], [], "o", **style)
        (self.zeros,) = axes.plot([], [], "s", **style | {"fillstyle": "none"})
        self.moving(self.ones)
        self.moving(self.zeros)
        self.places = (0.53, 0.58, 0.65, 0.75, 0.85, 0.95)
        self.cells = [
            [self.label(x, 0.78 - 0.11 * i, "", ha="right", fontsize=10) for x in self.places]
            for i in range(5)
        ]
        self.verdict = self.label(0.5, 0.2, "", weight="bold")
        self.text(0.5, 0.12, "● should say 1   □ should say 0   shaded: the neuron says 1")

    def update(self, state: Any, result: Any) -> None:
        """Shade the half-plane and fill the table."""
        place = np.linspace(-0.5, 1.5, SIDE)
        x1, x2 = np.meshgrid(place, place)
        y = PHI[state.phi](state.w1 * x1 + state.w2 * x2 + state.b)
        self.image.set_data((y + 1) / 2 if state.phi == "tanh" else np.minimum(y, 1))
        wanted = TARGETS[state.target]
        for artist, value in ((self.ones, 1), (self.zeros, 0)):
            spots = [corner for corner, w in zip(CORNERS, wanted, strict=True) if w == value]
            artist.set_data(*zip(*spots, strict=True))
        rows = [["x₁", "x₂", state.target, "w·x + b", f"{state.phi}(…)", "yours"]]
        for (a, b), *numbers in zip(
            CORNERS, wanted, state.sums(), state.outputs(), result.yours, strict=True
        ):
            shown = [f"{v:.3f}".replace("nan", "none").replace("-", "−") for v in numbers[1:]]
            rows.append([str(a), str(b), str(numbers[0]), *shown])
        for cells, words in zip(self.cells, rows, strict=True):
            for cell, word in zip(cells, words, strict=True):
                cell.set_text(word)
        self.verdict.set_text(f"{state.target}: {state.right()} of 4 right")

    @staticmethod
    def describe(state: Any, result: Any) -> str:
        """The dials, the outputs, and how many are right."""
        says = ", ".join(
            f"({a}, {b}) {y:.2f}" for (a, b), y in zip(CORNERS, state.outputs(), strict=True)
        )
        return (
            f"w1 = {state.w1:g}, w2 = {state.w2:g}, b = {state.b:g}, {state.phi}: outputs {says}. "
            f"{state.target}: {state.right()} of 4 right."
        )
