"""The picture of the gate bench: the six lines of an LSTM cell, each as a number on a rail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.patches import Rectangle

from course.widgets.scene import Scene

GATES = "ifgo"  # PyTorch's order
AGREE = 1e-5  # the student's cell may compute in float32
FIRST, STEP = 0.79, 0.108  # the rows, in fractions of the height
LEFT, RIGHT = 0.55, 0.755  # the rails, in fractions of the width


@dataclass(frozen=True)
class Line:
    """A line of the calculation: its letter, what it does, and where its rail begins and ends."""

    letter: str
    name: str
    about: str
    low: float
    high: float


LINES = (
    Line("f", "keep  f", "of the old c", 0, 1),
    Line("i", "write  i", "of the candidate", 0, 1),
    Line("g", "candidate  g", "what may be written", -1, 1),
    Line("c", "new c", "kept + written", -4, 4),
    Line("o", "expose  o", "of tanh(new c)", 0, 1),
    Line("h", "new h", "what others see", -1, 1),
)


class GateScene(Scene):
    """Six rows: name, numbers put in, a rail with both values, PyTorch's and the student's."""

    size = (9.2, 4.9)

    def setup(self) -> None:
        """Draw heads and rails; bars, dashed marks, numbers and the frame move."""
        colours, board = self.palette, self.blank((0, 0, 1, 1), xlim=(0, 1), ylim=(0, 1))
        heads = ((0.03, "line", "left"), (0.24, "by the equation", "left"),
                 (0.865, "PyTorch", "right"), (0.945, "yours", "right"))  # fmt: skip
        for x, words, ha in heads:
            self.text(x, 0.86, words, fontsize=10, weight="bold", ha=ha)
        self.frame = self.moving(
            board.add_patch(Rectangle((0.012, 0), 0.976, STEP * 0.94, fill=False, ec=colours.warn,
                                      lw=3, visible=False))
        )  # fmt: skip
        self.bars, self.marks, self.cells = [], [], []
        for row, line in enumerate(LINES):
            y = FIRST - STEP * row
            self.text(0.03, y, line.name, fontsize=11, weight="bold")
            self.text(0.03, y - 0.037, line.about, fontsize=8.5, color=colours.faint)
            rail = Rectangle((LEFT, y - 0.018), RIGHT - LEFT, 0.04, fc=colours.soft, ec="none")
            board.add_patch(rail)
            zero = self._at(line, 0)
            board.plot([zero, zero], [y - 0.024, y + 0.028], color=colours.faint, lw=1)
            for value in (line.low, line.high):
                x, ha = self._at(line, value), "right" if value == line.low else "left"
                shift = -0.006 if ha == "right" else 0.006
                words = f"{value:g}".replace("-", "−")
                self.text(x + shift, y - 0.004, words, fontsize=8, ha=ha, color=colours.faint)
            self.bars.append(self.moving(board.add_patch(
                Rectangle((zero, y - 0.012), 0, 0.028, fc=colours.mine, ec="none")
            )))  # fmt: skip
            style = {"color": colours.reference, "lw": 2.2, "ls": (0, (2, 1.2))}
            self.marks.append(self.moving(board.plot([], [], **style)[0]))
            self.cells.append(
                [self.label(x, y, "", ha=ha, fontsize=10) for x, _, ha in heads[1:]]
                + [self.label(0.955, y, "", fontsize=12)]
            )
        self.summary = self.label(0.03, 0.14, "", fontsize=11)
        self.text(0.03, 0.045, "Bars are your cell, dashed marks are PyTorch's; both are measured "
                  "by the same experiments.", fontsize=9, color=colours.faint)  # fmt: skip

    def _at(self, line: Line, value: float) -> float:
        """Where a value lies on its rail; beyond its ends, at the end."""
        share = (np.clip(value, line.low, line.high) - line.low) / (line.high - line.low)
        return LEFT + float(share) * (RIGHT - LEFT)

    def update(self, state: Any, result: Any) -> None:
        """Move bars and marks, write the numbers, frame the first line that differs."""
        differs = first_difference(result)
        for row, (line, words) in enumerate(zip(LINES, equations(state, result), strict=True)):
            y, yours, theirs = FIRST - STEP * row, result.yours[row], result.reference[row]
            zero, spot = self._at(line, 0), self._at(line, theirs)
            end = self._at(line, yours) if np.isfinite(yours) else zero
            self.bars[row].set(x=min(zero, end), width=abs(end - zero))
            self.marks[row].set_data([spot, spot], [y - 0.03, y + 0.034])
            agrees = np.isclose(yours, theirs, AGREE, AGREE)
            texts = (words, short(theirs), short(yours), "✓" if agrees else "✗")
            for cell, text in zip(self.cells[row], texts, strict=True):
                cell.set_text(text)
        self.frame.set_visible(differs is not None)
        if differs is not None:
            self.frame.set_y(FIRST - STEP * differs - STEP * 0.58)
        f, i, g, c, o, _ = result.reference
        self.summary.set_text(
            f"Keeps {f:.0%} of c = {short(state.c)} and erases {1 - f:.0%}, writes {i:.0%} of "
            f"{short(g)}, exposes {o:.0%} of tanh({short(c)})."
        )
        self.say(headline(result, differs))

    @staticmethod
    def describe(state: Any, result: Any) -> str:
        """What goes in, the six lines, and the first that differs."""
        lines = ", ".join(
            f"{line.name.replace('  ', ' ')} {short(theirs)}, yours {short(yours)}"
            for line, theirs, yours in zip(LINES, result.reference, result.yours, strict=True)
        )
        return (
            f"An LSTM cell of one unit with x = {short(state.x)}, h = {short(state.h)}, "
            f"c = {short(state.c)}: {lines}. {headline(result, first_difference(result))}"
        )


def equations(state: Any, result: Any) -> list[str]:
    """Return the right sides of the six lines, with the numbers of PyTorch's cell put in."""
    f, i, g, c, o, _ = result.reference
    sums = {gate: f"({short(a)})" for gate, a in state.sums().items()}
    return [
        f"σ{sums['f']}",
        f"σ{sums['i']}",
        f"tanh{sums['g']}",
        f"{short(f)}·{_factor(state.c)} + {short(i)}·{_factor(g)}",
        f"σ{sums['o']}",
        f"{short(o)}·tanh({short(c)})",
    ]


def first_difference(result: Any) -> int | None:
    """Return the first line that is not PyTorch's, or None."""
    agree = np.isclose(result.yours, result.reference, AGREE, AGREE)
    return None if agree.all() else int(agree.argmin())


def headline(result: Any, differs: int | None) -> str:
    """Return whether the cell is PyTorch's, in a sentence."""
    if differs is None:
        return f"Your {result.name} agrees with PyTorch's LSTMCell in all six lines."
    name = LINES[differs].name.replace("  ", " ")
    return f"Your {result.name} differs from PyTorch's LSTMCell first in: {name} (framed)."


def short(value: float) -> str:
    """Write a number with at most four decimals."""
    if not np.isfinite(value):
        return "none"
    text = f"{value:.4f}"
    if float(value * 100).is_integer():
        text = text.rstrip("0").rstrip(".")
    return {"-0": "0", "-0.0000": "0.0000"}.get(text, text).replace("-", "−")


def _factor(value: float) -> str:
    return f"({short(value)})" if value < 0 else short(value)
