"""A student's outcomes of all cases beside the expected values, compared once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from course.checks.calls import Outcome
from course.checks.compare import agree
from course.checks.expected import Case, Exercise
from course.checks.scoring import right_leaves

MIN_EVIDENCE = 2  # diagnostic cases that must show a thing before it is said


@dataclass(frozen=True)
class Finding:
    """One thing to tell the student.

    `kind`: "named", "partly named", "pattern", "judged" (draws and predictions) or "contrast".
    """

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
            right_leaves(exercise, case, outcome)
            for case, outcome in zip(self.cases, outcomes, strict=True)
        ]
        self.wrong = [not all(leaf.values()) for leaf in self.right]

    def matches(self, i: int, name: str, value: Any) -> bool:
        """Whether the student's leaf `name` of case `i` equals `value`: of draws, the first one."""
        outcome = self.outcomes[i]
        if name not in outcome.values:
            return False
        got = outcome.values[name]
        if self.cases[i].draws and isinstance(got, np.ndarray) and got.ndim:
            got = np.asarray(got[0])
        return agree(got, value, self.exercise.relative, outcome.itemsize)

    def common_names(self) -> list[str]:
        """Names of the leaves that every case has, in order."""
        return [n for n in self.expected[0] if all(n in leaf for leaf in self.expected)]
