"""The picture of a recurrent network unrolled: every number of one unit, up to step t."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.patches import FancyBboxPatch, Rectangle

from course.widgets.scene import Scene

AGREE = 1e-6  # float64 computed in another order
ROWS = {"x": 0.0, "h": 1.0, "y": 2.0}


class ElmanScene(Scene):
    """Boxes with the student's numbers, the step's calculation, and h and y over time."""

    size = (9.2, 5.6)
    T = 4  # steps; a subclass sets its own
    back = (("h", "W_hh", False),)  # arrows to the next state: from, weight, hybrid only

    def setup(self) -> None:
        """Draw the network; only numbers and curves move at every update."""
        colours = self.palette
        self.drawing = self.blank((0.01, 0.42, 0.98, 0.49))
        self.drawing.set(xlim=(-0.5, self.T + 0.5), ylim=(-0.42, 2.45))
        self.column = self.drawing.add_patch(
            Rectangle((0, -0.38), 0.9, 2.76, fc=colours.soft, ec=colours.faint, lw=1.2)
        )
        self.hybrid = []  # artists of the arrows that only a hybrid has
        for t in range(1, self.T + 1):
            self._arrow((t, 0.2), (t, 0.8), "W_{xh}", t)
            self._arrow((t, 1.2), (t, 1.8), "W_{hy}", t)
            for source, weight, hybrid in self.back:
                start = (t - 0.65, 1) if source == "h" else (t - 0.72, 1.8)
                end = (t - 0.35, 1) if source == "h" else (t - 0.28, 1.2)
                arrow = self._arrow(start, end, f"W_{{{weight[2:]}}}", t)
                self.hybrid += arrow if hybrid else []
        sources = {source for source, _, _ in self.back}
        self.boxes = {
            (letter, t): self._box(letter, t)
            for t in range(self.T + 1)
            for letter in "xhy"
            if t or letter in sources
        }
        self.formula = self.text(0.03, 0.335, "", fontsize=11)
        self.lines = [self.label(0.03, 0.28 - 0.062 * i, "") for i in range(3)]
        self.curves = {"h": self._curves("h", 0.63, 1.15), "y": self._curves("y", 0.85, 4.3)}

    def _arrow(self, start: Any, end: Any, weight: str, t: int) -> list[Any]:
        style = {"arrowstyle": "-|>", "color": self.palette.ink, "mutation_scale": 11}
        arrow = self.drawing.annotate(
            "", end, start, arrowprops={"shrinkA": 1, "shrinkB": 1, **style}
        )
        if t > 1:
            return [arrow]
        x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        flat = start[1] == end[1]
        name = self.drawing.text(
            x if flat else x + 0.05, y + 0.05 if flat else y, f"${weight}$", fontsize=11,
            color=self.palette.ink, ha="center" if flat else "left",
            va="bottom" if flat else "center",
        )  # fmt: skip
        return [arrow, name]

    def _box(self, letter: str, t: int) -> tuple[Any, Any]:
        """A box with its name, and the moving number in it."""
        x, y = t, ROWS[letter]
        box = FancyBboxPatch(
            (x - 0.35, y - 0.2), 0.7, 0.4, boxstyle="round,pad=0,rounding_size=0.08",
            fc=self.palette.paper, ec=self.palette.ink, lw=1.2,
        )  # fmt: skip
        self.drawing.add_patch(box)
        style = {"va": "center", "fontsize": 11 if self.T < 6 else 10, "color": self.palette.ink}
        self.drawing.text(x - 0.31, y, f"${letter}_{t}$", ha="left", **style)
        return box, self.label(x + 0.31, y, "", self.drawing, ha="right", **style)

    def _curves(self, letter: str, left: float, bound: float) -> tuple[Any, Any]:
        steps, colours = np.arange(1, self.T + 1), self.palette
        axes = self.axes(
            (left, 0.1, 0.135, 0.26), "step $t$", f"${letter}_t$",
            xlim=(0.6, self.T + 0.4), ylim=(-bound, bound), xticks=steps,
        )  # fmt: skip
        axes.axhline(0, color=colours.soft, lw=1)
        nothing = np.full(self.T, np.nan)
        (mine,) = axes.plot(steps, nothing, "o-", color=colours.mine, ms=5, label="yours")
        (dashed,) = axes.plot(
            steps, nothing, "o--", color=colours.reference, lw=1.8, ms=10, fillstyle="none",
            label="reference",
        )  # fmt: skip
        if letter == "h":
            place = {"loc": "lower left", "bbox_to_anchor": (-0.1, 1.0)}
            self.legend(axes, ncols=2, frameon=False, borderpad=0, **place)
        return self.moving(mine), self.moving(dashed)

    def update(self, state: Any, result: Any) -> None:
        """Show the steps up to `state.t`; what comes later is still a question."""
        t, differs = state.t, first_difference(result)
        if self.stage((t, state.hybrid, differs)):
            self._set_stage(state, differs)
        numbers = {"h": [state.h0, *result.H], "y": [state.y0, *result.Y], "x": [0, *state.x]}
        for (letter, step), (_, text) in self.boxes.items():
            seen = step <= t or letter == "x"
            text.set_text(short(numbers[letter][step]) if seen else "?")
        up_to = np.arange(1, self.T + 1) <= t
        for letter, (mine, dashed) in self.curves.items():
            theirs, reference = (
                getattr(result, letter.upper() + end) for end in ("", "_reference")
            )
            mine.set_ydata(np.where(up_to, theirs, np.nan))
            dashed.set_ydata(np.where(up_to, reference, np.nan))
        for line, words in zip(self.lines, calculation(state, result, self.back), strict=True):
            line.set_text(words)
        self.say(_headline(state, result, differs))

    def _set_stage(self, state: Any, differs: tuple[str, int] | None) -> None:
        """What changes with the step, not with the numbers."""
        t = state.t
        self.column.set(x=t - 0.45, visible=t > 0)
        for artist in self.hybrid:
            artist.set_visible(state.hybrid)
        for (letter, step), (box, _) in self.boxes.items():
            seen, wrong = step <= t or letter == "x", differs == (letter, step)
            box.set(
                edgecolor=self.palette.warn if wrong and seen else self.palette.ink,
                linewidth=3.5 if wrong and seen else 1.2,
                linestyle="-" if seen else "--",
            )
        terms = [
            f"$W_{{{weight[2:]}}}\\,{source}_{{{t - 1}}}$"
            for source, weight, hybrid in self.back
            if state.hybrid or not hybrid
        ]
        terms = " + ".join([f"$W_{{xh}}\\,x_{{{t}}}$", *terms, "$b_h$"])
        self.formula.set_text(f"$a_{t}$ = {terms}" if t else "")

    @staticmethod
    def describe(state: Any, result: Any) -> str:
        """The numbers up to step t."""
        T = len(state.x)
        t = min(state.t, T)
        known = [
            f"x_{s} = {short(state.x[s - 1])}, h_{s} = {short(result.H[s - 1])}, "
            f"y_{s} = {short(result.Y[s - 1])}"
            for s in range(1, t + 1)
        ]
        article = "An Elman" if state.kind == "elman" else "A Jordan"
        what = f"{article} network of one unit, unrolled over {T} steps"
        return f"{what}, at step {t}: {'; '.join(known) or 'nothing computed yet'}."


class JordanScene(ElmanScene):
    """The same for Jordan networks, where y goes back, and h as well in a hybrid."""

    back = (("y", "W_yh", False), ("h", "W_hh", True))


def calculation(state: Any, result: Any, back: Any) -> list[str]:
    """Return the lines of step t: what the equations give from the student's own last values."""
    t = state.t
    if t == 0:
        return ["Nothing has been read yet. Press + for the first step.", "", ""]
    before = {
        "h": result.H[t - 2] if t > 1 else state.h0,
        "y": result.Y[t - 2] if t > 1 else state.y0,
    }
    total = state.W_xh * state.x[t - 1] + state.b_h
    factors = [(state.W_xh, state.x[t - 1])]
    for source, weight, hybrid in back:
        if state.hybrid or not hybrid:
            factors.append((getattr(state, weight), before[source]))
            total += getattr(state, weight) * before[source]
    products = " + ".join(f"{bracketed(w)}·{bracketed(v)}" for w, v in factors)
    h, theirs = np.tanh(total), result.H[t - 1]
    y = state.W_hy * theirs + state.b_y
    return [
        f"    = {products} + {bracketed(state.b_h)} = {short(total)}",
        f"h = tanh(a) = {short(h)};  your h: {_compared(theirs, h)}",
        f"y = {bracketed(state.W_hy)}·{bracketed(theirs)} + {bracketed(state.b_y)} = {short(y)};"
        f"  your y: {_compared(result.Y[t - 1], y)}",
    ]


def first_difference(result: Any) -> tuple[str, int] | None:
    """Return letter and step of the first number that is not the reference's, or None."""
    for t in range(len(result.H)):
        for letter in "hy":
            theirs = getattr(result, letter.upper())[t]
            if not np.isclose(
                theirs, getattr(result, f"{letter.upper()}_reference")[t], AGREE, AGREE
            ):
                return letter, t + 1
    return None


def short(value: float) -> str:
    """Write a number with at most four decimals."""
    if not np.isfinite(value):
        return "none"
    text = (
        f"{value:.4f}".rstrip("0").rstrip(".")
        if float(value * 100).is_integer()
        else f"{value:.4f}"
    )
    return {"-0": "0"}.get(text, text).replace("-", "−")


def bracketed(value: float) -> str:
    """Write a number as a factor or a term: negative ones in brackets."""
    return f"({short(value)})" if value < 0 else short(value)


def _compared(theirs: float, expected: float) -> str:
    if not np.isfinite(theirs):
        return "none"
    same = np.isclose(theirs, expected, AGREE, AGREE)
    return f"{short(theirs)}  ✓ agrees" if same else f"{short(theirs)}  ✗ differs"


def _headline(state: Any, result: Any, differs: tuple[str, int] | None) -> str:
    source = "PyTorch" if state.kind == "elman" else "the worked example"
    start = f"Step {state.t} of {len(state.x)}.  "
    if differs is None:
        return start + f"Your {result.name} agrees with {source} in all steps."
    letter, t = differs
    if t > state.t:
        return start + f"Your {result.name} agrees with {source} so far."
    return (
        start
        + f"Your {result.name} differs from {source} first in {letter} of step {t} (thick box)."
    )
