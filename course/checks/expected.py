"""The compiled answer figures: one safetensors file a chapter, made by the build.

For every exercise the file holds the visible cases, what a right answer returns for each, and
what each known mistake and pair of mistakes returns. It holds no code.
"""

from __future__ import annotations

import difflib
import functools
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.checks.values import leaves, unpack

# An instructor who tries out chapters of her own can point to another folder.
FOLDER = Path(os.environ.get("COURSE_EXPECTED") or Path(__file__).parent / "expected")
FORMAT = "1"


class UnknownExercise(LookupError):
    """No compiled exercise has this name; the message is one sentence."""


@dataclass(frozen=True)
class Case:
    """One visible case: how to call the function and what must come back."""

    criterion: str
    label: str
    diagnostic: bool
    inputs: dict[str, Any]
    result: Any  # the expected value tree
    gradients: dict[str, Any]  # by input name

    def expected(self) -> dict[str, Any]:
        """Every leaf that is compared, by name: the result's and the gradients'."""
        found = dict(leaves(self.result))
        return found | {f"gradient of {name}": value for name, value in self.gradients.items()}


@dataclass(frozen=True)
class Known:
    """A known mistake, or two at once: what it returns for each case (None: no values)."""

    when: tuple[str, ...]
    hint: tuple[str, ...]
    values: tuple[dict[str, Any] | None, ...]


@dataclass(frozen=True)
class Exercise:
    """All that a check needs to know of one exercise."""

    name: str
    chapter: str
    points: float
    arguments: tuple[str, ...]
    parts: tuple[str, ...]
    criteria: dict[str, float]
    hints: tuple[str, ...]
    relative: float
    forbidden: tuple[str, ...]
    cases: tuple[Case, ...]
    mistakes: tuple[Known, ...]
    pairs: tuple[Known, ...]


@dataclass(frozen=True)
class Quiz:
    """A quiz's key: {number: {"right": letter, "why": {letter: sentence}}}."""

    name: str
    chapter: str
    points: float
    questions: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Chapter:
    """A chapter's name, title and the names of its graded functions, in the text's order."""

    name: str
    title: str
    exercises: tuple[str, ...]


def name_of(function: Any) -> str | None:
    """A function's name, None for what has none."""
    try:
        name = getattr(function, "__name__", None)
    except Exception:
        return None
    return name if type(name) is str else None


def chapters() -> list[Chapter]:
    """All compiled chapters, in order."""
    return list(_index().values())


@functools.cache
def find(name: str) -> Exercise | Quiz:
    """The exercise or quiz called `name`. Raises `UnknownExercise`."""
    for chapter in _index().values():
        if name in chapter.exercises:
            return load(FOLDER / f"{chapter.name}.safetensors", name)
    known = [exercise for chapter in _index().values() for exercise in chapter.exercises]
    near = difflib.get_close_matches(name, known, n=1)
    advice = f"Did you mean {near[0]}?" if near else "Keep the name that the exercise gives it."
    raise UnknownExercise(f"There is no exercise called {name!r}. {advice}")


def load(path: Path, name: str) -> Exercise | Quiz:
    """Read one exercise from a compiled file."""
    from safetensors import safe_open

    with safe_open(path, framework="numpy") as file:
        header = file.metadata()
        raw = json.loads(header[name])
        prefix = f"{name}."
        arrays = {
            key.removeprefix(prefix): file.get_tensor(key)
            for key in file.keys()  # noqa: SIM118 - safe_open is no mapping
            if key.startswith(prefix)
        }
    tree = unpack(raw, arrays)
    common = {"name": name, "chapter": header["chapter"], "points": tree["points"]}
    if tree["kind"] == "quiz":
        return Quiz(**common, questions=tree["questions"])
    return Exercise(
        **common,
        arguments=tuple(tree["arguments"]),
        parts=tuple(tree["parts"]),
        criteria=tree["criteria"],
        hints=tuple(tree["hints"]),
        relative=tree["relative"],
        forbidden=tuple(tree["forbidden"]),
        cases=tuple(Case(**case) for case in tree["cases"]),
        mistakes=tuple(_known(tree["mistakes"])),
        pairs=tuple(_known(tree["pairs"])),
    )


def _known(rows: list[Mapping[str, Any]]) -> Iterator[Known]:
    for row in rows:
        yield Known(tuple(row["when"]), tuple(row["hint"]), tuple(row["values"]))


@functools.cache
def _index() -> dict[str, Chapter]:
    from safetensors import safe_open

    found = {}
    for path in sorted(FOLDER.glob("*.safetensors")):
        with safe_open(path, framework="numpy") as file:
            header = file.metadata()
        names = tuple(json.loads(header["exercises"]))
        found[path.stem] = Chapter(path.stem, header["title"], names)
    return found
