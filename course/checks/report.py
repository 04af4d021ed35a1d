"""What a check shows: in a notebook as HTML, elsewhere as text, to nbgrader as a score.

nbgrader reads a cell's score from `text/plain` and takes text that is no number for full marks,
so while it runs a notebook a report's plain text is the bare score, and a zero is raised as
`CheckFailed`, which the Validate button shows.
"""

from __future__ import annotations

import html
import os
from dataclasses import dataclass, field
from typing import Any

RIGHT, WRONG, NOT_ATTEMPTED = "right", "wrong", "not attempted"


class CheckFailed(AssertionError):
    """A check that fell short, raised only where a grader or a test asks for it."""

    def _render_traceback_(self) -> list[str]:
        # IPython shows this instead of the frames of the course's own code.
        return [f"CheckFailed: {self}"]


@dataclass(frozen=True)
class Line:
    """One criterion, or one question of a quiz: its state and what is said about it."""

    title: str
    state: str
    note: str = ""


@dataclass
class Report:
    """A check's result. It displays itself and never raises in a student's notebook.

    `score` is the share of the points reached, 0 to 1. `inputs` are the arguments of the first
    failing case as tensors, ready for `elman(**check(elman).inputs)`.
    """

    name: str
    state: str
    score: float = 0.0
    points: float = 0.0
    lines: list[Line] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)  # what is wrong: diagnosis, contrast
    hints: list[str] = field(default_factory=list)  # which way to look
    failing: str = ""  # the first failing call, expected and got
    notes: list[str] = field(default_factory=list)  # float32, prints, warnings
    inputs: dict[str, Any] = field(default_factory=dict, repr=False)
    loose: str = ""  # what is right here, but not of the type that later cells need
    counted: str = "criteria met"  # what the headline counts

    @property
    def earned(self) -> float:
        """Points reached, rounded to two decimals."""
        return round(self.score * self.points, 2)

    @property
    def headline(self) -> str:
        """The state in a sentence."""
        if self.state == NOT_ATTEMPTED:
            return f"{self.name}: not attempted yet."
        if self.state == RIGHT:
            return f"{self.name}: right."
        if not self.lines:
            return f"{self.name}: not right yet."
        right = sum(line.state == RIGHT for line in self.lines)
        return f"{self.name}: not right yet; {right} of {len(self.lines)} {self.counted}."

    def __str__(self) -> str:
        marks = {RIGHT: "[right]", WRONG: "[wrong]", NOT_ATTEMPTED: "[  ?  ]"}
        rows = [self.headline]
        for line in self.lines:
            note = f": {line.note}" if line.note else ""
            rows.append(f"  {marks[line.state]} {line.title}{note}")
        rows += self.messages
        rows += [f"Hint: {hint}" for hint in self.hints]
        if self.failing:
            rows.append(self.failing)
        rows += [f"Note: {note}" for note in self.notes]
        return "\n".join(rows)

    __repr__ = __str__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        plain = f"{self.earned:g}" if os.environ.get("NBGRADER_EXECUTION") else str(self)
        return {"text/plain": plain, "text/html": self.html()}

    def html(self) -> str:
        """The report as an HTML fragment without scripts, for light and dark pages.

        Text keeps the page's own colour; states are told by words and signs, never by colour
        alone.
        """
        accent = {RIGHT: "#2a9d5c", WRONG: "#d1702a", NOT_ATTEMPTED: "#808080"}[self.state]
        parts = [
            f'<div role="group" aria-label="Check of {_escape(self.name)}" style="border-left: '
            f"4px solid {accent}; padding: 0.3em 0 0.3em 0.9em; margin: 0.3em 0; "
            'max-width: 50em; line-height: 1.5; color: inherit">',
            f'<p style="margin: 0 0 0.3em 0"><strong>{_escape(self.headline)}</strong></p>',
        ]
        if self.lines:
            items = "".join(_line(line) for line in self.lines)
            parts.append(
                f'<ul style="list-style: none; margin: 0 0 0.4em 0; padding: 0">{items}</ul>'
            )
        parts += [f'<p style="margin: 0.3em 0">{_code(text)}</p>' for text in self.messages]
        parts += [
            f'<p style="margin: 0.3em 0"><strong>Hint.</strong> {_code(text)}</p>'
            for text in self.hints
        ]
        if self.failing:
            parts.append(
                '<pre tabindex="0" aria-label="First failing call" style="margin: 0.4em 0; padding:'
                " 0.4em 0.6em; border: 1px solid rgba(128, 128, 128, 0.5); overflow-x: auto; "
                f'background: transparent; color: inherit">{_escape(self.failing)}</pre>'
            )
        parts += [
            f'<p style="margin: 0.3em 0; font-size: 95%">Note: {_code(text)}</p>'
            for text in self.notes
        ]
        return "\n".join([*parts, "</div>"])


def deliver(report: Report) -> Report:
    """Return the report, or raise it where a grader or a test wants an exception.

    nbgrader (`NBGRADER_EXECUTION`) gets an exception for a zero; `COURSE_CHECK=raise`, which the
    tests of the instructors' notebooks set, for any shortfall.
    """
    strict = os.environ.get("COURSE_CHECK") == "raise" and report.state != RIGHT
    if strict or (os.environ.get("NBGRADER_EXECUTION") and report.earned == 0):
        raise CheckFailed(str(report))
    return report


def _line(line: Line) -> str:
    sign, word = {
        RIGHT: ("✓", "right"),
        WRONG: ("✗", "wrong"),
        NOT_ATTEMPTED: ("○", "no answer"),
    }[line.state]
    note = f": {_code(line.note)}" if line.note else ""
    return (
        f'<li style="margin: 0.1em 0"><span aria-hidden="true" style="display: inline-block; '
        f'width: 1.4em; font-weight: bold">{sign}</span>{_code(line.title)} ({word}){note}</li>'
    )


def _escape(text: str) -> str:
    return html.escape(text, quote=True)


def _code(text: str) -> str:
    """Escaped text, with `words in backticks` as code."""
    pieces = _escape(text).split("`")
    if len(pieces) % 2 == 0:
        return "`".join(pieces)
    return "".join(
        f'<code style="color: inherit; background: transparent">{piece}</code>' if i % 2 else piece
        for i, piece in enumerate(pieces)
    )
