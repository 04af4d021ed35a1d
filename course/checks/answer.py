"""A student's outcomes of all cases beside the expected values, compared once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from course.checks.calls import Outcome
from course.checks.compare import agree
from course.checks.expected import Case, Exercise

MIN_EVIDENCE = 2  # diagnostic cases that must show a thing before it is said


@dataclass(frozen=True)
class Finding:
    """One thing to tell the student. `kind`: "named", "partly named", "pattern" or "contrast"."""

    kind: str
    text: str
    hint: str = ""


class Answer:
    """All outcomes of one check: which leaves are right, case by case."""

    def __init__(self, exercise: Exercise, outcomes: Sequence[Outcome]) -> None:
        self.exercise = exercise
        self.cases: tuple[Case, ...] = exercise.cases
        self.outcomes = outcomes
        self.expected = [case.expected() for case in self.cases]
        self.right = [
            {name: self.matches(i, name, leaf) for name, leaf in self.expected[i].items()}
            for i in range(len(self.cases))
        ]
        self.wrong = [not all(leaf.values()) for leaf in self.right]

    def matches(self, i: int, name: str, value: Any) -> bool:
        """Whether the student's leaf `name` of case `i` equals `value`."""
        outcome = self.outcomes[i]
        return name in outcome.values and agree(
            outcome.values[name], value, self.exercise.relative, outcome.itemsize
        )

    def common_names(self) -> list[str]:
        """Names of the leaves that every case has, in order."""
        return [n for n in self.expected[0] if all(n in leaf for leaf in self.expected)]


def listed(names: Sequence[str]) -> str:
    """Names as a phrase: "H", "H and Y", "H, Y and c"."""
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
