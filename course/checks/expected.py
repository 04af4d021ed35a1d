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
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from course.checks.values import leaves, unpack


def folder() -> Path:
    """Where the figures lie: beside this module, or where COURSE_EXPECTED says, as for an
    instructor who tries out chapters of her own."""
    return Path(os.environ.get("COURSE_EXPECTED") or Path(__file__).parent / "expected")


FOLDER = folder()
FORMAT = "1"


class UnknownExercise(LookupError):
    """No compiled exercise has this name; the message is one sentence."""


# What is judged of a sampler's draws, in place of values; `sampling` says how.
DRAWN = ("use of the generator", "set of values", "distribution")
PREDICTED = ("predictions",)  # what is judged of a trained model


@dataclass(frozen=True)
class Case:
    """One case: how to call the function, and what must come back.

    Most cases have an exact `result`. A sampler's random case is called `draws` times and has the
    `distribution` of what comes back (`distributions`), of which `result` is one right draw. A
    trained model's has the `labels` of its held-out inputs and the `threshold` of the metric; there
    `result` is only the form.
    """

    criterion: str
    label: str
    diagnostic: bool
    inputs: dict[str, Any]
    result: Any  # the expected value tree
    gradients: dict[str, Any]  # by input name
    buffers: dict[str, Any] = field(default_factory=dict)  # of a module, after the call, by name
    draws: int = 0
    distribution: list[dict[str, Any]] | None = None  # {"of": names, "law": a distribution}
    labels: Any = None
    threshold: float | None = None

    @property
    def judged(self) -> str:
        """What is compared: "values", "draws" or "predictions"."""
        if self.draws:
            return "draws"
        return "values" if self.threshold is None else "predictions"

    def expected(self) -> Mapping[str, Any]:
        """Every leaf that is compared, by name: the result's, the gradients', the buffers'.

        What is judged by other means than its value has the value None.
        """
        return self._expected

    @functools.cached_property
    def _expected(self) -> Mapping[str, Any]:
        if self.judged != "values":
            return dict.fromkeys(DRAWN if self.draws else PREDICTED)
        found = dict(leaves(self.result))
        found |= {f"gradient of {name}": value for name, value in self.gradients.items()}
        return found | {f"{name} afterwards": value for name, value in self.buffers.items()}

    def skeleton(self) -> Case:
        """A copy that holds enough to call a student's code, and nothing that tells the answer."""
        return replace(
            self,
            result=_emptied(self.result),
            gradients=_emptied(self.gradients),
            buffers=_emptied(self.buffers),
            distribution=None,
            labels=None,
            threshold=None,
        )


@dataclass(frozen=True)
class Known:
    """A known mistake, or two at once: what it returns for each case (None: no values)."""

    when: tuple[str, ...]
    hint: tuple[str, ...]
    values: tuple[dict[str, Any] | None, ...]


@dataclass(frozen=True)
class Exercise:
    """All that a check needs to know of one exercise.

    `kind` is how it is called: "function", "module", "sampler" or "trained"; `settings` holds what
    only this kind needs.
    """

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
    kind: str = "function"
    settings: dict[str, Any] = field(default_factory=dict)

    def arguments_of(self, case: Case) -> dict[str, Any]:
        """What a student sees as the arguments of a case: of a module, __init__'s and forward's."""
        if self.kind != "module":
            return case.inputs
        mode = {"training": case.inputs["training"]} if "training" in case.inputs else {}
        return {**case.inputs["init"], **case.inputs["call"], **mode}

    def skeleton(self) -> Exercise:
        """A copy to call a student's code with: no answers, mistakes or hints."""
        cases = tuple(case.skeleton() for case in self.cases)
        return replace(self, hints=(), cases=cases, mistakes=(), pairs=())

    def plain(self) -> dict[str, Any]:
        """A value tree that `Exercise.of` reads."""
        return _tree(self)

    @classmethod
    def of(cls, tree: Mapping[str, Any]) -> Exercise:
        """The exercise of a value tree."""
        changed: dict[str, Any] = {
            name: tuple(tree[name]) for name in ("arguments", "parts", "hints", "forbidden")
        }
        changed["cases"] = tuple(Case(**case) for case in tree["cases"])
        changed["mistakes"] = tuple(_known(tree["mistakes"]))
        changed["pairs"] = tuple(_known(tree["pairs"]))
        return cls(**{**tree, **changed})


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
    # The seed of the drawing and the like are for the build alone.
    known = {f.name for f in fields(Exercise)}
    return Exercise.of(common | {key: value for key, value in tree.items() if key in known})


def _tree(thing: Any) -> Any:
    """Dataclasses as dicts, tuples as lists; arrays, seeds and functions stay what they are."""
    if isinstance(thing, Exercise | Case | Known):
        return {f.name: _tree(getattr(thing, f.name)) for f in fields(thing)}
    if isinstance(thing, tuple):
        return [_tree(item) for item in thing]
    return thing


def _emptied(tree: Any) -> Any:
    """A value tree of the same form without its figures."""
    if isinstance(tree, Mapping):
        return {key: _emptied(item) for key, item in tree.items()}
    if isinstance(tree, list | tuple):
        return [_emptied(item) for item in tree]
    if isinstance(tree, np.ndarray):
        return np.zeros((0,) * tree.ndim)
    return None if tree is None else type(tree)()


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
