"""A table whose columns have names and kinds of their own, as a spreadsheet has."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from course.data.card import Card

SHOWN = 5  # rows of a table that are displayed


@dataclass(frozen=True)
class Frame:
    """Named columns of one length, with their card.

    Args:
        card: tells source, licence, shape and what is planted.
        columns: by name, (n,) each: numbers or words.
        chance: (n,), where the data were made: the probability with which each row got its
            target; what the best of all predictors would say. None if it is not known.

    >>> card = Card("Two rows", "invented", "BSD-3-Clause", (2, 2), "")
    >>> Frame(card, {"name": np.array(["Ada", "Bo"]), "marks": np.array([93, 68])})
    name  marks
    Ada   93
    Bo    68
    """

    card: Card
    columns: Mapping[str, np.ndarray]
    chance: np.ndarray | None = None

    def __len__(self) -> int:
        """How many rows there are."""
        return len(next(iter(self.columns.values())))

    def __getitem__(self, name: str) -> np.ndarray:
        """A column by its name; ValueError with the names there are."""
        if name not in self.columns:
            raise ValueError(f"There is no column {name!r}; there are {', '.join(self.columns)}.")
        return self.columns[name]

    def _cells(self) -> list[list[str]]:
        rows = zip(*(column[:SHOWN] for column in self.columns.values()), strict=True)
        return [list(self.columns), *([_text(value) for value in row] for row in rows)]

    def _rest(self) -> str:
        left = len(self) - SHOWN
        return f"... and {left} rows more" if left > 0 else ""

    def __repr__(self) -> str:
        cells = self._cells()
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = [
            "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in cells
        ]
        return "\n".join([*lines, self._rest()]).rstrip()

    def _repr_markdown_(self) -> str:
        head, *rows = (f"| {' | '.join(row)} |" for row in self._cells())
        rule = f"|{' :-- |' * len(self.columns)}"
        return "\n".join([head, rule, *rows, "", self._rest()]).rstrip()


def _text(value: object) -> str:
    return f"{value:.10g}" if isinstance(value, float | np.floating) else str(value)
