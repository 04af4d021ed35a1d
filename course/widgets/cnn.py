"""Chapter 3, convolutional networks: kernel lab."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from course.widgets.controls import Choice, Grid, Slider
from course.widgets.scene import Scene
from course.widgets.trial import callable_or_error, name_of, trial
from course.widgets.view import Screen

SIDE = 8  # pixels of the picture, and
SPAN = 3  # weights of the kernel, a side
LARGEST = 10  # of the output's sides: padding 2, stride 1
AGREE = 1e-4  # the student's function may compute in float32

_rows, _columns = np.indices((SIDE, SIDE))
PICTURES = {
    "cross": (abs(_rows - 3.5) < 1) | (abs(_columns - 3.5) < 1),
    "edge": _columns > 3,
    "diagonal": _rows == _columns,
    "ramp": _columns,
    "one pixel": (_rows == 3) & (_columns == 4),
    "empty": _columns * 0,
}
FILTERS = {
    "upright edge": (-1, 0, 1, -1, 0, 1, -1, 0, 1),
    "level edge": (-1, -1, -1, 0, 0, 0, 1, 1, 1),
    "outline": (-1, -1, -1, -1, 8, -1, -1, -1, -1),
    "sum": (1, 1, 1, 1, 1, 1, 1, 1, 1),
    "shift": (0, 1, 0, 0, 0, 0, 0, 0, 0),
    "diagonal": (1, 0, 0, 0, 1, 0, 0, 0, 1),
}
OWN = "your own"


def _flat(values: Any) -> tuple[float, ...]:
    return tuple(float(v) for v in np.ravel(values))


@dataclass(frozen=True)
class Lab:
    """A picture of 8x8 pixels and a kernel of 3x3 weights, row by row, and how it slides.

    `row` and `column` are the place of the output that is looked at, from 0.
    """

    image: tuple[float, ...] = _flat(PICTURES["cross"])
    kernel: tuple[float, ...] = _flat(FILTERS["upright edge"])
    picture: str = "cross"
    filter: str = "upright edge"
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    row: int = 1
    column: int = 1

    def size(self) -> int:
        """Return the output's side, floor((n + 2p - d(k - 1) - 1) / s) + 1."""
        span = self.dilation * (SPAN - 1) + 1
        return (SIDE + 2 * self.padding - span) // self.stride + 1

    def at(self) -> tuple[int, int]:
        """Return the place that is looked at, within the output."""
        last = self.size() - 1
        return min(self.row, last), min(self.column, last)

    def padded(self) -> np.ndarray:
        """Return the picture with its padding, shape (8 + 2p, 8 + 2p)."""
        return np.pad(np.reshape(self.image, (SIDE, SIDE)), self.padding)

    def window(self, row: int, column: int) -> np.ndarray:
        """Return what the kernel meets for a place of the output, shape (3, 3)."""
        reach = self.dilation * np.arange(SPAN)
        rows, columns = self.stride * row + reach, self.stride * column + reach
        return self.padded()[np.ix_(rows, columns)]

    def output(self) -> np.ndarray:
        """Return sum(window * kernel) for every place, by the equation, shape (n, n)."""
        n, kernel = self.size(), np.reshape(self.kernel, (SPAN, SPAN))
        return np.array([[(self.window(r, c) * kernel).sum() for c in range(n)] for r in range(n)])


@dataclass(frozen=True)
class Mapped:
    """The student's output map, shape (n, n); nan where the function failed."""

    yours: np.ndarray = field(repr=False)
    name: str = "conv2d"
    problem: str = ""


def kernel_lab(conv2d: Callable) -> Screen:
    """Draw a picture, edit a kernel, and watch what the student's convolution makes of them.

    `conv2d(x, weight, bias, stride, padding, dilation)` is called by position, as PyTorch's
    `torch.nn.functional.conv2d` can be: x (C, H, W), weight (F, C, 3, 3), bias (F,), all float64
    with C = F = 1, then three whole numbers. It returns the output, shape (F, H', W'). A function
    of five arguments has no dilation, and its control is left out.

    Returns the widget: `w.state` is a `Lab`, with the picture and the kernel as they are drawn,
    `w.result.yours` the map. Raises TypeError for what is no function.

    >>> from torch.nn.functional import conv2d
    >>> w = kernel_lab(conv2d)
    >>> bool((w.result.yours == w.state.output()).all()), w.state.size()
    (True, 6)
    """
    callable_or_error("kernel_lab", conv2d, "kernel_lab(conv2d)")
    slides = [Slider("stride", "stride", 1, 3, 1), Slider("padding", "padding", 0, 2, 1)]
    if _dilates(conv2d):
        slides.append(Slider("dilation", "dilation", 1, 3, 1))
    return Screen(
        title=f"Kernel lab: {name_of(conv2d)}",
        predict="Where in the output will the largest number stand, and how large is it? Then set "
        "the padding to 1: how many rows does the output get? Draw on the picture with the mouse, "
        "or with arrow keys and space.",
        state=Lab(),
        controls=[
            Grid("kernel", "kernel", SPAN, SPAN, -9, 9, 0.5, typed=True),
            Choice("filter", "filter", (*FILTERS, OWN)),
            Choice("picture", "picture", (*PICTURES, OWN)),
            *slides,
            Slider("row", "row", 0, LARGEST - 1, 1),
            Slider("column", "column", 0, LARGEST - 1, 1),
            Grid("image", "picture", SIDE, SIDE, 0, 9),
        ],
        scene=Sliding,
        compute=lambda state: mapped(conv2d, state),
        adapt=chosen,
        js="kernel_lab",
        arrays=lambda state, result: {"yours": result.yours, "name": result.name},
    )


def mapped(conv2d: Callable, state: Lab) -> Mapped:
    """Run the student's convolution."""
    import torch

    def call(**given: Any) -> Any:
        return conv2d(*given.values())

    call.__name__ = name = name_of(conv2d)
    inputs = {
        "x": torch.tensor(state.image, dtype=torch.float64).reshape(1, SIDE, SIDE),
        "weight": torch.tensor(state.kernel, dtype=torch.float64).reshape(1, 1, SPAN, SPAN),
        "bias": torch.zeros(1, dtype=torch.float64),
        "stride": state.stride,
        "padding": state.padding,
    }
    if _dilates(conv2d):
        inputs["dilation"] = state.dilation
    n = state.size()
    tried = trial(call, inputs, {"output": (1, n, n)})
    return Mapped(tried.arrays.get("output", np.full((1, n, n), np.nan))[0], name, tried.problem)


def chosen(old: Lab, new: Lab) -> Lab:
    """Put a chosen picture or filter in; what was drawn by hand is nobody's but the student's."""
    changes: dict[str, Any] = {}
    for choice, values, known in (("picture", "image", PICTURES), ("filter", "kernel", FILTERS)):
        if getattr(new, values) != getattr(old, values):
            changes[choice] = OWN
        elif getattr(new, choice) != getattr(old, choice) and getattr(new, choice) != OWN:
            changes[values] = _flat(known[getattr(new, choice)])
    return dataclasses.replace(new, **changes)


def _dilates(conv2d: Callable) -> bool:
    """Whether a function takes a sixth argument; PyTorch's own doesn't tell, and does."""
    try:
        return len(inspect.signature(conv2d).parameters) != 5
    except (TypeError, ValueError):
        return True


def differing(state: Lab, result: Mapped) -> np.ndarray:
    """Return where the student's map is not that of the equation, shape (n, n), bool."""
    return ~np.isclose(result.yours, state.output(), AGREE, AGREE)


class Sliding(Scene):
    """The picture of the lab for a notebook without a browser's drawing."""

    size = (9.2, 4.7)

    def setup(self) -> None:
        """Draw two boards and the table of products."""
        self.boards = []
        for left, side, title in ((0.02, SIDE + 4, "picture"), (0.67, LARGEST, "your output")):
            axes = self.blank((left, 0.12, 0.31, 0.72), xlim=(0, side), ylim=(side, 0))
            axes.set_title(title, fontsize=10, color=self.palette.ink)
            self.boards.append((axes, axes.add_patch(self._frame()), {}))
        self.table = [
            self.label(0.39 + 0.09 * (i % 3), 0.68 - 0.13 * (i // 3), "", ha="center", fontsize=10)
            for i in range(SPAN * SPAN)
        ]
        self.text(0.36, 0.79, "window × kernel", fontsize=10)
        self.total = self.label(0.36, 0.3, "", weight="bold")
        self.yours = self.label(0.36, 0.23, "")

    def _frame(self) -> Any:
        from matplotlib.patches import Rectangle

        return Rectangle((0, 0), 1, 1, fill=False, ec=self.palette.ink, lw=2.5)

    def _board(self, board: Any, numbers: np.ndarray, marked: np.ndarray) -> None:
        """Write a board's numbers, the marked ones in bold."""
        axes, _, cells = board
        shift = (int(axes.get_xlim()[1]) - len(numbers)) / 2
        for cell in cells.values():
            cell.set_visible(False)
        for (r, c), number in np.ndenumerate(numbers):
            for bold in (False, True):
                key = r, c, bold
                if key not in cells:
                    style = {"ha": "center", "fontsize": 9, "weight": "bold" if bold else "normal"}
                    cells[key] = self.label(0, 0, "", axes, **style)
            cell = cells[r, c, bool(marked[r, c])]
            cell.set_position((shift + c + 0.5, shift + r + 0.5))
            cell.set_text("none" if np.isnan(number) else written(number))
            cell.set_color(self.palette.ink if number else self.palette.faint)
            cell.set_visible(True)

    def update(self, state: Any, result: Any) -> None:
        """Fill both boards, frame the window, and write the products."""
        (r, c), n = state.at(), state.size()
        padded, window = state.padded(), state.window(*state.at())
        reach = state.dilation * np.arange(SPAN)
        met = np.zeros(padded.shape, dtype=bool)
        met[np.ix_(state.stride * r + reach, state.stride * c + reach)] = True
        self._board(self.boards[0], padded, met)
        self._board(self.boards[1], result.yours, differing(state, result))
        if self.stage((r, c, n, len(padded), state.stride, state.dilation)):
            (axes, frame, _), (other, place, _) = self.boards
            shift = (axes.get_xlim()[1] - len(padded)) / 2
            span = reach[-1] + 1
            frame.set_bounds(shift + state.stride * c, shift + state.stride * r, span, span)
            shift = (other.get_xlim()[1] - n) / 2
            place.set_bounds(shift + c, shift + r, 1, 1)
        for cell, value, weight in zip(self.table, window.ravel(), state.kernel, strict=True):
            factor = f"({written(weight)})" if weight < 0 else written(weight)
            cell.set_text(f"{written(value)} · {factor}")
        self.total.set_text(f"sum = {written(state.output()[r, c])}")
        self.yours.set_text(f"your {result.name}: {written(result.yours[r, c])}")
        self.say(verdict(state, result))

    @staticmethod
    def describe(state: Any, result: Any) -> str:
        """Settings, the place that is looked at, and whether the map is right."""
        (r, c), n, output = state.at(), state.size(), state.output()
        kernel = "; ".join(
            " ".join(written(w) for w in state.kernel[i : i + SPAN]) for i in range(0, 9, SPAN)
        )
        top = np.unravel_index(output.argmax(), output.shape)
        return (
            f"A picture of 8 by 8 pixels, kernel {kernel}, stride {state.stride}, padding "
            f"{state.padding}, dilation {state.dilation}: the output is {n} by {n}. Window times "
            f"kernel at row {r}, column {c} is {written(output[r, c])}; yours "
            f"{written(result.yours[r, c])}. The largest is {written(output.max())}, at row "
            f"{top[0]}, column {top[1]}. {verdict(state, result)}"
        )


def verdict(state: Lab, result: Mapped) -> str:
    """Return in how many places the student's map is that of the equation."""
    places, wrong = state.size() ** 2, int(differing(state, result).sum())
    if not wrong:
        return f"Your {result.name} agrees with the equation in all {places} places."
    return f"Your {result.name} differs from the equation in {wrong} of {places} places."


def written(number: float) -> str:
    """Write a number with at most two decimals."""
    if not np.isfinite(number):
        return "none"
    text = f"{number:.2f}".rstrip("0").rstrip(".").replace("-", "−")
    return "0" if text == "−0" else text
