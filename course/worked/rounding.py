"""Numbers as a reader wants them: rounded for display, in LaTeX and in plain text."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

ROWS, COLUMNS = 6, 4  # a larger array is shown by its shape
EXACT = 1e-14  # relative: what is nearer to a short decimal than this is that decimal


def number(value: float, digits: int = 4, significant: int | None = None) -> str:
    """Write one number with `digits` decimals; small ones with as many significant digits.

    `significant` asks for fewer of them, for what stands beside larger numbers.

    A number that is exact with fewer decimals has no zeros after it, so that 2 and 2.0000 tell
    the exact from the rounded.

    >>> number(2), number(0.964027580076), number(0.999987709416), number(-0.0706508)
    ('2', '0.9640', '1.0000', '-0.07065')
    >>> number(4.55e-13), number(6.37621500e8, digits=3)
    ('4.55e-13', '6.38e+08')
    """
    value = float(value)
    size = abs(value)
    if size == 0:
        return "0"
    significant = significant or digits
    if not 1e-4 <= size < 1e7:
        mantissa, exponent = f"{value:.{significant - 1}e}".split("e")
        if abs(float(f"{mantissa}e{exponent}") - value) <= EXACT * size and "." in mantissa:
            mantissa = mantissa.rstrip("0").rstrip(".")
        return f"{mantissa}e{exponent}"
    decimals = max(digits, significant - 1 - math.floor(math.log10(size)))
    written = f"{value:.{decimals}f}"
    if abs(float(written) - value) <= EXACT * size and "." in written:
        written = written.rstrip("0").rstrip(".")
    return written


def text(value: Any, digits: int = 4) -> str:
    """Write a number, vector or matrix in plain text.

    >>> text([[1, 0.5], [2, -3]]), text([2.0]), text(np.zeros((9, 2)))
    ('[[1, 0.5], [2, -3]]', '2', '(9 x 2)')
    """
    array = np.asarray(value, dtype=float)
    if array.size == 1:
        return number(array.item(), digits)
    if too_large(array):
        return f"({' x '.join(map(str, column(array).shape))})"
    few = significant_in(array, digits)
    lines = np.atleast_2d(array)
    rows = [f"[{', '.join(number(entry, digits, few) for entry in line)}]" for line in lines]
    return rows[0] if array.ndim == 1 else f"[{', '.join(rows)}]"


def latex(value: Any, digits: int = 4) -> str:
    r"""Write a number, vector (as a column) or matrix in LaTeX, a large one as its shape.

    >>> print(latex([1, 0.5]), latex(1e-7), latex(np.zeros((9, 2))))
    \begin{pmatrix} 1 \\ 0.5 \end{pmatrix} 1 \times 10^{-7} [9 \times 2]
    """
    array = np.asarray(value, dtype=float)
    if array.size == 1:
        return latex_number(array.item(), digits)
    if too_large(array):
        rows, columns = column(array).shape
        return rf"[{rows} \times {columns}]"
    few = significant_in(array, digits)
    rows = r" \\ ".join(
        " & ".join(latex_number(entry, digits, few) for entry in row) for row in column(array)
    )
    return rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}"


def latex_number(value: float, digits: int, significant: int | None = None) -> str:
    """Write one number in LaTeX, a very small or large one as a product with a power of ten."""
    written, _, exponent = number(value, digits, significant).partition("e")
    return rf"{written} \times 10^{{{int(exponent)}}}" if exponent else written


def significant_in(array: np.ndarray, digits: int) -> int:
    """Say how many digits the small entries need: few beside large ones, so that it stays narrow.

    >>> text([1 / 3, 1 / 300]), text([1 / 30, 1 / 300])
    ('[0.3333, 0.0033]', '[0.03333, 0.003333]')
    """
    return min(2, digits) if np.abs(array).max() >= 0.1 else digits


def column(array: np.ndarray) -> np.ndarray:
    """Return a vector as a matrix with one column, and a matrix as it is."""
    return array[:, None] if array.ndim == 1 else array


def too_large(array: np.ndarray) -> bool:
    """Say whether an array is shown by its shape."""
    rows, columns = column(array).shape
    return rows > ROWS or columns > COLUMNS
