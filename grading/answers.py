"""Loading answer keys, and making wrong functions of right ones.

A mistake is a patch of the solution's source; patched sources run in the key's own namespace, so
that a wrong version sees the same imports as the right one.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import itertools
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from grading.chapter import BuildError
from grading.keys import Case, Mistake, Question, Tolerance

NEEDED = ("solution", "oracle", "criteria", "cases", "mistakes", "alternatives", "hints")


class PatchError(ValueError):
    """A mistake's patch does not apply; the message says why."""


@dataclass(frozen=True)
class Key:
    """One exercise's answer key, loaded."""

    name: str
    path: Path
    module: ModuleType

    @property
    def solution(self) -> Callable:
        return self.module.solution

    @property
    def mistakes(self) -> list[Mistake]:
        return list(self.module.mistakes)

    @property
    def criteria(self) -> Mapping[str, float]:
        return self.module.criteria

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(getattr(self.module, "parts", ()))

    @property
    def tolerance(self) -> Tolerance:
        return getattr(self.module, "tolerance", Tolerance())

    @property
    def forbidden(self) -> tuple[str, ...]:
        return tuple(getattr(self.module, "forbidden", ()))

    @property
    def excused_mutants(self) -> Mapping[str, str]:
        return getattr(self.module, "excused_mutants", {})

    def cases(self, rng: Any) -> list[Case]:
        """The cases drawn with `rng`, each criterion known."""
        found = list(self.module.cases(rng))
        for case in found:
            if case.criterion not in self.criteria:
                raise self.error(f"case {case.label!r} names no criterion: {case.criterion!r}.")
        for criterion in self.criteria:
            if all(case.criterion != criterion for case in found):
                raise self.error(f"criterion {criterion!r} has no case.")
        return found

    @property
    def source(self) -> str:
        """The solution's source."""
        return textwrap.dedent(inspect.getsource(self.solution))

    def body(self, *mistakes: Mistake) -> list[str]:
        """The lines of the solution's body, dedented, without a docstring; with `mistakes` made."""
        source = self.patched(*mistakes)
        tree = ast.parse(source).body[0]
        assert isinstance(tree, ast.FunctionDef)
        statements = tree.body[1:] if ast.get_docstring(tree) is not None else tree.body
        lines = source.splitlines()[statements[0].lineno - 1 : tree.end_lineno]
        return textwrap.dedent("\n".join(lines)).splitlines()

    def parameters(self) -> str:
        """The solution's parameters with defaults, without annotations: "x, h0, hybrid=False"."""
        tree = ast.parse(self.source).body[0]
        assert isinstance(tree, ast.FunctionDef)
        return parameters(tree)

    def function(self, source: str) -> Callable:
        """A function from a changed source of the solution, in the key's own namespace."""
        namespace = dict(vars(self.module))
        exec(compile(source, f"<{self.name}>", "exec"), namespace)
        return namespace["solution"]

    def patched(self, *mistakes: Mistake) -> str:
        """The solution's source with mistakes made. Raises `PatchError`."""
        if len(mistakes) == 1 and mistakes[0].function is not None:
            return textwrap.dedent(inspect.getsource(mistakes[0].function))
        source = self.source
        for mistake in mistakes:
            if mistake.function is not None:
                raise PatchError(f"{mistake.name} is a function and has no pairs")
            if source.count(mistake.old) != 1:
                raise PatchError(
                    f"mistake {mistake.name!r}: its old text occurs {source.count(mistake.old)} "
                    "times in the solution; it must occur exactly once"
                )
            source = source.replace(mistake.old, mistake.new)
        return source

    def wrong(self, *mistakes: Mistake) -> Callable:
        """The solution with one or more mistakes made. Raises `PatchError`."""
        if len(mistakes) == 1 and mistakes[0].function is not None:
            return mistakes[0].function
        try:
            return self.function(self.patched(*mistakes))
        except SyntaxError as error:
            raise PatchError(f"mistake {mistakes[-1].name!r} gives no Python: {error}") from None

    def pairs(self) -> Iterator[tuple[Mistake, Mistake, Callable]]:
        """Every two mistakes that can be made together, with the function that makes both."""
        for first, second in itertools.combinations(self.mistakes, 2):
            for one, other in ((first, second), (second, first)):
                if one.combines_with is not None and other.name not in one.combines_with:
                    break
            else:
                try:
                    yield first, second, self.wrong(first, second)
                except PatchError:
                    continue  # the patches overlap: nobody can make both

    def error(self, message: str) -> BuildError:
        """A `BuildError` in this key's file."""
        return BuildError(self.path, None, message)


def parameters(function: ast.FunctionDef) -> str:
    """A function's parameters with defaults, without annotations."""
    arguments = ast.parse(ast.unparse(function.args).join(("def f(", "): pass"))).body[0].args
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        argument.annotation = None
    return ast.unparse(arguments)


def load(path: Path) -> Key:
    """Load one exercise's key. Raises `BuildError` for what is missing in it."""
    key = Key(path.stem, path, _module(path))
    missing = [name for name in NEEDED if not hasattr(key.module, name)]
    if missing:
        raise key.error(f"the key lacks {', '.join(missing)}.")
    if len(key.mistakes) < 2:
        raise key.error("a key lists at least two mistakes.")
    names = [mistake.name for mistake in key.mistakes]
    if len(set(names)) < len(names):
        raise key.error("two mistakes have one name.")
    if not key.module.alternatives:
        raise key.error("a key holds at least one alternative solution.")
    if not 2 <= len(key.module.hints) <= 3:
        raise key.error(f"a key holds two or three hints, not {len(key.module.hints)}.")
    for mistake in key.mistakes:
        try:
            key.wrong(mistake)
        except PatchError as error:
            raise key.error(f"{error}.") from None
    return key


def load_quiz(path: Path) -> dict[int, Question]:
    """Load a chapter's quiz key. Raises `BuildError`."""
    questions = getattr(_module(path), "questions", None)
    if not isinstance(questions, Mapping):
        raise BuildError(path, None, "a quiz key defines `questions = {1: Question(...), ...}`.")
    for number, question in questions.items():
        if question.right not in question.why:
            raise BuildError(path, None, f"question {number}: {question.right!r} is no choice.")
    return dict(questions)


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"answers.{path.parent.name}.{path.stem}", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever a key's author did: name the file
        line = getattr(error, "lineno", None)
        raise BuildError(path, line, f"the key can't be loaded: {error!r}.") from error
    return module
