"""From right and wrong leaves to criteria and a score.

A criterion counts by its weight. Where only some of the results are right in all of its cases,
it counts in proportion: half a criterion for the right states with wrong outputs.
"""

from __future__ import annotations

from collections.abc import Sequence

from course.checks.answer import listed
from course.checks.calls import Outcome
from course.checks.compare import agree
from course.checks.expected import Case, Exercise
from course.checks.report import RIGHT, WRONG, Line


def wrong_leaves(exercise: Exercise, case: Case, outcome: Outcome) -> list[str]:
    """The names of the leaves that are missing or not as expected.

    Where an input was changed in place, all of them: right numbers are no use to a caller whose
    own data are spoilt.
    """
    if outcome.changed:
        return list(case.expected())
    return [
        name
        for name, want in case.expected().items()
        if name not in outcome.values
        or not agree(outcome.values[name], want, exercise.relative, outcome.itemsize)
    ]


def score(exercise: Exercise, wrong: Sequence[Sequence[str]]) -> tuple[list[Line], float]:
    """One line a criterion, and the share of all weights that is earned.

    `wrong` holds, case by case, the names of the leaves that are not right.
    """
    lines, earned = [], 0.0
    for criterion, weight in exercise.criteria.items():
        good: dict[str, bool] = {}
        for case, names in zip(exercise.cases, wrong, strict=True):
            if case.criterion == criterion:
                for leaf in case.expected():
                    part = "gradient" if case.gradients else leaf.split("[")[0].split(".")[0]
                    good[part] = good.get(part, True) and leaf not in names
        right = [part for part, ok in good.items() if ok]
        missed = [part for part, ok in good.items() if not ok]
        note = f"{listed(right)} right, {listed(missed)} wrong" if right and missed else ""
        lines.append(Line(criterion, WRONG if missed else RIGHT, note))
        earned += weight * len(right) / len(good)
    return lines, earned / sum(exercise.criteria.values())
