"""The judge's orders for probes: what they need to call a student's function, and no answers."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from course.checks.expected import Exercise


def quiz(name: str) -> dict[str, Any]:
    """What a probe needs to ask for a quiz's letters."""
    return {"name": name, "kind": "quiz"}


def exercise(asked: Exercise) -> dict[str, Any]:
    """What a probe needs to call an exercise's function: no answers."""
    kept = {field.name: getattr(asked, field.name) for field in fields(Exercise)}
    kept |= {"mistakes": [], "pairs": [], "hints": []}
    # What is not needed to call the function is no business of hers, either.
    kept |= {"criteria": {}, "points": 0}
    kept["cases"] = [
        {field.name: getattr(bare, field.name) for field in fields(bare)}
        | {"criterion": "", "label": ""}
        for bare in (case.skeleton() for case in asked.cases)
    ]
    order = {"name": asked.name, "kind": "exercise", "exercise": kept}
    return order | {"forbidden": list(asked.forbidden)}
