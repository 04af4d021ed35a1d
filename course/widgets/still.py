"""The still picture of a widget: what is seen where no kernel runs.

In a reopened notebook JupyterLab shows an error in place of a widget, and GitHub and nbconvert
show nothing. So the picture is an output of its own, after the widget's, with its text. It is
hidden while the widget lives, and in JupyterLab it hides the error.
"""

from __future__ import annotations

import base64
import html

STYLE = """
.jp-OutputArea-child:has(.nnwo) + .jp-OutputArea-child:has(.nnwo-still),
.jp-OutputArea-child:has(> .jp-OutputArea-output.jupyter-widgets):has(+ * .nnwo-still)
{ display: none; }
""".strip()


def encoded(png: bytes) -> str:
    """Return a picture as base64 text."""
    return base64.b64encode(png).decode("ascii")


def still(png: bytes, size: list[int], alt: str, model: str) -> dict[str, str]:
    """Return the output that holds a picture: HTML and plain text.

    `size` is (width, height) in CSS pixels, `model` the id by which the living widget finds the
    picture to hide it.

    >>> still(b"", [900, 450], "A curve.", "7")["text/plain"]
    'A curve.'
    """
    image = (
        f'<img src="data:image/png;base64,{encoded(png)}" width="{size[0]}" '
        f'style="max-width: 100%; height: auto" alt="{html.escape(alt, quote=True)}">'
    )
    figure = f'<div class="nnwo-still" data-model="{model}">{image}</div>'
    return {"text/html": f"<style>{STYLE}</style>{figure}", "text/plain": alt}
