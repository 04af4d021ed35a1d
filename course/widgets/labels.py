"""Labels: plain words and numbers that change, painted straight onto a picture's pixels.

Matplotlib takes 0.1 ms a letter, which for twenty numbers is most of a frame; Pillow takes a
tenth of it. Formulas, and texts that stay, are still Matplotlib's.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties, findfont

# The baseline, in font sizes below the spot.
BASELINE = {"center": 0.36, "top": 0.93, "bottom": -0.24, "baseline": 0.0}
SPACING = 1.3  # of lines, in font sizes


class Label:
    """Words at a spot: of the axes' data, or in fractions of the figure. Made by `Scene.label`.

    `set_text`, `set_position`, `set_color` and `set_visible` are Matplotlib's.
    """

    def __init__(
        self,
        x: float,
        y: float,
        words: str,
        axes: Axes | None,
        ha: str = "left",
        va: str = "center",
        fontsize: float = 11,
        color: Any = "black",
        weight: str = "normal",
    ):
        self.x, self.y, self.words, self.axes = x, y, words, axes
        self.ha, self.va, self.fontsize, self.weight = ha, va, fontsize, weight
        self.visible = True
        self.set_color(color)

    def set_text(self, words: str) -> None:
        """Change the words."""
        self.words = words

    def set_position(self, spot: tuple[float, float]) -> None:
        """Move to another spot."""
        self.x, self.y = spot

    def set_color(self, color: Any) -> None:
        """Change the colour."""
        self.rgb = np.array(to_rgb(color)) * 255

    def set_visible(self, visible: bool) -> None:
        """Show or hide."""
        self.visible = visible

    def paint(self, pixels: np.ndarray, dpi: float) -> None:
        """Paint onto `pixels`, shape (height, width, 4)."""
        if not self.visible or not self.words:
            return
        height, width = pixels.shape[:2]
        if self.axes is None:
            x, y = self.x * width, (1 - self.y) * height
        else:
            x, y = self.axes.transData.transform((self.x, self.y))
            y = height - y
        size = self.fontsize * dpi / 72
        lines = self.words.split("\n")
        if self.va == "center":
            y -= SPACING * size * (len(lines) - 1) / 2
        y += BASELINE[self.va] * size
        for line in lines:
            mask, drop = letters(line, round(size, 1), self.weight == "bold")
            left = x - {"left": 0, "center": 0.5, "right": 1}[self.ha] * mask.shape[1]
            blend(pixels, mask, round(left), round(y) - drop, self.rgb)
            y += SPACING * size


@lru_cache(maxsize=4000)
def letters(line: str, size: float, bold: bool) -> tuple[np.ndarray, int]:
    """Return a line as coverage, shape (height, width), 0 to 1, and the row of its baseline."""
    from PIL import Image, ImageDraw

    font = _font(size, bold)
    rise, fall = (round(part) for part in font.getmetrics())
    image = Image.new("L", (max(1, round(font.getlength(line))), rise + fall))
    ImageDraw.Draw(image).text((0, rise), line, fill=255, font=font, anchor="ls")
    return np.asarray(image, dtype=np.float32) / 255, rise


def blend(pixels: np.ndarray, mask: np.ndarray, left: int, top: int, rgb: np.ndarray) -> None:
    """Lay a colour over pixels, as far as the mask covers them and both overlap."""
    height, width = pixels.shape[:2]
    x, y = max(left, 0), max(top, 0)
    right, bottom = min(left + mask.shape[1], width), min(top + mask.shape[0], height)
    if x >= right or y >= bottom:
        return
    below = pixels[y:bottom, x:right, :3]
    cover = mask[y - top : bottom - top, x - left : right - left, None]
    below[...] = below + cover * (rgb - below)


def panel(
    pixels: np.ndarray, place: tuple[int, int, int, int], paper: Any, edge: Any, border: int
) -> None:
    """Fill a rectangle (left, top, right, bottom) with a colour, and draw its border."""
    left, top, right, bottom = place
    pixels[top:bottom, left:right, :3] = np.array(to_rgb(edge)) * 255
    inside = pixels[top + border : bottom - border, left + border : right - border, :3]
    inside[...] = np.array(to_rgb(paper)) * 255


@cache
def _font(size: float, bold: bool) -> Any:
    from PIL import ImageFont

    wanted = FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")
    return ImageFont.truetype(findfont(wanted), size)
