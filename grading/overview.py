"""A class's results on one chapter: how hard each exercise was, which mistakes were made, by whom.

Everything is counted from what is given: rows of the gradebook and the judgements that were kept.
Texts are passed on as they are; whoever shows them escapes them.
"""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grading.judge.escaping import line
from grading.judge.verdict import INTERNAL, NOT_ATTEMPTED, PASS, VERDICTS
from grading.standing import Row

BINS = 10
# How a diagnosis begins (course/checks/diagnosis.py). What a student's program said never does.
DIAGNOSIS = re.compile(
    r"(This|Where it is wrong \(|One thing that is wrong: |Two things at once: this)"
    r".*?\bis what you get when (.+)"
)


@dataclass(frozen=True)
class Bin:
    """A bar of the histogram: `count` scores from `low` up to `high`."""

    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Share:
    """How many of those who tried met something: a criterion, or the whole exercise."""

    title: str
    met: int
    of: int

    @property
    def percent(self) -> int:
        """The share in whole percents, 0 where nobody tried."""
        return round(100 * self.met / self.of) if self.of else 0


@dataclass(frozen=True)
class Exercise:
    """What the class did with one exercise.

    `whole.of` counts the attempts: neither who left it untouched nor whose attempt the grader
    could not judge. `mean` is the attempts' mean of points, None where nobody has a score.
    """

    name: str
    points: float
    whole: Share
    criteria: tuple[Share, ...]
    verdicts: Counter[str]
    mean: float | None

    @property
    def untouched(self) -> int:
        """How many left it as it was released."""
        return self.verdicts[NOT_ATTEMPTED]

    @property
    def unjudged(self) -> int:
        """On how many attempts the grader failed."""
        return self.verdicts[INTERNAL]


@dataclass(frozen=True)
class Question:
    """What the class did with a question that is answered in words and graded by a person.

    `mean` is the mean of the `scored` answers, None if there are none.
    """

    name: str
    points: float
    untouched: int
    waiting: int
    scored: int
    mean: float | None


@dataclass(frozen=True)
class Mistake:
    """A diagnosed mistake in an exercise, and the students who made it."""

    exercise: str
    text: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class Overview:
    """All that a report says, but for the students' code."""

    rows: tuple[Row, ...]
    max_score: float
    exercises: tuple[Exercise, ...]
    questions: tuple[Question, ...]
    mistakes: tuple[Mistake, ...]
    bins: tuple[Bin, ...]

    @property
    def scores(self) -> list[float]:
        """The scores that there are, of those who handed something in."""
        return _scores(self.rows)

    @property
    def mean(self) -> float:
        """The mean of the scores, of which there must be one."""
        return statistics.fmean(self.scores)

    @property
    def median(self) -> float:
        """The median of the scores, of which there must be one."""
        return statistics.median(self.scores)

    @property
    def verdicts(self) -> list[str]:
        """The verdicts that occur, in their usual order."""
        found = self.total
        return [name for name in VERDICTS if name in found]

    @property
    def total(self) -> Counter[str]:
        """How many exercises of all students ended how."""
        return sum((row.counts for row in self.rows), Counter())

    @property
    def hardest(self) -> list[Exercise]:
        """Up to three exercises that the smallest share of the attempts got right."""
        tried = [e for e in self.exercises if e.whole.of and e.whole.met < e.whole.of]
        return sorted(tried, key=lambda e: e.whole.met / e.whole.of)[:3]


def overview(rows: Iterable[Row], max_score: float) -> Overview:
    """Count all there is to count in a class's results."""
    rows = tuple(rows)
    judged = _ordered([v.name for v in row.verdicts] for row in rows)
    names = _ordered([part.exercise for part in row.parts if part.written] for row in rows)
    return Overview(
        rows,
        max_score,
        tuple(_exercise(name, rows) for name in judged),
        tuple(_question(name, rows) for name in names),
        mistakes(rows),
        histogram(_scores(rows), max_score),
    )


def histogram(scores: Sequence[float], max_score: float) -> tuple[Bin, ...]:
    """Ten bars from 0 to `max_score`; the last one holds what is above it, too.

    >>> [bar.count for bar in histogram([0, 5.9, 6, 60, 61], 60)]
    [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    """
    if max_score <= 0:
        return ()
    places = [min(BINS - 1, int(BINS * score / max_score + 1e-9)) for score in scores]
    found = Counter(places)
    width = max_score / BINS
    return tuple(Bin(i * width, (i + 1) * width, found[i]) for i in range(BINS))


def mistakes(rows: Iterable[Row]) -> tuple[Mistake, ...]:
    """The diagnosed mistakes, the commonest first; each student counts once for each."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        for verdict in row.verdicts:
            for text in dict.fromkeys(filter(None, map(diagnosed, verdict.messages))):
                found.setdefault((verdict.name, text), []).append(row.student)
    made = [Mistake(name, text, tuple(who)) for (name, text), who in found.items()]
    return tuple(sorted(made, key=lambda mistake: -len(mistake.students)))


def diagnosed(message: str) -> str:
    """The mistake that a message names, without the cases where it shows; "" if it names none.

    >>> diagnosed("Where it is wrong (3 steps; one), this is what you get when b_h is left out.")
    'This is what you get when b_h is left out.'
    >>> diagnosed("The result has shape (3,); expected (2,).")
    ''
    """
    match = DIAGNOSIS.fullmatch(line(message))
    if not match:
        return ""
    start = "Two things at once: this" if match[1].startswith("Two") else "This"
    return f"{start} is what you get when {match[2]}"


def _exercise(name: str, rows: Sequence[Row]) -> Exercise:
    found = [(row, verdict) for row in rows for verdict in row.verdicts if verdict.name == name]
    tried = [(r, v) for r, v in found if v.verdict not in (NOT_ATTEMPTED, INTERNAL)]
    titles = _ordered([criterion.title for criterion in v.criteria] for _, v in tried)
    met = Counter(title for _, v in tried for title in {c.title for c in v.criteria if c.met})
    points = [p.score for row, _ in tried for p in row.parts if p.exercise == name]
    scores = [score for score in points if score is not None]
    return Exercise(
        name,
        found[0][1].points,
        Share(name, sum(v.verdict == PASS for _, v in tried), len(tried)),
        tuple(Share(title, met[title], len(tried)) for title in titles),
        Counter(v.verdict for _, v in found),
        statistics.fmean(scores) if scores else None,
    )


def _question(name: str, rows: Sequence[Row]) -> Question:
    found = [part for row in rows for part in row.parts if part.exercise == name and part.written]
    scores = [p.score for p in found if p.score is not None and not p.untouched]
    return Question(
        name,
        found[0].max_score,
        untouched=sum(part.untouched for part in found),
        waiting=sum(part.score is None for part in found),
        scored=len(scores),
        mean=statistics.fmean(scores) if scores else None,
    )


def _ordered(lists: Iterable[Sequence[str]]) -> list[str]:
    """What is in any list, once, in the order of the longest, then of the others."""
    ranked = sorted(lists, key=len, reverse=True)
    return list(dict.fromkeys(name for names in ranked for name in names))


def _scores(rows: Iterable[Row]) -> list[float]:
    return [row.score for row in rows if row.graded and row.score is not None]
