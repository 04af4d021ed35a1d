"""Formulas: written once in plain text, shown in LaTeX, with letters or with numbers.

A formula is what one would type: `tanh(W_xh x_2 + W_hh h_1 + b_h)`. Names side by side are a
product, `⊙` is the product entry by entry, `^T` the transpose, `^2` a power, `...` an ellipsis.

A name is a letter, a Greek letter or a word with an index (`h_2`, `h_{t-1}`, `delta_2`,
`target_2`), or the derivative of L or C by one (`dL/dW_hh`). A mark after `|` says which part or
version of it is meant: `dL/dW_hh|t=2`, `dL/dh_2|next`, `W_hh|new`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from course.worked import rounding

FUNCTIONS = {"tanh": r"\tanh", "sigmoid": r"\sigma", "exp": r"\exp", "softmax": r"\text{softmax}"}
FUNCTIONS |= {name: rf"\text{{{name}}}" for name in ("relu", "step", "slope")}
ACCENTS = {"yhat": r"\hat{y}"}
FUNCTIONS |= {"log": r"\log"}
GREEK = "alpha beta gamma delta epsilon eta theta lambda mu sigma tau phi".split()
SIGNS = {"⊙": r"\odot", "...": r"\cdots", ",": ","}
TOKEN = re.compile(
    r"\s*(?:(?P<literal>\d+(?:\.\d+)?)"
    r"|(?P<name>(?:d[LC]/d)?[A-Za-z]+(?:_(?:\w+|\{[^}]*\}))?(?:\|[\w=]+)?)"
    r"|(?P<transpose>\^T\b)|(?P<power>\^\d+)|(?P<open>\()|(?P<close>\))"
    r"|(?P<sign>\.\.\.|[-+=/,⊙]))"
)
ENDS, STARTS = ("atom", "array", "close"), ("atom", "array", "open", "function")


class Piece(NamedTuple):
    """A piece of a formula as it is shown; its kind decides what stands between two of them."""

    shown: str
    kind: str  # atom, array, function, open, close, sign


def symbol(name: str) -> str:
    r"""Return the LaTeX of a name.

    >>> print(symbol("W_xh"), symbol("delta_2"), symbol("h_{t-1}"), symbol("target_3"))
    W_{xh} \delta_{2} h_{t-1} \text{target}_{3}
    >>> print(symbol("dL/dh_2|next"))
    \left.\frac{\partial L}{\partial h_{2}}\right|_{\text{next}}
    """
    base, _, mark = name.partition("|")
    mark = mark if "=" in mark or not mark else rf"\text{{{mark}}}"
    if base.startswith(("dL/d", "dC/d")):
        fraction = rf"\frac{{\partial {base[1]}}}{{\partial {symbol(base[4:])}}}"
        return rf"\left.{fraction}\right|_{{{mark}}}" if mark else fraction
    stem, _, index = base.partition("_")
    if stem in GREEK:
        stem = f"\\{stem}"
    elif stem in ACCENTS:
        stem = ACCENTS[stem]
    elif len(stem) > 1:
        stem = rf"\text{{{stem}}}"
    index = f"_{{{index.strip('{}')}}}" if index else ""
    return f"{stem}{index}^{{{mark}}}" if mark else f"{stem}{index}"


def latex(formula: str, known: Mapping[str, Any] | None = None, digits: int = 4) -> str:
    r"""Return a formula in LaTeX, with the letters or, given their values, with the numbers.

    >>> print(latex("tanh(W_xh x_1 + b_h)"))
    \tanh(W_{xh}\,x_{1} + b_{h})
    >>> print(latex("W_xh x_1 + b_h", {"W_xh": 2, "x_1": -1, "b_h": 0.5}))
    2 \cdot (-1) + 0.5
    """
    pieces = _pieces(formula, known, digits, plain=False)
    if any(r"\begin" in piece.shown or r"\frac" in piece.shown for piece in pieces):
        tall = {"open": r"\left", "close": r"\right"}
        pieces = [Piece(tall.get(kind, "") + shown, kind) for shown, kind in pieces]
    for i in range(len(pieces) - 3, 0, -1):  # a column has brackets of its own
        if [piece.kind for piece in pieces[i - 1 : i + 3]] == "function open array close".split():
            pieces[i : i + 3] = [pieces[i + 1]]
    return _join(pieces, r"\,", r"\," if known is None else r" \cdot ")


def text(formula: str, known: Mapping[str, Any] | None = None, digits: int = 4) -> str:
    """Return a formula in plain text, with the letters or, given their values, with the numbers.

    >>> text("tanh(W_xh x_1 + b_h)"), text("W_xh x_1 + b_h", {"W_xh": 2, "x_1": -1, "b_h": 0.5})
    ('tanh(W_xh x_1 + b_h)', '2·(-1) + 0.5')
    """
    pieces = _pieces(formula, known, digits, plain=True)
    return _join(pieces, "·", "·") if known is not None else _join(pieces, " ", " ")


def words(sentence: str) -> str:
    r"""Return a sentence in LaTeX; names in backticks become symbols.

    >>> print(words("through `W_hh` to step 2"))
    \text{through }W_{hh}\text{ to step 2}
    """
    pieces = sentence.split("`")
    return "".join(
        symbol(piece) if i % 2 else rf"\text{{{piece}}}" for i, piece in enumerate(pieces) if piece
    )


def names(formula: str) -> list[str]:
    """List the names in a formula, functions left out.

    >>> names("tanh(W_xh x_1 + W_hh^T h_0)")
    ['W_xh', 'x_1', 'W_hh', 'h_0']
    """
    return [shown for kind, shown in _tokens(formula) if kind == "name" and shown not in FUNCTIONS]


def _tokens(formula: str) -> list[tuple[str, str]]:
    found, at = [], 0
    formula = formula.rstrip()
    while at < len(formula):
        match = TOKEN.match(formula, at)
        if match is None:
            raise ValueError(f"The formula {formula!r} can't be read from {formula[at:]!r} on.")
        found.append((match.lastgroup or "", match[match.lastgroup or 0]))
        at = match.end()
    return found


def _pieces(formula: str, known: Mapping[str, Any] | None, digits: int, plain: bool) -> list[Piece]:
    """Turn tokens into pieces; powers and transposes join what stands before them."""
    tokens, pieces = _tokens(formula), []
    for i, (kind, shown) in enumerate(tokens):
        after = tokens[i + 1][0] if i + 1 < len(tokens) else ""
        if kind == "transpose":
            if known is None or pieces[-1].kind == "close":  # a name was filled in transposed
                last = pieces.pop()
                pieces.append(Piece(last.shown + ("^T" if plain else r"^{\top}"), last.kind))
        elif kind == "power":
            last = pieces.pop()
            pieces.append(Piece(last.shown + (shown if plain else f"^{{{shown[1:]}}}"), last.kind))
        elif kind == "name" and shown in FUNCTIONS:
            pieces.append(Piece(shown if plain else FUNCTIONS[shown], "function"))
        elif kind == "name" and known is None:
            pieces.append(Piece(shown if plain else symbol(shown), "atom"))
        elif kind == "name":
            value = np.asarray(known[shown], dtype=float)
            if after == "transpose":
                value = np.atleast_2d(value) if value.ndim < 2 else value.T
            shown = rounding.text(value, digits) if plain else rounding.latex(value, digits)
            before = pieces[-1].kind if pieces else "open"
            inside = after == "power" or before in ENDS
            if value.size > 1:
                pieces.append(Piece(shown, "array"))
            elif (shown.startswith("-") and (inside or before != "open")) or (
                inside and ("e" in shown or "times" in shown)
            ):
                pieces.append(Piece(f"({shown})", "atom"))
            else:
                pieces.append(Piece(shown, "atom"))
        elif kind == "sign":
            pieces.append(Piece(shown if plain else SIGNS.get(shown, shown), "sign"))
        else:
            pieces.append(Piece(shown, "atom" if kind == "literal" else kind))
    return pieces


def _join(pieces: list[Piece], between_arrays: str, times: str) -> str:
    shown, before = "", ""
    for piece in pieces:
        if piece.kind == "sign" or before == "sign":
            shown += " " if shown and piece.shown != "," else ""
        elif before in ENDS and piece.kind in STARTS:
            shown += between_arrays if before == piece.kind == "array" else times
        shown += piece.shown
        before = piece.kind
    return shown
