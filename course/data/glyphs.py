"""Printed letters and digits, drawn from the fonts that come with Matplotlib, and bent a little.

Each symbol of each font is drawn once, large, and filled to the height of its cell, as the
handwritten digits are. A picture is such a drawing seen through a random map: turned, sheared,
stretched, moved, and warped by a smooth random field.
"""

from functools import cache
from itertools import product

import numpy as np

from course.data.card import Card
from course.data.pictures import Pictures

SYMBOLS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FONTS = (  # family, style, weight; all of them come with Matplotlib
    *(("DejaVu Sans", *kind) for kind in (("normal", 400), ("normal", 700), ("oblique", 400))),
    *(("DejaVu Sans Mono", *kind) for kind in (("normal", 400), ("normal", 700))),
    *(("DejaVu Serif", *kind) for kind in (("normal", 400), ("normal", 700), ("italic", 400))),
    *(("STIXGeneral", *kind) for kind in (("normal", 400), ("normal", 700), ("italic", 400))),
    *((family, "normal", 400) for family in ("cmr10", "cmss10", "cmtt10")),
)
CELL = 32  # pixels of a drawing
FINE = 2  # a pixel of a picture is the mean of so many squared
TURN, SHEAR, STRETCH, MOVE = 0.15, 0.2, 0.12, 0.08  # standard deviations; MOVE is the largest
KNOTS = 4  # the warp is smooth between so many by so many random arrows
CHUNK = 2000  # pictures at a time, for the memory's sake


def glyphs(
    rng: int | np.random.Generator,
    count: int,
    size: int = 8,
    *,
    symbols: str = SYMBOLS,
    warp: float = 0.25,
) -> Pictures:
    """Pictures of printed symbols, each in a random font and bent at random.

    Args:
        rng: a seed or a generator.
        count: how many, at least 1.
        size: height and width in pixels, 4 to 32.
        symbols: the classes, one character each; letters and digits that all the fonts have.
        warp: how far a point is moved by the smooth random field, as a part of half the
            picture's width; 0 keeps straight lines straight.

    Returns:
        Pictures of shape (count, size, size); the darkest pixel of each is 1. The drawings depend
        on the versions of Matplotlib and its fonts in their last digits.

    Raises:
        ValueError: a number is out of its range, or there are no symbols.

    >>> pictures = glyphs(rng=0, count=5, size=16, symbols="AB")
    >>> pictures.images.shape, pictures.names
    ((5, 16, 16), ('A', 'B'))
    """
    if count < 1 or not 4 <= size <= CELL or warp < 0 or not symbols:
        raise ValueError(
            f"glyphs(rng, count={count}, size={size}, symbols={symbols!r}, warp={warp}) expected a "
            f"count of at least 1, a size from 4 to {CELL}, a warp of at least 0, and symbols."
        )
    rng = np.random.default_rng(rng)
    masters = drawings(symbols)  # (fonts, symbols, CELL, CELL)
    labels = rng.integers(len(symbols), size=count)
    fonts = rng.integers(len(FONTS), size=count)
    images = np.empty((count, size, size), np.float32)
    for start in range(0, count, CHUNK):
        part = slice(start, min(start + CHUNK, count))
        points = _points(rng, part.stop - start, size * FINE, warp)
        fine = _sampled(masters[fonts[part], labels[part]], points)
        coarse = fine.reshape(-1, size, FINE, size, FINE).mean((2, 4))
        images[part] = coarse / np.maximum(coarse.max((1, 2), keepdims=True), 0.1)
    card = Card(
        name="Printed glyphs",
        source=f"drawn by course.data.glyphs from {len(FONTS)} fonts that come with Matplotlib",
        licence="BSD-3-Clause; the fonts are free: DejaVu, STIX Font License, BaKoMa",
        shape=images.shape,
        note=f"0 to 1, 0 is paper. {len(symbols)} symbols, each filled to the height; warp {warp}.",
    )
    return Pictures(card, images, labels, tuple(symbols))


@cache
def drawings(symbols: str) -> np.ndarray:
    """Every symbol in every font, (fonts, symbols, CELL, CELL) float32 in 0..1.

    >>> drawings("A").shape == (len(FONTS), 1, CELL, CELL)
    True
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path
    from matplotlib.textpath import TextPath
    from matplotlib.transforms import Affine2D

    rows, columns = len(FONTS), len(symbols)
    figure = Figure(figsize=(columns * CELL / 100, rows * CELL / 100), dpi=100)
    canvas = FigureCanvasAgg(figure)
    paths = []
    for (row, (family, style, weight)), (column, symbol) in product(
        enumerate(FONTS), enumerate(symbols)
    ):
        font = FontProperties(family=family, style=style, weight=weight)
        path = TextPath((0, 0), symbol, size=CELL, prop=font, usetex=False)
        box = path.get_extents()
        tall = CELL / box.height
        wide = min(tall, CELL / box.width)  # the widest letters are squeezed
        to_cell = Affine2D().translate(-box.x0 - box.width / 2, -box.y0).scale(wide, tall)
        place = to_cell.translate((column + 0.5) * CELL, (rows - 1 - row) * CELL)
        paths.append(place.transform_path(path))
    everything = Path.make_compound_path(*paths)
    figure.add_artist(PathPatch(everything, fc="black", lw=0, transform=None))
    canvas.draw()
    ink = 1 - np.asarray(canvas.buffer_rgba())[..., 0].astype(np.float32) / 255
    return ink.reshape(rows, CELL, columns, CELL).swapaxes(1, 2)


def _points(rng: np.random.Generator, count: int, side: int, warp: float) -> np.ndarray:
    """Where each point of each picture lies in its drawing, (count, side, side, 2), x and y.

    Coordinates run from -1 to 1 over the drawing.
    """
    turn, shear = rng.normal(0, TURN, count), rng.normal(0, SHEAR, count)
    wide, tall = np.exp(rng.normal(0, STRETCH, (2, count)))
    cos, sin = np.cos(turn), np.sin(turn)
    matrix = np.stack([wide * cos, shear - wide * sin, tall * sin, tall * cos], -1)
    shift = rng.uniform(-MOVE, MOVE, (count, 1, 1, 2))
    axis = (np.arange(side) + 0.5) * 2 / side - 1
    grid = np.stack(np.meshgrid(axis, axis), -1)  # (side, side, 2)
    points = np.einsum("nij,yxj->nyxi", matrix.reshape(-1, 2, 2), grid) + shift
    arrows = rng.normal(0, warp, (count, KNOTS, KNOTS, 2))
    blend = _blend(side)  # (side, KNOTS)
    return points + np.einsum("yk,xl,nkli->nyxi", blend, blend, arrows, optimize=True)


def _blend(side: int) -> np.ndarray:
    """Weights of the knots for each place along an axis: a smooth curve through them."""
    places = np.linspace(0, KNOTS - 1, side)
    weights = np.exp(-1.5 * (places[:, None] - np.arange(KNOTS)) ** 2)
    return weights / weights.sum(1, keepdims=True)


def _sampled(masters: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The drawings' ink at the points, linear between pixels; beyond the edge there is paper."""
    padded = np.pad(masters, ((0, 0), (1, 1), (1, 1)))
    places = np.clip((points + 1) * CELL / 2 + 0.5, 0, CELL + 1 - 1e-3)  # in padded pixels
    low = places.astype(np.intp)
    x, y = np.moveaxis(places - low, -1, 0)
    column, row = np.moveaxis(low, -1, 0)
    one = np.arange(len(masters))[:, None, None]
    upper = padded[one, row, column] * (1 - x) + padded[one, row, column + 1] * x
    lower = padded[one, row + 1, column] * (1 - x) + padded[one, row + 1, column + 1] * x
    return upper * (1 - y) + lower * y
