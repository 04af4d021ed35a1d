"""The first failing call: what went in, what was expected, what came; short enough to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from course.checks import sampling
from course.checks.calls import Outcome
from course.checks.compare import agree, close
from course.checks.expected import Case, Exercise
from course.checks.given import Given, Rng
from course.checks.scoring import wrong_leaves

SHOWN = 12  # numbers of an array that are printed in full
DIGITS = (4, 7, 12)  # as many as it takes to see the difference


def failing_call(exercise: Exercise, case: Case, outcome: Outcome) -> str:
    """A few lines on one failing case, with a way to repeat it."""
    rows = [f"{case.label}:", *_call(exercise, case)]
    if case.judged == "draws":
        rows += sampling.shown(exercise, case, outcome)
    elif case.judged == "values":
        rows += _difference(exercise, case, outcome)
    return "\n".join([*rows, _again(exercise)])


def _call(exercise: Exercise, case: Case) -> list[str]:
    """The call as one would type it."""
    if exercise.kind != "module":
        return [f"{exercise.name}({_listed(case.inputs)})"]
    mode = "train" if case.inputs.get("training") else "eval"
    return [
        f"network = {exercise.name}({_listed(case.inputs['init'])}).{mode}()",
        f"network({_listed(case.inputs['call'])})",
    ]


def _again(exercise: Exercise) -> str:
    if exercise.kind != "module":
        return f"(the same inputs: {exercise.name}(**check({exercise.name}).inputs))"
    return (
        f"(the same: inputs = check({exercise.name}).inputs, "
        f"network = {exercise.name}(**inputs['init']).double(), "
        "network.load_state_dict(inputs['weights']), network(**inputs['call']))"
    )


def _listed(inputs: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={_short(value, 4)}" for name, value in inputs.items())


def _difference(exercise: Exercise, case: Case, outcome: Outcome) -> list[str]:
    """Expected and got, of the first number that differs."""
    name = _earliest(exercise, case, outcome)
    if name is None:
        return []
    want, got = case.expected()[name], outcome.values[name]
    place = "" if name == "result" else name
    if _comparable(want, got) and want.size > SHOWN:
        good = close(got, want, exercise.relative, outcome.itemsize)
        # All are good where the numbers are right but an input was changed in place.
        index = np.unravel_index(int(np.argmin(good)), want.shape)
        place = f"{place or 'result'}[{', '.join(str(int(k)) for k in index)}]"
        want, got = want[index], got[index]
    for digits in DIGITS:
        shown = _short(want, digits), _short(got, digits)
        if shown[0] != shown[1]:
            break
    place = f"{place} = " if place else ""
    return [f"expected {place}{shown[0]}", f"got      {place}{shown[1]}"]


def _earliest(exercise: Exercise, case: Case, outcome: Outcome) -> str | None:
    """The wrong leaf that goes wrong in the earliest row; the first one where rows don't apply."""
    # Where an input was changed, right numbers count as wrong, too; those show nothing here.
    names = [
        n
        for n in wrong_leaves(exercise, case, outcome)
        if n in outcome.values
        and not agree(outcome.values[n], case.expected()[n], exercise.relative, outcome.itemsize)
    ]
    firsts = []
    for name in names:
        want, got = case.expected()[name], outcome.values[name]
        if not _comparable(want, got) or want.ndim == 0:
            return name
        good = close(got, want, exercise.relative, outcome.itemsize).reshape(len(want), -1)
        firsts.append((int(np.argmin(good.all(axis=1))), name))
    return min(firsts, key=lambda row: row[0])[1] if firsts else None


def _comparable(want: Any, got: Any) -> bool:
    return isinstance(want, np.ndarray) and isinstance(got, np.ndarray) and want.shape == got.shape


def _short(value: Any, digits: int) -> str:
    """An array in full if it is small, else its shape; other values as they are."""
    if isinstance(value, np.ndarray) and value.size > SHOWN:
        return f"tensor of shape {value.shape}"
    if isinstance(value, np.ndarray | np.floating):
        text = np.array2string(
            np.asarray(value), precision=digits, separator=", ", suppress_small=True
        )
        return " ".join(text.split())
    if isinstance(value, dict):
        items = (f"{key!r}: {_short(item, digits)}" for key, item in value.items())
        return "{" + ", ".join(items) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_short(item, digits) for item in value) + "]"
    if isinstance(value, Given | Rng):
        return str(value)
    try:
        return repr(value)
    except Exception:
        return f"a {type(value).__name__}"
