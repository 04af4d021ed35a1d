"""The kinds of exercises: how each is called, and what it must look like before that.

`function` is called with the inputs of a case. `module` is an nn.Module: built, given weights,
called. `sampler` draws from a generator: called many times where it is random. `trained` gets
training data and held-out inputs and returns predictions.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from course.checks.calls import Outcome, call
from course.checks.draws import call_sampler
from course.checks.expected import Case, Exercise
from course.checks.modules import call_module


def outcome_of(target: Any, exercise: Exercise, case: Case) -> Outcome:
    """What a student's function or class gives for one case, which may be a skeleton."""
    gradients = tuple(case.gradients)
    if exercise.kind == "module":
        buffers = tuple(case.buffers)
        return call_module(target, case.inputs, case.result, exercise.parts, gradients, buffers)
    if case.draws:
        return call_sampler(target, case.inputs, case.result, exercise.parts, case.draws)
    return call(target, case.inputs, case.result, exercise.parts, gradients)


def outcomes_of(target: Any, exercise: Exercise) -> list[Outcome]:
    """One outcome a case; after an interruption the rest is not run."""
    outcomes: list[Outcome] = []
    for case in exercise.cases:
        if outcomes and outcomes[-1].fault and outcomes[-1].fault.kind == "interrupted":
            outcomes.append(Outcome(fault=outcomes[-1].fault))
            continue
        outcomes.append(outcome_of(target, exercise, case))
    return outcomes


def misfit(target: Any, exercise: Exercise) -> str:
    """A sentence if it is not what the stub says (a class, these arguments), "" if all is well."""
    name = exercise.name
    if exercise.kind != "module":
        if isinstance(target, type):
            return f"{name} is a function in the stub; yours is a class."
        return _changed(target, exercise.arguments, "")
    if not isinstance(target, type):
        return f"{name} is a class in the stub, class {name}(nn.Module); yours is a function."
    forward = getattr(target, "forward", None)
    return _changed(target, exercise.arguments, "__init__") or (
        _changed(forward, exercise.settings["forward"], "forward") if forward else ""
    )


def _changed(function: Callable, arguments: Sequence[str], method: str) -> str:
    """A sentence if the stub's arguments were renamed or reordered."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return ""
    if method == "forward" and parameters:  # some write s for self
        parameters = parameters[1:]
    if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters):
        return ""
    names = [p.name for p in parameters if p.name in arguments or p.default is p.empty]
    if names == list(arguments):
        return ""
    of = f" of {method}" if method else ""
    return (
        f"The stub's arguments{of} are ({', '.join(arguments)}), in this order; yours are "
        f"({', '.join(names)})."
    )
