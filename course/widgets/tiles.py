"""The picture of paint and train: the board, a map for each hidden unit, and the cost."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_rgb

from course.widgets.painting import EDGE, SIDE
from course.widgets.scene import Scene

MOST_UNITS = 12
WIDE, HIGH = 390, 320  # pixels of the area of the maps


class TilesScene(Scene):
    """The board with the student's boundary, PyTorch's dashed, and the hidden units' parts."""

    size = (9.2, 5.4)

    def setup(self) -> None:
        """Draw the axes; images, points and curves move."""
        colours = self.palette
        extent = (-EDGE, EDGE, -EDGE, EDGE)
        board = self.axes(
            (0.062, 0.115, 0.446, 0.76), "$x_1$ (no unit)", "$x_2$ (no unit)", label="board",
            xlim=(-EDGE, EDGE), ylim=(-EDGE, EDGE), xticks=range(-2, 3), yticks=range(-2, 3),
        )  # fmt: skip
        nothing = np.full((SIDE, SIDE), np.nan)
        image = {"origin": "lower", "cmap": self._shades(), "aspect": "auto"}
        self.image = self.moving(
            board.imshow(nothing, extent=extent, vmin=0, vmax=1, interpolation="bilinear", **image)
        )
        self.creases, self.mine, self.dashed, self.zeros, self.ones, self.cursor = (
            self.moving(board.plot([], [], **style)[0])
            for style in (
                {"color": colours.faint, "ls": ":", "lw": 1},
                {"color": colours.ink, "lw": 2.6},
                {"color": colours.reference, "ls": "--", "lw": 1.6},
                {"marker": "o", "ls": "", "ms": 6, "mfc": colours.paper, "mec": colours.ink},
                {"marker": "s", "ls": "", "ms": 5.5, "color": colours.ink},
                {"marker": "+", "ls": "", "ms": 14, "mew": 2, "color": colours.fourth},
            )
        )
        caption = "What each hidden unit adds to the last sum: + for ■, − for ○"
        self.text(0.56, 0.89, caption, fontsize=9)
        self.maps = self.blank((0.56, 0.275, WIDE / 920, HIGH / 540))
        self.maps.set(xlim=(0, WIDE), ylim=(HIGH, 0))
        image |= {"vmin": -1, "vmax": 1, "interpolation": "nearest"}
        self.tiles = [
            self.moving(self.maps.imshow(nothing, extent=(0, 1, 1, 0), **image))
            for _ in range(MOST_UNITS)
        ]
        self.maps.set(xlim=(0, WIDE), ylim=(HIGH, 0))  # imshow has moved them
        self.frames = self.moving(self.maps.plot([], [], color=colours.faint, lw=0.8)[0])
        self.signs = [self.label(0, 0, "", self.maps, fontsize=9) for _ in range(MOST_UNITS)]
        costs = self.axes(
            (0.6, 0.115, 0.385, 0.14), "update", "cost", xscale="log", xlim=(1, 1e5), ylim=(0, 1),
        )  # fmt: skip
        self.costs = self.moving(costs.plot([], [], color=colours.mine, marker=".", ms=4)[0])

    def _shades(self) -> LinearSegmentedColormap:
        """From orange through paper to blue, pale enough for ink on it; nothing where unknown."""
        paper = np.array(to_rgb(self.palette.paper))
        ends = [
            paper + 0.62 * (np.array(to_rgb(colour)) - paper)
            for colour in (self.palette.reference, self.palette.mine)
        ]
        shades = LinearSegmentedColormap.from_list("shades", [ends[0], paper, ends[1]])
        return shades.with_extremes(bad=self.palette.paper)

    def update(self, state: Any, result: Any) -> None:
        """Colour the board, place the points, and fill one map a unit."""
        self.image.set_data(result.chances)
        self.mine.set_data(*border(result.chances))
        self.dashed.set_data(*border(result.reference))
        self.creases.set_data(*_creases(state.model))
        for artist, kind in ((self.zeros, 0), (self.ones, 1)):
            artist.set_data(*state.points[state.kinds == kind].T)
        self.cursor.set_data([state.x], [state.y])
        self._fill(state, result)
        updates, costs = np.array(state.costs).reshape(-1, 2).T
        self.costs.set_data(updates + 1, np.clip(costs, 0, 1))
        self.say(_headline(state, result))

    def _fill(self, state: Any, result: Any) -> None:
        """Put the maps in rows; up to four are large. All share one scale."""
        side, columns = (136, 2) if state.width <= 4 else (88, 4)
        # four columns have little room between them, two rather more
        across, down = WIDE // columns, HIGH // (2 if columns == 2 else 3)
        most = max(np.abs(result.parts).max(), 1e-9)
        frames: list[Any] = []
        for k, (tile, sign) in enumerate(zip(self.tiles, self.signs, strict=True)):
            seen = k < len(result.parts)
            tile.set_visible(seen)
            sign.set_visible(seen)
            if not seen:
                continue
            left, top = across * (k % columns), down * (k // columns) + 17
            tile.set_extent((left, left + side, top, top + side))
            tile.set_data(result.parts[k][::-1] / most)
            right, bottom = left + side, top + side
            frames += [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
            frames.append((np.nan, np.nan))
            sign.set_position((left, top - 9))
            weight = state.model[1][0][0, k].item()
            word = "unit " if columns == 2 else ""
            sign.set_text(f"{word}{k + 1}:  {weight:+.2f}·h".replace("-", "−"))
        self.frames.set_data(*zip(*frames, strict=True))

    @staticmethod
    def describe(state: Any, result: Any) -> str:
        """Points, net, and how many it has right."""
        n, ones = len(state.points), int(state.kinds.sum())
        start = f"{ones} squares (class 1) and {n - ones} circles (class 0) on a board. "
        net = f"A net of {state.width} hidden units after {state.updates} updates at learning rate "
        net += f"{state.alpha:.3g}"
        if not n:
            return f"{start}{net}."
        weights = ", ".join(f"{w:.2f}" for w in state.model[1][0][0].tolist())
        return (
            f"{start}{net}: {result.right} of {n} right, cost {result.cost:.3f}. "
            f"Output weights of the units: {weights}. {_compared(result)}"
        ).rstrip()


def border(chances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the line where a chance is one half, x and y, its pieces parted by nan.

    >>> x, y = border(np.full((SIDE, SIDE), np.linspace(0, 1, SIDE)))
    >>> set(x[:-1].round(9).tolist())
    {0.0}
    """
    from contourpy import contour_generator

    place = np.linspace(-EDGE, EDGE, SIDE)
    with np.errstate(divide="ignore", invalid="ignore"):
        sums = np.clip(np.log(chances / (1 - chances)), -30, 30)  # straight where chances are not
    lines = contour_generator(place, place, np.ma.masked_invalid(sums)).lines(0.0)
    gap = np.full((1, 2), np.nan)
    joined = np.vstack([part for line in lines for part in (line, gap)] or [gap])
    return joined[:, 0], joined[:, 1]


def _creases(model: list) -> tuple[np.ndarray, np.ndarray]:
    """The lines on which a hidden unit's sum is 0, far beyond the board at both ends."""
    W1, b1 = (v.numpy() for v in model[0])
    length = np.maximum(np.linalg.norm(W1, axis=1, keepdims=True), 1e-12)
    foot, along = -b1[:, None] * W1 / length**2, W1[:, ::-1] / length * (-1, 1)
    ends = np.stack([foot - 9 * along, foot + 9 * along, np.full_like(foot, np.nan)], axis=1)
    return ends[..., 0].ravel(), ends[..., 1].ravel()


def _compared(result: Any) -> str:
    mlp, backprop = result.names
    wrong = [name for name in result.differs if name != "p"]
    if result.problem:
        return ""
    if "p" in result.differs:
        return f"Your {mlp} differs from PyTorch (dashed: PyTorch's boundary)."
    if wrong:
        return f"Your {backprop} differs from PyTorch in {', '.join(wrong)}."
    return f"Your {mlp} and {backprop} agree with PyTorch."


def _headline(state: Any, result: Any) -> str:
    if not len(state.points):
        return "No points yet: paint some."
    start = f"Update {state.updates}: {result.right} of {len(state.points)} right, cost "
    return f"{start}{result.cost:.3f}.  {_compared(result)}"
