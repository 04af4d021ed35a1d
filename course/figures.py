"""Figures in a chapter: shown once, sharp, with a text for those who can't see them."""

from __future__ import annotations

import base64
import html
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def show(figure: Figure, alt: str) -> None:
    """Display a Matplotlib figure with alternative text, then close it.

    `alt` says in a sentence or two what the picture shows. The picture is a PNG inside HTML,
    since a notebook's plain image output has no place for the text. Raises ValueError for an
    empty `alt`.

    >>> from matplotlib.figure import Figure
    >>> figure = Figure(); _ = figure.subplots().plot([1, 2])
    >>> show(figure, alt="A line from 1 to 2.")
    A line from 1 to 2.
    """
    if not alt.strip():
        raise ValueError("show(figure, alt=...) got an empty alt; say in a sentence what is seen.")
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=144, facecolor="white")
    width = round(figure.get_figwidth() * 100)
    _close(figure)
    image = base64.b64encode(png.getvalue()).decode("ascii")
    tag = (
        f'<img src="data:image/png;base64,{image}" width="{width}" '
        f'style="max-width: 100%; height: auto" alt="{html.escape(alt, quote=True)}">'
    )
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        get_ipython = None
    if get_ipython is None or get_ipython() is None:
        print(alt)
    else:
        display({"text/html": tag, "text/plain": alt}, raw=True)


def _close(figure: Figure) -> None:
    """Forget the figure in pyplot, if pyplot made it, so that it is not shown a second time."""
    import sys

    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(figure)
