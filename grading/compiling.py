"""Compiling an answer key into the figures that check() compares with.

`compile_key` makes the visible cases, behind the strict gates of `gates` and `fairness`; `draw`
makes others, `known` adds what each listed mistake returns for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np

from course.checks.expected import Case, Exercise, Known
from grading import fairness
from grading.answers import Key
from grading.gates import Drawing, learnable, recorded
from grading.keys import Question
from grading.results import bare, by_oracle, by_solution, draw, results

__all__ = ["compile_key", "compile_quiz", "draw", "known", "results"]

SEEDS = 20  # drawings of the cases that the build tries before it gives up
ALWAYS = ("criterion", "label", "diagnostic", "inputs", "result", "gradients")


def compile_key(key: Key, points: float) -> dict[str, Any]:
    """The compiled exercise as a value tree. Raises `BuildError` when a gate stays shut."""
    if text := learnable(key):
        raise key.error(text)
    case = by_solution if key.exact else by_oracle
    problem = ""
    seeds = SEEDS if key.exact else 1  # statistics do not turn on a drawing
    for seed in range(seeds):
        cases = tuple(case(key, drawn) for drawn in key.cases(np.random.default_rng(seed)))
        drawing = Drawing(key, replace(bare(key, points), cases=cases))
        gates = [drawing.problem, lambda: fairness.problem(key)]
        if not key.named:
            gates.reverse()  # of a threshold, a rate says more than one drawing
        problem = next((text for gate in gates if (text := gate())), "")
        if not problem:
            return _tree(drawing, seed)
    raise key.error(f"{problem} (with {seeds} drawings of the cases)")


def known(key: Key, exercise: Exercise) -> Exercise:
    """The exercise with what each listed mistake returns for its cases, for a diagnosis."""
    mistakes = key.mistakes if key.named else []
    rows = [recorded(key, (mistake,), exercise) for mistake in mistakes]
    found = (Known(*(tuple(row[name]) for name in ("when", "hint", "values"))) for row in rows)
    return replace(exercise, mistakes=tuple(found))


def compile_quiz(questions: Mapping[int, Question], points: float) -> dict[str, Any]:
    """A compiled quiz as a value tree."""
    return {
        "kind": "quiz",
        "points": points,
        "questions": {
            str(number): {"right": question.right, "why": dict(question.why)}
            for number, question in questions.items()
        },
    }


def _tree(drawing: Drawing, seed: int) -> dict[str, Any]:
    exercise = drawing.exercise
    tree = {
        "kind": exercise.kind,
        "points": exercise.points,
        "seed": seed,
        "arguments": list(exercise.arguments),
        "parts": list(exercise.parts),
        "criteria": exercise.criteria,
        "hints": list(exercise.hints),
        "relative": exercise.relative,
        "forbidden": list(exercise.forbidden),
        "cases": [_row(case) for case in exercise.cases],
        "mistakes": drawing.mistake_rows(),
        "pairs": drawing.pair_rows(),
    }
    return tree | ({"settings": exercise.settings} if exercise.settings else {})


def _row(case: Case) -> dict[str, Any]:
    """A case's fields; those that most cases do without stand there only if they are used."""
    return {
        field.name: getattr(case, field.name)
        for field in fields(case)
        if field.name in ALWAYS or _used(getattr(case, field.name))
    }


def _used(value: Any) -> bool:
    return isinstance(value, np.ndarray | float) or bool(value)
