"""A derivation: steps with the numbers filled in, under headings, that displays itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from course.worked import formulas, rounding
from course.worked.step import PAGE, Step, aligned, block
from course.worked.table import Table

LONG = 14  # headings: of more than these, the middle ones are left out on display


@dataclass(eq=False)
class Part:
    """What stands under one heading: steps, a table, or both; `t` is its time step, if any."""

    heading: str
    t: int | None = None
    steps: list[Step] = field(default_factory=list)
    table: Table | None = None


class Derivation:
    r"""A calculation by hand, step by step, which displays itself in a notebook.

    Reading: `d` or `print(d)` shows it, `d.latex()` is its LaTeX, `d.table()` its figures in a
    table, `d.data()` the same as NumPy arrays. `d.step(2)` is what happens in time step 2,
    `d[:2]` what stands under the first two headings, `d["h_2"]` a single step. The shorter
    derivations display themselves as well.

    Writing one: `give` what is known, open each heading with `part`, and `add` the steps.
    A formula is typed once; the numbers are looked up by their names.

    >>> d = Derivation("A neuron", equations=["y = tanh(W x)"])
    >>> d.give("W", 2); d.give("x", 0.5)
    >>> d.part("Forward")
    >>> y = d.add("y", "output", "tanh(W x)", np.tanh(1.0))
    >>> d
    A neuron
    <BLANKLINE>
      y = tanh(W x)
      given: W = 2, x = 0.5
    <BLANKLINE>
    Forward
      y = tanh(W x) = tanh(2·0.5) = 0.7616   (output)
    """

    def __init__(self, title: str, equations: Sequence[str] = (), digits: int = 4):
        if isinstance(digits, bool) or not isinstance(digits, int) or not 1 <= digits <= 12:
            raise ValueError(f"digits is {digits!r}; it must be a whole number from 1 to 12.")
        self.title = title
        self.equations = list(equations)
        self.digits = digits
        self.given: dict[str, Any] = {}
        self.known: dict[str, Any] = {}
        self.parts: list[Part] = []
        self.tables: dict[str, Table] = {}
        self.arrays: dict[str, Any] = {}

    def give(self, name: str, value: Any) -> None:
        """Name a value that is given, and show it at the top."""
        self.given[name] = value
        self.known[name] = value

    def part(self, heading: str, t: int | None = None, table: Table | None = None) -> None:
        """Open a heading; the steps that follow belong to it, and to time step `t`."""
        self.parts.append(Part(heading, t, table=table))

    def add(self, name: str, meaning: str, expression: str, value: Any) -> Any:
        """Add a step to the last part and return its value.

        Raises KeyError if the expression has a name that nobody has given or added.
        """
        known = {used: self.known[used] for used in formulas.names(expression)}
        self.parts[-1].steps.append(Step(name, meaning, expression, known, value, self.digits))
        self.known[name] = value
        return value

    def data(self) -> dict[str, Any]:
        """Return the figures, unrounded, as NumPy arrays by letter; time is the first axis."""
        return {name: _copy(value) for name, value in self.arrays.items()}

    def table(self, name: str | None = None) -> Table:
        """Return a table: the first one, or the one of this name. `d.tables` lists all."""
        if name is not None and name not in self.tables:
            raise ValueError(f"There is no table {name!r}; there are {_list(self.tables)}.")
        return self.tables[name or next(iter(self.tables))]

    def step(self, t: int) -> Derivation:
        """Return what belongs to time step t, counted from 1."""
        steps = sorted({part.t for part in self.parts if part.t is not None})
        if t not in steps:
            raise ValueError(f"There is no step {t!r}; there are {_list(steps)}.")
        return self._only([part for part in self.parts if part.t == t])

    def __getitem__(self, which: str | int | slice) -> Step | Derivation:
        if isinstance(which, slice):
            return self._only(self.parts[which])
        if isinstance(which, int):
            return self._only([self.parts[which]])
        for step in self:
            if step.name == which:
                return step
        raise KeyError(f"no step is named {which!r}; the names are {_list(s.name for s in self)}")

    def __iter__(self) -> Iterator[Step]:
        for part in self.parts:
            yield from part.steps

    def __len__(self) -> int:
        return len(self.parts)

    def _only(self, parts: list[Part]) -> Derivation:
        """Return a derivation with these parts; what is given and the equations are left out."""
        part = Derivation(self.title, digits=self.digits)
        part.parts, part.tables, part.arrays = parts, self.tables, self.arrays
        part.known = self.known
        return part

    def latex(self) -> str:
        """Return all steps in LaTeX, one displayed block a heading."""
        return "\n\n".join(
            aligned(part.steps, first=[rf"&\textbf{{{part.heading}}}"])
            for part in self.parts
            if part.steps
        )

    def header(self) -> str:
        """Return the title, the equations and what is given, in Markdown."""
        blocks = [f"**{self.title}**"]
        if self.equations:
            shown = (formulas.latex(equation) for equation in self.equations)
            blocks.append(block([line.replace(" = ", " &= ", 1) for line in shown]))
        if self.given:
            given = (f"${left} = {right}$" for left, right in self._given(formulas.symbol, True))
            blocks.append(f"Given: {', '.join(given)}.")
        return "\n\n".join(blocks)

    def header_text(self) -> str:
        """Return the same in plain text."""
        lines = [self.title, "", *(f"  {equation}" for equation in self.equations)]
        line = "  given:"
        for left, right in self._given(str, False):
            if len(line) > len("  given:") and len(f"{line} {left} = {right}") > PAGE:
                lines.append(line)
                line = " " * len("  given:")
            line += f" {left} = {right},"
        return "\n".join([*lines, line.rstrip(",")] if self.given else lines).rstrip()

    def _given(self, letter: Any, math: bool) -> Iterator[tuple[str, str]]:
        """What is given, name and value; a sequence of numbers stands together as x_1, ..., x_T."""
        write = rounding.latex if math else rounding.text
        dots, times = (r"\ldots", r"\,") if math else ("...", " ")
        rows: dict[str, list[str]] = {}
        for name, value in self.given.items():
            stem = re.sub(r"_[1-9]\d*$", "", name)
            rows.setdefault(stem if np.size(value) == 1 else name, []).append(name)
        for group in rows.values():
            values = [write(self.given[name], self.digits) for name in group]
            if len(group) == 1:
                yield letter(group[0]), values[0]
                continue
            if len(values) > 12:
                values = [*values[:6], dots, *values[-3:]]
            inner = [letter(group[0]), *([dots] if len(group) > 2 else []), letter(group[-1])]
            yield f",{times}".join(inner), f",{times}".join(values)

    def _repr_markdown_(self) -> str:
        blocks = [self.header()]
        for part in self._displayed():
            if part is None:
                blocks.append("… (here `.step(t)` shows the step t)")
                continue
            blocks.append(f"**{part.heading}**")
            if part.table is not None:
                blocks.append(part.table._repr_markdown_())
            if part.steps:
                blocks.append(aligned(part.steps))
        return "\n\n".join(blocks)

    def __repr__(self) -> str:
        blocks = [self.header_text()]
        for part in self._displayed():
            if part is None:
                blocks.append("...")
                continue
            shown = [part.table] if part.table is not None else []
            lines = "\n".join(map(repr, [*shown, *part.steps])).splitlines()
            blocks.append("\n".join([part.heading, *(f"  {line}" for line in lines)]))
        return "\n\n".join(blocks)

    def _displayed(self) -> list[Part | None]:
        if len(self.parts) <= LONG:
            return list(self.parts)
        return [*self.parts[: LONG // 2], None, *self.parts[-LONG // 2 + 1 :]]


def _list(names: Any) -> str:
    return ", ".join(map(str, names))


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copy(inner) for name, inner in value.items()}
    return np.array(value)
