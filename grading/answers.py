"""Loading answer keys, and making wrong answers of right ones.

A mistake is a patch of the solution's source; patched sources run in the key's own namespace, so
that a wrong version sees the same imports as the right one. A solution is a function, or the class
of a module.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import itertools
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from course.checks.given import Rng
from grading.chapter import methods
from grading.errors import BuildError
from grading.keys import Case, Mistake, Module, Question, Sampler, Tolerance, Trained

GENERATOR = "generator"  # what a sampler's last argument is called
MAX_SEED = 2**31
KINDS = {type(None): "function", Module: "module", Sampler: "sampler", Trained: "trained"}
NEEDED = ("solution", "oracle", "criteria", "cases", "mistakes", "alternatives", "hints")


Body = list[str] | dict[str, list[str]]  # lines of code: a function's, or each method's


class PatchError(ValueError):
    """A mistake's patch does not apply; the message says why."""


@dataclass(frozen=True)
class Key:
    """One exercise's answer key, loaded."""

    name: str
    path: Path
    module: ModuleType

    @property
    def solution(self) -> Any:
        """The right function, or the right class of a module."""
        return self.module.solution

    @property
    def call(self) -> Any:
        """`Module`, `Sampler` or `Trained`; None for a plain function."""
        return getattr(self.module, "call", None)

    @property
    def kind(self) -> str:
        return KINDS[type(self.call)]

    @property
    def exact(self) -> bool:
        """Whether every case has one right result."""
        return self.kind in ("function", "module")

    @property
    def named(self) -> bool:
        """Whether a mistake can be recognised by what comes back."""
        return self.kind != "trained"

    @property
    def arguments(self) -> list[str]:
        """The names of the arguments: a function's, or a module's __init__'s."""
        return list(inspect.signature(self.solution).parameters)

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

    @property
    def fixed_criteria(self) -> Mapping[str, str]:
        return getattr(self.module, "fixed_criteria", {})

    def cases(self, rng: Any) -> list[Case]:
        """The cases drawn with `rng`, each criterion known."""
        found = list(self.module.cases(rng))
        own = (getattr(self.call, "used", ""), getattr(self.call, "possible", ""))
        for case in found:
            if case.criterion not in self.criteria:
                raise self.error(f"case {case.label!r} names no criterion: {case.criterion!r}.")
        for criterion in self.criteria:
            if all(case.criterion != criterion for case in found) and criterion not in own:
                raise self.error(f"criterion {criterion!r} has no case.")
        if self.kind in ("sampler", "trained") and GENERATOR in self.arguments:
            return [_seeded(case, rng) for case in found]
        return found

    @cached_property
    def source(self) -> str:
        """The solution's source."""
        return self._source(self.solution)

    def body(self, *mistakes: Mistake) -> Body:
        """The lines of the solution's body, dedented, without a docstring; with `mistakes` made.

        Of a class, the body of each method by its name.
        """
        source = self.patched(*mistakes)
        tree = ast.parse(source).body[0]
        if isinstance(tree, ast.ClassDef):
            return {method.name: _body(method, source) for method in methods(tree)}
        assert isinstance(tree, ast.FunctionDef)
        return _body(tree, source)

    def parameters(self) -> str:
        """The solution's parameters with defaults, without annotations: "x, h0, hybrid=False".

        Of a class, each method's: "__init__(self, n), forward(self, x)".
        """
        return parameters(ast.parse(self.source).body[0])

    def function(self, source: str) -> Any:
        """A function or class from a changed source of the solution, in the key's namespace."""
        namespace = dict(vars(self.module))
        exec(compile(source, f"<{self.name}>", "exec"), namespace)
        return namespace[ast.parse(source).body[0].name]

    def _source(self, thing: Any) -> str:
        """The source of a function or class of the key."""
        if not isinstance(thing, type):
            return textwrap.dedent(inspect.getsource(thing))
        text = self.path.read_text(encoding="utf-8")  # inspect finds no class of a loose file
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef) and node.name == thing.__name__:
                return "\n".join(text.splitlines()[node.lineno - 1 : node.end_lineno]) + "\n"
        raise self.error(f"the class {thing.__name__} does not stand in the key itself.")

    def patched(self, *mistakes: Mistake) -> str:
        """The solution's source with mistakes made. Raises `PatchError`."""
        if len(mistakes) == 1 and mistakes[0].function is not None:
            return self._source(mistakes[0].function)
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

    def wrong(self, *mistakes: Mistake) -> Any:
        """The solution with one or more mistakes made. Raises `PatchError`."""
        if len(mistakes) == 1 and mistakes[0].function is not None:
            return mistakes[0].function
        try:
            return self.function(self.patched(*mistakes))
        except SyntaxError as error:
            raise PatchError(f"mistake {mistakes[-1].name!r} gives no Python: {error}") from None

    def pairs(self) -> Iterator[tuple[Mistake, Mistake, Any]]:
        """Every two mistakes that can be made together, with the answer that makes both."""
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


def parameters(stub: ast.AST) -> str:
    """A function's parameters with defaults, without annotations; of a class, each method's."""
    if isinstance(stub, ast.ClassDef):
        return ", ".join(f"{method.name}({parameters(method)})" for method in methods(stub))
    assert isinstance(stub, ast.FunctionDef)
    arguments = ast.parse(ast.unparse(stub.args).join(("def f(", "): pass"))).body[0].args
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        argument.annotation = None
    return ast.unparse(arguments)


def _body(function: ast.FunctionDef, source: str) -> list[str]:
    statements = function.body[1:] if ast.get_docstring(function) is not None else function.body
    lines = source.splitlines()[statements[0].lineno - 1 : function.end_lineno]
    return textwrap.dedent("\n".join(lines)).splitlines()


def _seeded(case: Case, rng: np.random.Generator) -> Case:
    """The case with a generator whose seed is drawn, so that no two drawings share one."""
    seed = Rng(int(rng.integers(MAX_SEED)))
    return replace(case, inputs={**case.inputs, GENERATOR: seed})


def load(path: Path) -> Key:
    """Load one exercise's key. Raises `BuildError` for what is missing in it."""
    key = Key(path.stem, path, _module(path))
    missing = [name for name in NEEDED if not hasattr(key.module, name)]
    if missing:
        raise key.error(f"the key lacks {', '.join(missing)}.")
    _check_call(key)
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


def _check_call(key: Key) -> None:
    """The solution is what `call` says. Raises `BuildError`."""
    if type(key.call) not in KINDS:
        raise key.error("`call` is Module(...), Sampler(...) or Trained(...).")
    if (key.kind == "module") != isinstance(key.solution, type):
        raise key.error("the solution of a `Module()` is a class, of anything else a function.")
    if key.kind == "sampler" and key.arguments[-1:] != [GENERATOR]:
        raise key.error(f"a sampler's last argument is `{GENERATOR}`.")
    for name in (getattr(key.call, "used", ""), getattr(key.call, "possible", "")):
        if name and name not in key.criteria:
            raise key.error(f"`call` names no criterion: {name!r}.")


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
