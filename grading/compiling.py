"""Compiling an answer key into the figures that check() compares with, behind strict gates.

The gates are what makes a diagnosis trustworthy: a listed mistake must differ from the solution
and from every other mistake, alone and in pairs, on at least two diagnostic cases and by a wide
margin; a mechanical mutant of the solution must be noticed by some case.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from course.checks.answer import MIN_EVIDENCE
from course.checks.calls import Outcome, call, tensors
from course.checks.compare import agree, distance
from course.checks.returned import is_tensor
from grading.answers import Key
from grading.keys import Case, Question
from grading.mutants import limited, mutants

MARGIN = 100  # two versions differ by at least this many times the tolerance
SEEDS = 20  # drawings of the cases that the build tries before it gives up


def compile_key(key: Key, points: float) -> dict[str, Any]:
    """The compiled exercise as a value tree. Raises `BuildError` when a gate stays shut."""
    problem = ""
    for seed in range(SEEDS):
        cases = key.cases(np.random.default_rng(seed))
        compiled = _Compiled(key, cases)
        problem = compiled.problem()
        if not problem:
            return {
                "kind": "function",
                "points": points,
                "seed": seed,
                "arguments": list(inspect.signature(key.solution).parameters),
                "parts": list(key.parts),
                "criteria": dict(key.criteria),
                "hints": list(key.module.hints),
                "relative": key.tolerance.relative,
                "forbidden": list(key.forbidden),
                **compiled.tree(),
            }
    raise key.error(f"{problem} (with {SEEDS} drawings of the cases)")


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


def plain(value: Any) -> Any:
    """What a solution returned as a value tree: tensors become float64 arrays, tuples lists."""
    if is_tensor(value):
        array = value.detach().numpy()
        return array.astype(np.float64) if array.dtype.kind == "f" else array
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return value.item()
    return value


def results(
    function: Callable, case: Case, parts: Sequence[str] = ()
) -> tuple[Any, dict[str, Any]]:
    """What a right function returns for a case: the value tree and the gradients by input."""
    arguments = {name: tensors(value) for name, value in case.inputs.items()}
    tree = plain(function(**arguments))
    if parts:
        tree = dict(zip(parts, tree, strict=True))
    if not case.gradients:
        return tree, {}
    outcome = call(function, case.inputs, tree, tuple(parts), case.gradients)
    if outcome.fault:
        raise ValueError(outcome.fault.message)
    return tree, {name: outcome.values[f"gradient of {name}"] for name in case.gradients}


class _Compiled:
    """Solution, mistakes and pairs, run on one drawing of the cases."""

    def __init__(self, key: Key, cases: Sequence[Case]) -> None:
        self.key, self.cases = key, cases
        self.results = [results(key.solution, case, key.parts) for case in cases]
        self.expected = self.outcomes(key.solution)
        self.mistakes = {(m,): self.outcomes(key.wrong(m)) for m in key.mistakes}
        self.pairs = {(a, b): self.outcomes(function) for a, b, function in key.pairs()}

    def outcomes(self, function: Callable) -> list[Outcome]:
        """One outcome a case; a function that never ends counts as an error."""
        return [
            call(limited(function), case.inputs, tree, self.key.parts, case.gradients)
            for case, (tree, _) in zip(self.cases, self.results, strict=True)
        ]

    def tree(self) -> dict[str, Any]:
        """The cases and what everything returns for them, ready to be packed."""
        rows = [
            {
                "criterion": case.criterion,
                "label": case.label,
                "diagnostic": case.diagnostic,
                "inputs": dict(case.inputs),
                "result": result,
                "gradients": gradients,
            }
            for case, (result, gradients) in zip(self.cases, self.results, strict=True)
        ]
        return {
            "cases": rows,
            "mistakes": [_row(names, found) for names, found in self.mistakes.items()],
            "pairs": [_row(names, self.pairs[names]) for names in self._telling_pairs()],
        }

    def problem(self) -> str:
        """Why these cases can't be used, or ""."""
        return self._disputed() or self._indistinct() or self._survivor()

    def _disputed(self) -> str:
        """The first case on which solution and oracle differ."""
        found = self.outcomes(self.key.module.oracle)
        for case, mine, other in zip(self.cases, self.expected, found, strict=True):
            if other.fault:
                return f"the oracle fails on case {case.label!r}: {other.fault.message}"
            for name, value in mine.values.items():
                if not agree(other.values[name], value, self.key.tolerance.relative):
                    return f"solution and oracle differ in {name} on case {case.label!r}"
        return ""

    def _telling_pairs(self) -> list[tuple]:
        """Pairs that differ from each of their two mistakes: one may hide the other."""
        return [
            names
            for names, found in self.pairs.items()
            if all(self._apart(found, self.mistakes[(m,)]) > 0 for m in names)
        ]

    def _indistinct(self) -> str:
        """The first two versions that too few diagnostic cases tell apart."""
        telling = {names: self.pairs[names] for names in self._telling_pairs()}
        versions = {**self.mistakes, **telling}
        for names, found in versions.items():
            count = self._apart(found, self.expected)
            if count < MIN_EVIDENCE and not self._always_fails(found):
                return (
                    f"mistake {_called(names)} differs from the solution on {count} diagnostic "
                    f"cases; at least {MIN_EVIDENCE} must tell them apart"
                )
        for (one, a), (other, b) in itertools.combinations(versions.items(), 2):
            if self._always_fails(a) or self._always_fails(b):
                continue
            count = self._apart(a, b)
            if count < MIN_EVIDENCE:
                return (
                    f"mistakes {_called(one)} and {_called(other)} differ on {count} diagnostic "
                    f"cases; at least {MIN_EVIDENCE} must tell them apart"
                )
        return ""

    def _apart(self, found: Sequence[Outcome], other: Sequence[Outcome]) -> int:
        """Diagnostic cases on which two versions give finite values far apart."""
        return sum(
            case.diagnostic and _far(a, b, self.key.tolerance.relative)
            for case, a, b in zip(self.cases, found, other, strict=True)
        )

    def _always_fails(self, found: Sequence[Outcome]) -> bool:
        """A version that gives no finite values anywhere is told by its error, not by numbers."""
        return all(not _finite(o) for o, c in zip(found, self.cases, strict=True) if c.diagnostic)

    def _survivor(self) -> str:
        """A mechanical mutant that no case notices and the key does not excuse."""
        seen = set()
        for name, source in mutants(self.key.source):
            if name in self.key.excused_mutants:
                seen.add(name)
                continue
            found = self.outcomes(self.key.function(source))
            if all(self._accepted(i, outcome) for i, outcome in enumerate(found)):
                return (
                    f"no case notices the mutant {name!r}; add a case, or excuse it by this name "
                    "in `excused_mutants` with the reason why it changes no answer"
                )
        gone = set(self.key.excused_mutants) - seen
        return f"excused mutant {gone.pop()!r} does not exist" if gone else ""

    def _accepted(self, i: int, outcome: Outcome) -> bool:
        relative = self.key.tolerance.relative
        return outcome.fault is None and all(
            name in outcome.values and agree(outcome.values[name], value, relative)
            for name, value in self.expected[i].values.items()
        )


def _row(names: tuple, found: Sequence[Outcome]) -> dict[str, Any]:
    return {
        "names": [mistake.name for mistake in names],
        "when": [mistake.when for mistake in names],
        "hint": [mistake.hint for mistake in names],
        "values": [None if o.fault else _float64(o.values) for o in found],
    }


def _float64(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.astype(np.float64)
        if isinstance(value, np.ndarray) and value.dtype.kind == "f"
        else value
        for name, value in values.items()
    }


def _finite(outcome: Outcome) -> bool:
    return outcome.fault is None and all(
        bool(np.isfinite(v).all()) for v in outcome.values.values() if isinstance(v, np.ndarray)
    )


def _far(a: Outcome, b: Outcome, relative: float) -> bool:
    if not (_finite(a) and _finite(b)):
        return False
    return any(distance(a.values[name], b.values[name]) >= MARGIN * relative for name in b.values)


def _called(names: tuple) -> str:
    return " with ".join(repr(mistake.name) for mistake in names)
