"""From outcomes to right and wrong, criteria and a score; nothing here calls a student's code.

A criterion counts by its weight. Where only some of the results are right in all of its cases,
it counts in proportion: half a criterion for the right states with wrong outputs.
"""

from __future__ import annotations

from collections.abc import Sequence

from course.checks import predictions, sampling
from course.checks.calls import Outcome
from course.checks.compare import agree
from course.checks.expected import DRAWN, Case, Exercise
from course.checks.report import RIGHT, WRONG, Line


def right_leaves(exercise: Exercise, case: Case, outcome: Outcome) -> dict[str, bool]:
    """For every leaf that is judged, whether it is as expected."""
    if case.judged == "draws":
        return sampling.right(exercise, case, outcome)
    if case.judged == "predictions":
        return predictions.right(exercise, case, outcome)
    return {
        name: name in outcome.values
        and agree(outcome.values[name], want, exercise.relative, outcome.itemsize)
        for name, want in case.expected().items()
    }


def wrong_leaves(exercise: Exercise, case: Case, outcome: Outcome) -> list[str]:
    """The names of the leaves that are missing or not as expected.

    Where an input was changed in place, all of them: right numbers are no use to a caller whose
    own data are spoilt.
    """
    if outcome.changed:
        return list(case.expected())
    return [name for name, ok in right_leaves(exercise, case, outcome).items() if not ok]


def wrong_by_case(exercise: Exercise, outcomes: Sequence[Outcome]) -> list[list[str]]:
    """For every case, in order, the leaves that are not right."""
    pairs = zip(exercise.cases, outcomes, strict=True)
    return [wrong_leaves(exercise, case, outcome) for case, outcome in pairs]


def score(exercise: Exercise, wrong: Sequence[Sequence[str]]) -> tuple[list[Line], float]:
    """One line a criterion, and the share of all weights that is earned.

    `wrong` holds, case by case, the names of the leaves that are not right.
    """
    lines, earned = [], 0.0
    for criterion, weight in exercise.criteria.items():
        good: dict[str, bool] = {}
        for case, names in zip(exercise.cases, wrong, strict=True):
            for leaf in case.expected():
                counted, part = _counted(exercise, case, leaf)
                if counted == criterion:
                    good[part] = good.get(part, True) and leaf not in names
        right = [part for part, ok in good.items() if ok]
        missed = [part for part, ok in good.items() if not ok]
        note = f"{listed(right)} right, {listed(missed)} wrong" if right and missed else ""
        lines.append(Line(criterion, WRONG if missed else RIGHT, note))
        earned += weight * len(right) / len(good)
    return lines, earned / sum(exercise.criteria.values())


def _counted(exercise: Exercise, case: Case, leaf: str) -> tuple[str, str]:
    """The criterion that a leaf counts for, and the part of it that it belongs to."""
    if not case.draws:
        part = "gradient" if case.gradients else leaf.split("[")[0].split(".")[0]
        return case.criterion, part
    used, possible, drawn = DRAWN
    own = {used: exercise.settings.get("used"), possible: exercise.settings.get("possible")}
    # Without a criterion of its own, what is exact is no merit beside a wrong distribution.
    return (own[leaf], leaf) if own.get(leaf) else (case.criterion, drawn)


def listed(names: Sequence[str]) -> str:
    """Names as a phrase: "H", "H and Y", "H, Y and c"."""
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
