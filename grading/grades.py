"""The grades of one grading, and what is said about them: what was hard, who needs a person."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from grading.judge.escaping import line
from grading.judge.verdict import INTERNAL, NOT_ATTEMPTED, PASS, VERDICTS, Judgement
from grading.overview import diagnosed


@dataclass(frozen=True)
class Grade:
    """One student's result.

    `score` is what the gradebook says, None where there is no grade yet. `problem` says what a
    person must put right before there is a fair one; `look` what she should look at. `judgement`
    is None where the submission could not be graded in this run.
    """

    student: str
    score: float | None
    max_score: float
    problem: str = ""
    look: tuple[str, ...] = ()
    judgement: Judgement | None = None

    @property
    def counts(self) -> str:
        """How many exercises ended how, as in "3 pass, 1 timeout"."""
        if self.judgement is None:
            return "not graded"
        if self.judgement.problem:
            return "not readable"
        found = Counter(verdict.verdict for verdict in self.judgement.verdicts)
        return ", ".join(f"{found[name]} {name}" for name in VERDICTS if name in found)


def summary(grades: list[Grade]) -> str:
    """Verdicts, the exercise that fewest got right, and the mistake that most made."""
    judged = [row.judgement for row in grades if row.judgement]
    verdicts = [verdict for judgement in judged for verdict in judgement.verdicts]
    counts = Counter(verdict.verdict for verdict in verdicts)
    lines = ["All exercises: " + ", ".join(f"{counts[v]} {v}" for v in VERDICTS if counts[v])]
    tried = Counter(v.name for v in verdicts if v.verdict not in (NOT_ATTEMPTED, INTERNAL))
    right = Counter(v.name for v in verdicts if v.verdict == PASS)
    if tried:
        hardest = min(tried, key=lambda name: (right[name] / tried[name], name))
        lines.append(f"Hardest: {hardest}, right {right[hardest]} times of {tried[hardest]}")
    said = Counter((v.name, what) for v in verdicts for what in map(diagnosed, v.messages) if what)
    if said:
        (name, text), times = said.most_common(1)[0]
        lines.append(f"Commonest mistake ({times} times): {name}: {text}")
    return "\n".join(lines)


def problem(judgement: Judgement | None) -> str:
    """What a person must put right before a submission has a fair grade."""
    if judgement is None:
        return "its judgement can't be found."
    if judgement.problem:
        return line(judgement.problem)
    names = faulty(judgement)
    return f"a fault of the grader, no zero: {', '.join(names)}" if names else ""


def faulty(judgement: Judgement | None) -> list[str]:
    """The exercises that the grader failed to judge; they are judged again in the next run."""
    verdicts = judgement.verdicts if judgement else ()
    return [verdict.name for verdict in verdicts if verdict.verdict == INTERNAL]


def reasons(judgement: Judgement | None) -> tuple[str, ...]:
    """What a person should look at: reasons that the judge gives, exercise by exercise."""
    verdicts = judgement.verdicts if judgement else ()
    return tuple(line(f"{v.name}: {text}") for v in verdicts for text in v.review)


def for_a_person(row: Grade) -> list[str]:
    return [text for text in (row.problem, *row.look) if text]
