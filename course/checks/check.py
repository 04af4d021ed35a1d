"""check(f): run a student's function on the visible cases and say what is right and what is not."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Sequence

import numpy as np

from course.checks.calls import Outcome, call
from course.checks.compare import agree
from course.checks.expected import Exercise, Quiz, UnknownExercise, find, name_of
from course.checks.explain import explain
from course.checks.marking import mark
from course.checks.progress import record as keep
from course.checks.report import NOT_ATTEMPTED, RIGHT, WRONG, Report, deliver
from course.checks.returned import describe
from course.checks.scoring import score, wrong_leaves


def check(function: Callable) -> Report:
    """Check an exercise's function and report, criterion by criterion, with a diagnosis.

    `function` is the exercise's function, under the exercise's name. Returns a `Report` that
    displays itself; only where a grader or a test asks for it is a shortfall raised.
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
        text += f"{describe(function)}."
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


def outcomes_of(function: Callable, exercise: Exercise) -> list[Outcome]:
    """One outcome a case; after an interruption the rest is not run."""
    outcomes: list[Outcome] = []
    for case in exercise.cases:
        if outcomes and outcomes[-1].fault and outcomes[-1].fault.kind == "interrupted":
            outcomes.append(Outcome(fault=outcomes[-1].fault))
            continue
        gradients = tuple(case.gradients)
        outcomes.append(call(function, case.inputs, case.result, exercise.parts, gradients))
    return outcomes


def _examine(function: Callable, exercise: Exercise) -> Report:
    if changed := _changed_signature(function, exercise):
        return Report(exercise.name, WRONG, points=exercise.points, messages=[changed])
    outcomes = outcomes_of(function, exercise)
    faults = [outcome.fault for outcome in outcomes]
    if all(fault and fault.kind == "not attempted" for fault in faults):
        report = Report(exercise.name, NOT_ATTEMPTED, points=exercise.points)
        if _has_code(function):
            report.messages.append(
                "Your code is there, but the line `raise NotImplementedError` is, too: delete it."
            )
        return report
    pairs = zip(exercise.cases, outcomes, strict=True)
    wrong = [wrong_leaves(exercise, case, outcome) for case, outcome in pairs]
    lines, share = score(exercise, wrong)
    state = WRONG if any(wrong) else RIGHT
    report = Report(exercise.name, state, share, exercise.points, lines)
    report.loose = next((outcome.loose for outcome in outcomes if outcome.loose), "")
    report.notes = _notes(function, exercise, outcomes)
    if report.loose and not any(wrong):
        report.notes.append(f"{report.loose} It is accepted here, but later cells need that.")
    if any(wrong):
        explain(report, exercise, outcomes, wrong)
    return report


def _changed_signature(function: Callable, exercise: Exercise) -> str:
    """A sentence if the stub's arguments were renamed or reordered, "" if all is well."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ""
    if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters):
        return ""
    names = [p.name for p in parameters if p.name in exercise.arguments or p.default is p.empty]
    if names == list(exercise.arguments):
        return ""
    return (
        f"The stub's arguments are ({', '.join(exercise.arguments)}), in this order; yours are "
        f"({', '.join(names)})."
    )


def _has_code(function: Callable) -> bool:
    """Whether a function that still raises like its stub holds more than the stub's line."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    except (OSError, TypeError, SyntaxError):
        return False
    statements = getattr(tree, "body", [])
    has_docstring = bool(statements) and isinstance(statements[0], ast.Expr)
    return len(statements) - has_docstring > 1


def _notes(function: Callable, exercise: Exercise, outcomes: Sequence[Outcome]) -> list[str]:
    notes = []
    smallest = min(outcome.itemsize for outcome in outcomes)
    if smallest < 8:
        notes.append(
            f"Your function computes in float{smallest * 8} though its inputs are float64; "
            "that is accepted here."
        )
    if used := _forbidden(function, exercise.forbidden):
        notes.append(f"It calls `{used}`; the exercise asks you to do without it.")
    if not any(outcome.fault for outcome in outcomes) and _forgetful(function, exercise, outcomes):
        notes.append("Called twice with the same inputs it gives two different results.")
    printed = next((outcome.printed.strip() for outcome in outcomes if outcome.printed.strip()), "")
    if printed:
        notes.append("It printed: " + textwrap.shorten(printed, 200, placeholder=" ..."))
    return notes


def _forgetful(function: Callable, exercise: Exercise, outcomes: Sequence[Outcome]) -> bool:
    """Whether a second call on the last diagnostic case gives something else."""
    index = max((i for i, case in enumerate(exercise.cases) if case.diagnostic), default=0)
    case, before = exercise.cases[index], outcomes[index]
    again = call(function, case.inputs, case.result, exercise.parts, tuple(case.gradients))
    return any(
        name not in again.values
        or not agree(again.values[name], value, exercise.relative, before.itemsize)
        for name, value in before.values.items()
        if not (isinstance(value, np.ndarray) and not np.isfinite(value).all())
    )


def _forbidden(function: Callable, names: Sequence[str]) -> str:
    """The first forbidden name that the function's source calls, "" if none or unknown."""
    if not names:
        return ""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return ""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            dotted = ast.unparse(node)
            for name in names:
                if dotted == name or dotted.endswith("." + name):
                    return dotted
    return ""
