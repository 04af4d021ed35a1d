"""A table of numbers: a list of rows that displays itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from course.worked import formulas, rounding


class Table(list):
    """A list of rows, one list a row, under the names in `columns`.

    A cell is a number, an array or a word. In a notebook the table displays itself with the
    letters set as mathematics; `print(table)` writes it in plain text. `digits` is how many
    decimals are shown; the cells themselves are not rounded.

    >>> table = Table(["t", "h_t"], [[1, 0.964027580076], [2, 0.999279286166]])
    >>> table
    t  h_t
    1  0.9640
    2  0.9993
    >>> table[1][1]
    0.999279286166
    """

    def __init__(self, columns: Sequence[str], rows: Iterable[Iterable[Any]], digits: int = 4):
        super().__init__(list(row) for row in rows)
        self.columns = list(columns)
        self.digits = digits

    def __repr__(self) -> str:
        cells = [self.columns, *([self._text(cell) for cell in row] for row in self)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = [zip(row, widths, strict=True) for row in cells]
        return "\n".join(
            "  ".join(f"{cell:<{width}}" for cell, width in line).rstrip() for line in lines
        )

    def _repr_markdown_(self) -> str:
        rows = [[f"${formulas.symbol(name)}$" for name in self.columns], [":--"] * self.width]
        rows += [[self._math(cell) for cell in row] for row in self]
        return "\n".join(f"| {' | '.join(row)} |" for row in rows)

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.columns)

    def _text(self, cell: Any) -> str:
        return cell if isinstance(cell, str) else rounding.text(cell, self.digits)

    def _math(self, cell: Any) -> str:
        if isinstance(cell, str):  # the name of a letter
            return f"${formulas.symbol(cell)}$"
        return f"${rounding.latex(cell, self.digits)}$"
