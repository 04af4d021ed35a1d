"""A step: one line of a derivation, with its letters and with its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from course.worked import formulas, rounding

SHORT = 84  # characters: a longer step takes two lines
WIDE = 7  # columns of matrices that fit on a line
PAGE = 92  # characters of a line of plain text


@dataclass(frozen=True, eq=False)
class Step:
    """One line of a derivation: a name, what it means, its formula, and its value.

    `name` and `expression` are in the plain notation of `course.worked.formulas`; `known` holds
    the values of the names in the expression; in `meaning`, names stand in backticks. `symbol`,
    `formula`, `numbers` and `result` are LaTeX; `value` is not rounded.

    >>> step = Step("h_1", "state", "tanh(W x_1)", {"W": 2, "x_1": -0.5}, -0.76159)
    >>> step
    h_1 = tanh(W x_1) = tanh(2·(-0.5)) = -0.7616   (state)
    >>> print(step.formula, "=", step.numbers)
    \\tanh(W\\,x_{1}) = \\tanh(2 \\cdot (-0.5))
    """

    name: str
    meaning: str
    expression: str
    known: Mapping[str, Any]
    value: Any
    digits: int = 4

    @property
    def symbol(self) -> str:
        """The left side."""
        return formulas.symbol(self.name)

    @property
    def formula(self) -> str:
        """The right side with its letters."""
        return formulas.latex(self.expression, digits=self.digits)

    @property
    def numbers(self) -> str:
        """The right side with its numbers."""
        return formulas.latex(self.expression, self.known, self.digits)

    @property
    def result(self) -> str:
        """The value, rounded."""
        return rounding.latex(self.value, self.digits)

    def rows(self) -> list[str]:
        """Return the lines of an `aligned` block."""
        chain = list(dict.fromkeys([self.formula, self.numbers, self.result]))
        meaning = rf"\qquad{formulas.words(f'({self.meaning})')}" if self.meaning else ""
        tall = r"\begin" in chain[-1] or r"\begin" in self.numbers
        if len(chain) < 3 or (not tall and len(self._chain() + self.meaning) <= SHORT):
            return [f"{self.symbol} &= {' = '.join(chain)} {meaning}".rstrip()]
        lines = [*_lines(chain[1]), f"= {chain[2]}"]
        if len(lines) == 2 and _columns(" ".join(lines)) <= WIDE:
            lines = [" ".join(lines)]
        return [f"{self.symbol} &= {chain[0]} {meaning}".rstrip(), *(f"&{line}" for line in lines)]

    def latex(self) -> str:
        """Return the step as a displayed block."""
        return aligned([self])

    def _chain(self) -> str:
        shown = [
            formulas.text(self.expression),
            formulas.text(self.expression, self.known, self.digits),
            rounding.text(self.value, self.digits),
        ]
        return " = ".join(dict.fromkeys([self.name, *shown]))

    def __repr__(self) -> str:
        chain, meaning = self._chain(), self.meaning.replace("`", "")
        meaning = f"   ({meaning})" if meaning else ""
        if len(chain) + len(meaning) <= PAGE:
            return chain + meaning
        name, first, *rest = chain.split(" = ")
        pad = "\n" + " " * len(name) + " = "
        return f"{name} = {first}{meaning}" + "".join(pad + part for part in rest)

    def _repr_markdown_(self) -> str:
        return self.latex()


def aligned(steps: Sequence[Step], first: Sequence[str] = ()) -> str:
    """Return steps as one displayed block of LaTeX, after the rows in `first`."""
    return block([*first, *(row for step in steps for row in step.rows())])


def block(rows: Sequence[str]) -> str:
    """Return rows of LaTeX as one displayed block, aligned at &."""
    # A blank line would end the block in Markdown; the extra space parts lines with matrices.
    return "$$\n\\begin{aligned}\n" + " \\\\[0.3em]\n".join(rows) + "\n\\end{aligned}\n$$"


def _columns(filled: str) -> int:
    return filled.count("&") + filled.count(r"\begin")


def _lines(filled: str) -> list[str]:
    """Break a sum with wide matrices before a plus; the first line begins with =."""
    lines, line = [], "="
    for i, term in enumerate(filled.split(" + ") if r"\left(" not in filled else [filled]):
        if i and _columns(line) + _columns(term) > WIDE:
            lines.append(line)
            line = rf"\quad + {term}"
        else:
            line += f" + {term}" if i else f" {term}"
    return [*lines, line]
