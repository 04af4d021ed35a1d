"""The judge's orders for probes: what they need to call a student's function, and no answers."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from course.checks.expected import Case, Exercise


def quiz(name: str) -> dict[str, Any]:
    """What a probe needs to ask for a quiz's letters."""
    return {"name": name, "kind": "quiz"}


def exercise(asked: Exercise) -> dict[str, Any]:
    """What a probe needs to call an exercise's function: no answers."""
    kept = {field.name: getattr(asked, field.name) for field in fields(Exercise)}
    kept |= {"mistakes": [], "pairs": [], "hints": []}
    # What is not needed to call the function is no business of hers, either.
    kept |= {"criteria": {}, "points": 0}
    kept["cases"] = [_case(case.skeleton()) for case in asked.cases]
    order = {"name": asked.name, "kind": "exercise", "exercise": kept}
    return order | {"forbidden": list(asked.forbidden)}


def _case(bare: Case) -> dict[str, Any]:
    """How to call a function once; what is not said is empty, and a probe fills it in."""
    row = {"inputs": bare.inputs, "result": bare.result}
    said = {"gradients": bare.gradients, "buffers": bare.buffers, "draws": bare.draws}
    return row | {name: value for name, value in said.items() if value}
