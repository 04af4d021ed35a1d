"""What the judge says of a submission, as plain data: it can be stored, sent and compared.

A `Judgement` holds one `Verdict` an exercise and what the student's cells printed. Everything in
it that a student's program could have written is text, cut to a length; whoever shows it escapes
it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PASS, WRONG, ERROR, TIMEOUT = "pass", "wrong", "error", "timeout"
MEMORY, NOT_ATTEMPTED, INTERNAL = "memory", "not attempted", "internal"
VERDICTS = (PASS, WRONG, ERROR, TIMEOUT, MEMORY, NOT_ATTEMPTED, INTERNAL)


@dataclass(frozen=True)
class Criterion:
    """One line of a verdict: what was asked, whether it was met, and what is said about it."""

    title: str
    met: bool
    note: str = ""


@dataclass(frozen=True)
class Verdict:
    """One exercise or quiz: `score` is the share of `points` reached, 0 to 1.

    `internal` means that the grader failed, not the student: it has no score (None). `messages`,
    `hints` and `notes` are for the student and never tell a hidden input or an expected value;
    `review` is for the person who grades: why she should look.
    """

    name: str
    verdict: str
    score: float | None
    points: float
    criteria: tuple[Criterion, ...] = ()
    messages: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    review: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(f"{self.verdict!r} is no verdict; the verdicts are {VERDICTS}.")
        if (self.score is None) != (self.verdict == INTERNAL):
            raise ValueError(f"{self.name}: only an internal verdict has no score.")
        if self.score is not None and not 0 <= self.score <= 1:
            raise ValueError(f"{self.name}: the score {self.score} is not between 0 and 1.")

    @property
    def earned(self) -> float | None:
        """Points reached, rounded to two decimals; None where a person must decide."""
        return None if self.score is None else round(self.score * self.points, 2)


@dataclass(frozen=True)
class Output:
    """What one cell gave: `kind` is "stdout", "stderr", "result", "error" or "image".

    `text` is plain text of any content, or an image's base64 of a checked PNG.
    """

    kind: str
    text: str


@dataclass(frozen=True)
class Judgement:
    """All that the judge found out about one submission.

    `outputs` are by cell id. `problem` is why nothing could be read, "" if all is well;
    `repairs` are sentences for the student on what was put right before grading. `sandboxed` is
    False where somebody typed `--no-sandbox`. `key` names what was judged, as `editions` says.
    """

    student: str
    chapter: str
    verdicts: tuple[Verdict, ...]
    outputs: Mapping[str, tuple[Output, ...]] = field(default_factory=dict)
    repairs: tuple[str, ...] = ()
    problem: str = ""
    sandboxed: bool = True
    seconds: float = 0.0
    key: str = ""

    def plain(self) -> dict[str, Any]:
        """The judgement as JSON values."""
        return dataclasses.asdict(self)

    @classmethod
    def from_plain(cls, tree: Mapping[str, Any]) -> Judgement:
        """The judgement that `plain` gave.

        >>> judgement = Judgement("ada", "ch04_rnn", (Verdict("elman", "pass", 1.0, 4.0),))
        >>> Judgement.from_plain(judgement.plain()) == judgement
        True
        """
        verdicts = tuple(
            Verdict(
                **{
                    **row,
                    "criteria": tuple(Criterion(**line) for line in row["criteria"]),
                    **{name: tuple(row[name]) for name in ("messages", "hints", "notes", "review")},
                }
            )
            for row in tree["verdicts"]
        )
        outputs = {
            cell: tuple(Output(**output) for output in found)
            for cell, found in tree["outputs"].items()
        }
        changed = {"verdicts": verdicts, "outputs": outputs, "repairs": tuple(tree["repairs"])}
        return cls(**{**tree, **changed})
