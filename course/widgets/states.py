"""The picture of the energy ledger for a notebook without a browser's drawing."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.widgets.scene import Scene

AGREE = 1e-4  # the student's function may compute in float32
PATTERNS = tuple(f"{i:03b}" for i in range(8))


class Ledger(Scene):
    """A table of energies and probabilities, v by h, and the two gradients."""

    size = (9.2, 5.2)

    def setup(self) -> None:
        """Draw the heads; numbers and bars move."""
        board = self.axes((0.07, 0.1, 0.5, 0.72), "hidden $h$", "visible $v$", xlim=(-0.5, 3.5),
                          ylim=(7.5, -0.5), xticks=range(4), yticks=range(8))  # fmt: skip
        board.set_xticklabels([f"{j:02b}" for j in range(4)])
        board.set_yticklabels(PATTERNS)
        self.shades = self.moving(
            board.imshow(np.zeros((8, 4)), cmap="Blues", vmin=0, vmax=1.8, aspect="auto", alpha=0.6)
        )
        self.cells = {
            (i, j): self.label(j, i, "", board, ha="center", fontsize=9)
            for i in range(8)
            for j in range(4)
        }
        sums = self.axes((0.6, 0.1, 0.13, 0.72), "$p(v)$", xlim=(0, 1), ylim=(7.5, -0.5))
        sums.set_yticks([])
        self.bars = [self.moving(b) for b in sums.barh(range(8), [0] * 8, color=self.palette.mine)]
        style = {"ls": "none", "ms": 8, "mew": 2}
        (self.after,) = sums.plot([], [], "d", color=self.palette.reference, mfc="none", **style)
        (self.sampled,) = sums.plot([], [], "x", color=self.palette.third, **style)
        self.moving(self.after)
        self.moving(self.sampled)
        for x, words in ((0.77, "by"), (0.83, "true"), (0.92, "CD-k")):
            self.text(x, 0.78, words, fontsize=10, weight="bold")
        self.rows = [
            [self.label(x, 0.71 - 0.07 * row, "", fontsize=10) for x in (0.77, 0.83, 0.92)]
            for row in range(6)
        ]
        self.text(0.77, 0.2, "◇ k steps from the data\n× your Gibbs steps", fontsize=9)

    def update(self, state: Any, result: Any) -> None:
        """Write the numbers; what differs from the equation is marked."""
        p = np.nan_to_num(result.p)
        self.shades.set_data(p / max(p.max(), 1e-9))
        right = agreeing(state, result)
        for (i, j), cell in self.cells.items():
            mark = "" if right[i, j] else " ✗"
            cell.set_text(f"E {short(result.energies[i, j])}{mark}\np {short(result.p[i, j], 3)}")
        for bar, width in zip(self.bars, p.sum(axis=1), strict=True):
            bar.set_width(width)
        self.after.set_data(result.after, range(8))
        sampled = result.sampled is not None
        self.sampled.set_data(result.sampled if sampled else [], range(8) if sampled else [])
        for row, cells in enumerate(self.rows):
            i, j = divmod(row, 2)
            words = (f"W{chr(0x2081 + i)}{chr(0x2081 + j)}", short(result.true[i, j], 3),
                     short(result.cd[i, j], 3))  # fmt: skip
            for cell, word in zip(cells, words, strict=True):
                cell.set_text(word)
        self.say(f"Data {state.data}, k = {state.k}.  {verdict(state, result)}")

    @staticmethod
    def describe(state: Any, result: Any) -> str:
        """Settings, the likeliest state, both gradients, and whether the energies are right."""
        if np.isnan(result.p).any():
            return f"A machine of 3 by 2 units. {verdict(state, result)}"
        i, j = np.unravel_index(result.p.argmax(), result.p.shape)
        off = np.abs(result.true - result.cd).max()
        return (
            f"A machine of 3 by 2 units. The likeliest of the 32 states is v = {PATTERNS[i]}, "
            f"h = {j:02b}, with energy {short(result.energies[i, j])} and probability "
            f"{short(result.p[i, j], 3)}. For the data {state.data}, with probability "
            f"{short(result.p[PATTERNS.index(state.data)].sum(), 3)}, CD-{state.k} is off the true "
            f"gradient by at most {short(off, 3)}. {verdict(state, result)}"
        )


def agreeing(state: Any, result: Any) -> np.ndarray:
    """Return where the student's energies are those of the equation, shape (8, 4), bool."""
    return np.isclose(result.energies, state.energies(), AGREE, AGREE)


def verdict(state: Any, result: Any) -> str:
    """Return in how many states the student's energy is that of the equation."""
    wrong = int((~agreeing(state, result)).sum())
    if not wrong:
        return f"Your {result.name} agrees with the equation in all 32 states."
    return f"Your {result.name} differs from the equation in {wrong} of 32 states."


def short(value: float, digits: int = 2) -> str:
    """Write a number with so many decimals."""
    if not np.isfinite(value):
        return "none"
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text.replace("-", "−")
