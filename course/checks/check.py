"""check(f): run a student's function on the visible cases and say what is right and what is not."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from course.checks.calls import Outcome
from course.checks.compare import agree
from course.checks.expected import Exercise, Quiz, UnknownExercise, find, name_of
from course.checks.explain import explain, show_failing
from course.checks.kinds import misfit, outcome_of, outcomes_of
from course.checks.marking import mark
from course.checks.progress import record as keep
from course.checks.report import NOT_ATTEMPTED, RIGHT, WRONG, Report, deliver
from course.checks.returned import describe
from course.checks.scoring import score, wrong_by_case
from course.checks.writing import forbidden, unfinished

__all__ = ["check", "finished", "judge", "outcomes_of", "quiz"]


def check(function: Callable) -> Report:
    """Check an exercise's function and report, criterion by criterion, with a diagnosis.

    `function` is the exercise's function, or the class of a module, under the exercise's name.
    Returns a `Report` that displays itself; only where a grader or a test asks for it is a
    shortfall raised.
    """
    return deliver(judge(function))


def quiz(function: Callable) -> Report:
    """Mark a quiz: `function()` returns one letter a question, as {1: "A", 2: "C"}."""
    return deliver(judge(function, called="quiz"))


def finished(function: Callable) -> bool:
    """Whether an exercise is right; where it is not, print a line that says what to do first.

    For cells that go on with a student's own function.
    """
    report = judge(function, record=False, called="finished")
    if report.state == RIGHT and not report.loose:
        return True
    print(f"Finish {report.name} first, then run this cell again. {report.loose}".rstrip())
    return False


def judge(function: Callable, record: bool = True, called: str = "check") -> Report:
    """The report of a check; `record` keeps it for `progress()`, `called` is what was typed."""
    name = name_of(function)
    if not callable(function) or name is None:
        text = f"{called}() takes your function, as in {called}(elman); it got "
        text += f"{describe(function)}.{_its_class(function, called)}"
        return Report(called, WRONG, messages=[text])
    try:
        exercise = find(name)
    except UnknownExercise as error:
        return Report(name, WRONG, messages=[str(error)])
    if isinstance(exercise, Quiz):
        report = mark(function, exercise)
    else:
        report = _examine(function, exercise)
    if record:
        report.notes += keep(report)
    return report


def _its_class(thing: Any, called: str) -> str:
    """What to do with a network where its class is asked for."""
    try:
        exercise = find(type(thing).__name__)
    except UnknownExercise:
        return ""
    if isinstance(exercise, Quiz) or exercise.kind != "module":
        return ""
    return f" Give it the class, {called}({exercise.name})."


def _examine(function: Callable, exercise: Exercise) -> Report:
    if unfit := misfit(function, exercise):
        return Report(exercise.name, WRONG, points=exercise.points, messages=[unfit])
    outcomes = outcomes_of(function, exercise)
    faults = [outcome.fault for outcome in outcomes]
    if all(fault and fault.kind == "not attempted" for fault in faults):
        report = Report(exercise.name, NOT_ATTEMPTED, points=exercise.points)
        report.messages += unfinished(function)
        return report
    wrong = wrong_by_case(exercise, outcomes)
    lines, share = score(exercise, wrong)
    state = WRONG if any(wrong) else RIGHT
    report = Report(exercise.name, state, share, exercise.points, lines)
    report.loose = next((outcome.loose for outcome in outcomes if outcome.loose), "")
    report.notes = _notes(function, exercise, outcomes)
    if report.loose and not any(wrong):
        report.notes.append(f"{report.loose} It is accepted here, but later cells need that.")
    if any(wrong):
        explain(report, exercise, outcomes, wrong)
        show_failing(report, exercise, outcomes, wrong)
    return report


def _notes(function: Callable, exercise: Exercise, outcomes: Sequence[Outcome]) -> list[str]:
    notes = []
    smallest = min(outcome.itemsize for outcome in outcomes)
    if smallest < 8:
        notes.append(
            f"Your function computes in float{smallest * 8} though its inputs are float64; "
            "that is accepted here."
        )
    if used := forbidden(function, exercise.forbidden):
        notes.append(f"It calls `{used}`; the exercise asks you to do without it.")
    if not any(outcome.fault for outcome in outcomes) and _forgetful(function, exercise, outcomes):
        notes.append("Called twice with the same inputs it gives two different results.")
    printed = next((outcome.printed.strip() for outcome in outcomes if outcome.printed.strip()), "")
    if printed:
        notes.append("It printed: " + textwrap.shorten(printed, 200, placeholder=" ..."))
    return notes


def _forgetful(function: Callable, exercise: Exercise, outcomes: Sequence[Outcome]) -> bool:
    """Whether a second call on the last diagnostic case gives something else."""
    if exercise.kind in ("sampler", "trained"):
        return False  # the one is judged on it, the other would be trained again
    index = max((i for i, case in enumerate(exercise.cases) if case.diagnostic), default=0)
    case, before = exercise.cases[index], outcomes[index]
    again = outcome_of(function, exercise, case)
    return any(
        name not in again.values
        or not agree(again.values[name], value, exercise.relative, before.itemsize)
        for name, value in before.values.items()
        if not (isinstance(value, np.ndarray) and not np.isfinite(value).all())
    )
