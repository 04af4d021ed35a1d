"""Scene: a Matplotlib figure that is set up once, and whose artists move.

A full redraw of a figure costs 20 to 50 ms, moving a few artists over a stored background 2 to 5.
Widgets' callbacks may run on a thread of their own while a cell plots, so a scene never touches
pyplot, nor rcParams, which all threads share.
"""

from __future__ import annotations

import io
import textwrap
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from course.widgets.labels import Label, panel

DOTS = 100  # a scene's inch is 100 CSS pixels
STAGES = 20  # backgrounds that are kept, 2 MB each
A = TypeVar("A", bound=Artist)


@dataclass(frozen=True)
class Palette:
    """Colours of a theme, told apart by the colour-blind too (Okabe and Ito, 2008).

    `mine` is the student's function, `reference` (always dashed) what it should be, `third` and
    `fourth` are further curves; `ink` is text, `faint` what is not there yet, `soft` areas.
    """

    name: str
    paper: str
    ink: str
    faint: str
    soft: str
    mine: str
    reference: str
    third: str
    fourth: str
    warn: str
    warn_paper: str


LIGHT = Palette(
    "light", "#ffffff", "#1b1b1b", "#6e6e6e", "#ebeef2",
    "#0072B2", "#B34700", "#00795A", "#8A4F7D", "#7A3E00", "#FFF1D6",
)  # fmt: skip
DARK = Palette(
    "dark", "#111111", "#ececec", "#9b9b9b", "#2a2e33",
    "#62BDF0", "#F2A33A", "#4FD1A5", "#DDA0CC", "#FFD48A", "#3A2A08",
)  # fmt: skip
PALETTES = {palette.name: palette for palette in (LIGHT, DARK)}


class Scene:
    """The base: `setup` draws what stays and names what moves, `update` moves it.

    A subclass sets `size` (inches, 100 CSS pixels each), writes `setup()`, `update(state,
    result)` and `describe(state, result)`. `palette` has the colours; `scale` is how many real
    pixels a CSS pixel has. The top 0.36 inches belong to `say`.

    >>> class Dot(Scene):
    ...     size = (3, 2)
    ...     def setup(self):
    ...         axes = self.axes((0.2, 0.25, 0.7, 0.5), "x", "y", xlim=(0, 1), ylim=(0, 1))
    ...         self.dot = self.moving(axes.plot([], [], "o", color=self.palette.mine)[0])
    ...     def update(self, state, result):
    ...         self.dot.set_data([state], [state])
    ...     @staticmethod
    ...     def describe(state, result):
    ...         return f"A dot at {state}."
    >>> dot = Dot()
    >>> dot.update(0.5, None)
    >>> dot.rgba().shape, dot.png()[:4]
    ((200, 300, 4), b'\\x89PNG')
    """

    size: tuple[float, float] = (9.0, 4.5)

    def __init__(self, palette: Palette = LIGHT, scale: float = 1.0):
        self.palette, self.scale = palette, scale
        self.figure = Figure(self.size, dpi=DOTS * scale, facecolor=palette.paper)
        self._canvas = FigureCanvasAgg(self.figure)
        self._moving: list[Artist] = []
        self._stages: dict[Any, Any] = {}
        self._stage: Any = None
        self._labels: list[Label] = []
        self._headline = self.label(0.17 / self.size[0], 1 - 0.1 / self.size[1], "", va="top")
        self._warning = False
        self.setup()

    def setup(self) -> None:
        """Draw what stays; wrap in `moving` what `update` will move."""
        raise NotImplementedError

    def update(self, state: Any, result: Any) -> None:
        """Move the artists to a state and to what was computed for it."""
        raise NotImplementedError

    @staticmethod
    def describe(state: Any, result: Any) -> str:
        """Return the picture in a sentence or two, with its numbers, for those who can't see it."""
        raise NotImplementedError

    def pose(self, state: Any, result: Any, problem: str = "") -> None:
        """Update, and put the banner up if there is a problem."""
        self.say("")
        self.update(state, result)
        if problem:
            self.warn(problem)

    def moving(self, artist: A) -> A:
        """Take an artist out of the background, to be drawn anew on each update; return it."""
        artist.set_animated(True)
        self._moving.append(artist)
        return artist

    def label(
        self, x: float, y: float, words: str, axes: Axes | None = None, **style: Any
    ) -> Label:
        """Write plain words that `update` may change with `set_text`; return the label.

        The spot is in fractions of the figure, or in the data of `axes`. Style: ha, va, fontsize,
        color, weight ("bold"). Ten times quicker than a moving `text`, but it knows no formulas.
        """
        label = Label(x, y, words, axes, **{"color": self.palette.ink, **style})
        self._labels.append(label)
        return label

    def text(self, x: float, y: float, words: str, **style: Any) -> Any:
        """Write what stays on the figure (fractions of it), also formulas; return the artist."""
        return self.figure.text(x, y, words, **{"color": self.palette.ink, **style})

    def axes(
        self,
        place: tuple[float, float, float, float],
        xlabel: str = "",
        ylabel: str = "",
        **settings: Any,
    ) -> Axes:
        """Return axes at (left, bottom, width, height), fractions of the figure, in its colours."""
        axes = self.figure.add_axes(place, facecolor=self.palette.paper)
        axes.set(xlabel=xlabel, ylabel=ylabel, **settings)
        axes.tick_params(colors=self.palette.ink, labelsize=9)
        for label in (axes.xaxis.label, axes.yaxis.label, axes.title):
            label.set(color=self.palette.ink, fontsize=10)
        for side, spine in axes.spines.items():
            spine.set(color=self.palette.faint, visible=side in ("left", "bottom"))
        return axes

    def blank(self, place: tuple[float, float, float, float], **settings: Any) -> Axes:
        """Return axes without frame and ticks, for a drawing."""
        axes = self.axes(place, **settings)
        axes.set_axis_off()
        return axes

    def legend(self, axes: Axes, **style: Any) -> None:
        """Add a legend in the palette's colours; it stays, so label the artists in `setup`."""
        frame = {"facecolor": self.palette.paper, "edgecolor": self.palette.soft}
        axes.legend(labelcolor=self.palette.ink, fontsize=9, **{**frame, **style})

    def say(self, words: str) -> None:
        """Write the line at the top."""
        self._warning = False
        self._headline.set_text(words)
        self._headline.set_color(self.palette.ink)

    def warn(self, problem: str) -> None:
        """Put a banner at the top that says what is wrong with the student's function."""
        wide = int(self.size[0] * 11)
        lines = [line for part in problem.splitlines() for line in textwrap.wrap(part, wide)]
        if len(lines) > 5:
            lines = [*lines[:4], lines[4][: wide - 2] + " …"]
        self._warning = True
        self._headline.set_text("▲ " + "\n    ".join(lines))
        self._headline.set_color(self.palette.warn)

    def _paint_banner(self, pixels: np.ndarray) -> None:
        dots, lines = DOTS * self.scale, self._headline.words.count("\n") + 1
        place = 0.08, 0.06, self.size[0] - 0.08, 0.17 + 0.2 * lines
        place = tuple(round(inches * dots) for inches in place)
        panel(pixels, place, self.palette.warn_paper, self.palette.warn, round(self.scale))

    def stage(self, key: Any) -> bool:
        """Choose the background of a key; True if it has to be drawn first, once.

        For what moves seldom, as an axis or a highlight: `if self.stage(state.t): ...` and there
        move what is not `moving`. The first picture of a key is a full redraw, and slow.
        """
        self._stage = key
        return key not in self._stages

    def locate(self, x: float, y: float) -> tuple[Axes | None, float, float]:
        """Return the axes under a point, given in fractions from the top left, and data there."""
        spot = (x * self.figure.bbox.width, (1 - y) * self.figure.bbox.height)
        for axes in self.figure.axes:
            if axes.bbox.contains(*spot):
                return axes, *(float(v) for v in axes.transData.inverted().transform(spot))
        return None, float("nan"), float("nan")

    def rgba(self) -> np.ndarray:
        """Return the picture as bytes, shape (height, width, 4); valid until the next call."""
        if self._stage not in self._stages:
            self._canvas.draw()
            if len(self._stages) >= STAGES:
                del self._stages[next(iter(self._stages))]
            self._stages[self._stage] = self._canvas.copy_from_bbox(self.figure.bbox)
        self._canvas.restore_region(self._stages[self._stage])
        for artist in sorted(self._moving, key=lambda artist: artist.zorder):
            self.figure.draw_artist(artist)
        pixels = np.asarray(self._canvas.buffer_rgba())
        if self._warning:
            self._paint_banner(pixels)
        for label in (*self._labels[1:], self._headline):
            label.paint(pixels, self.figure.dpi)
        return pixels

    def png(self, quick: bool = False) -> bytes:
        """Return the picture as a PNG file; `quick` spends less on its size."""
        from PIL import Image

        file = io.BytesIO()
        options = {"compress_level": 1} if quick else {"optimize": True}
        Image.fromarray(self.rgba()[..., :3]).save(file, "PNG", **options)
        return file.getvalue()


class Point:
    """A spot that the student touched: `axes` is the label of the axes there, x and y are data.

    `phase` is "down", "move" or "up"; outside of all axes `axes` is "" and x and y are nan.
    """

    def __init__(self, scene: Scene, x: float, y: float, phase: str):
        axes, self.x, self.y = scene.locate(x, y)
        self.axes = axes.get_label() if axes else ""
        self.phase = phase
