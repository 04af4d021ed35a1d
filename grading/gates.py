"""The gates that a drawing of a key's cases must pass.

They make a diagnosis trustworthy: a listed mistake must differ from the solution and from every
other mistake, alone and in pairs, on at least two diagnostic cases and by a wide margin; a
mechanical mutant of the solution must be noticed by some case. Draws and predictions are told apart
by statistics, so there each mistake must fail, and no more.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from course.checks.answer import MIN_EVIDENCE
from course.checks.calls import Outcome
from course.checks.compare import agree, distance
from course.checks.expected import Case, Exercise
from course.checks.kinds import outcome_of
from course.checks.scoring import wrong_leaves
from course.checks.values import leaves, pack
from grading.answers import Key
from grading.keys import Mistake
from grading.mutants import STEPS, at_most, limited, mutants
from grading.results import by_function

DRAWINGS = 3  # of a key's cases that are looked at for what none of them changes
MARGIN = 100  # two versions differ by at least this many times the tolerance


class Drawing:
    """Solution, mistakes and pairs, run on one drawing of the cases."""

    def __init__(self, key: Key, exercise: Exercise) -> None:
        self.key, self.exercise = key, exercise
        self.cases = exercise.cases
        if not key.exact:
            return
        self.expected = outcomes(key.solution, exercise)
        self.mistakes = {(m,): outcomes(key.wrong(m), exercise) for m in key.mistakes}
        self.pairs = {(a, b): outcomes(both, exercise) for a, b, both in key.pairs()}

    def problem(self) -> str:
        """Why these cases can't be used, or ""."""
        if self.key.exact:
            return self._disputed() or self._indistinct() or self._survivor()
        return self._refused() or unnoticed(self.key, self.exercise) or self._survivor()

    def mistake_rows(self) -> list[dict[str, Any]]:
        """The mistakes and what they return, ready to be packed; none where none is ever named."""
        if self.key.exact:
            return [_row(names, found, self.cases) for names, found in self.mistakes.items()]
        mistakes = self.key.mistakes if self.key.named else []
        return [recorded(self.key, (mistake,), self.exercise) for mistake in mistakes]

    def pair_rows(self) -> list[dict[str, Any]]:
        """The pairs of mistakes and what they return, ready to be packed."""
        names = self._telling_pairs() if self.key.exact else []
        return [_row(pair, self.pairs[pair], self.cases) for pair in names]

    def _disputed(self) -> str:
        """The first case on which solution and oracle differ."""
        for case, mine in zip(self.cases, self.expected, strict=True):
            other = by_function(self.key, case, limited(self.key.module.oracle))
            if other.fault:
                return f"the oracle fails on case {case.label!r}: {other.fault.message}"
            for name, value in mine.values.items():
                if not agree(other.values[name], value, self.key.tolerance.relative):
                    return f"solution and oracle differ in {name} on case {case.label!r}"
        return ""

    def _refused(self) -> str:
        """The first right answer that is not accepted, and where."""
        for target in (self.key.solution, *self.key.module.alternatives):
            for case, outcome in zip(self.cases, outcomes(target, self.exercise), strict=True):
                if outcome.fault:
                    reason = outcome.fault.message
                    return f"{target.__name__} fails on case {case.label!r}: {reason}"
                if wrong := wrong_leaves(self.exercise, case, outcome):
                    return f"{target.__name__} is refused for its {wrong[0]} on {case.label!r}"
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
        if not self.key.named:
            return ""  # other training may be as good: a larger learning rate is no mistake
        seen = set()
        for name, source in mutants(self.key.source):
            if name in self.key.excused_mutants:
                seen.add(name)
                continue
            if passes(self.key.function(source), self.exercise):
                return (
                    f"no case notices the mutant {name!r}; add a case, or excuse it by this name "
                    "in `excused_mutants` with the reason why it changes no answer"
                )
        gone = set(self.key.excused_mutants) - seen
        return f"excused mutant {gone.pop()!r} does not exist" if gone else ""


def learnable(key: Key) -> str:
    """A criterion that can be met by heart, since all drawings give it the same cases; or "".

    `fixed_criteria` of a key says which ones may be, and why.
    """
    drawn = [_inputs(key, seed) for seed in range(DRAWINGS)]
    fixed = [name for name in drawn[0] if all(other[name] == drawn[0][name] for other in drawn)]
    for name in fixed:
        if name not in key.fixed_criteria:
            return (
                f"criterion {name!r} has the same cases in every drawing, so its answers can be "
                "learnt by heart; draw something in them, or say in `fixed_criteria` why it may be"
            )
    gone = set(key.fixed_criteria) - set(fixed)
    return f"fixed criterion {gone.pop()!r} does not exist or is drawn" if gone else ""


def _inputs(key: Key, seed: int) -> dict[str, list[str]]:
    """The inputs of one drawing's cases, by criterion, as something that can be compared."""
    found: dict[str, list[str]] = {}
    for case in key.cases(np.random.default_rng(seed)):
        tree, arrays = pack(dict(case.inputs))
        text = repr((tree, [(dtype, flat.tolist()) for dtype, flat in arrays.items()]))
        found.setdefault(case.criterion, []).append(text)
    return found


def outcomes(target: Any, exercise: Exercise) -> list[Outcome]:
    """One outcome a case; an answer that never ends counts as an error."""
    return [_outcome(target, exercise, case) for case in exercise.cases]


def passes(target: Any, exercise: Exercise) -> bool:
    """Whether every case accepts an answer; after the first refusal no more are run."""
    for case in exercise.cases:
        outcome = _outcome(target, exercise, case)
        if outcome.fault or wrong_leaves(exercise, case, outcome):
            return False
    return True


def unnoticed(key: Key, exercise: Exercise) -> str:
    """The first listed mistake that no case notices, in a sentence; or ""."""
    for mistake in key.mistakes:
        if passes(key.wrong(mistake), exercise):
            return f"no case notices the mistake {mistake.name!r}"
    return ""


def recorded(key: Key, mistakes: tuple[Mistake, ...], exercise: Exercise) -> dict[str, Any]:
    """What an answer with mistakes returns for each case; of draws the first."""
    once = [replace(case, draws=min(case.draws, 1)) for case in exercise.cases]
    target = key.wrong(*mistakes)
    found = [_outcome(target, exercise, case) for case in once]
    return _row(mistakes, found, once)


def _outcome(target: Any, exercise: Exercise, case: Case) -> Outcome:
    if not isinstance(target, type):
        return outcome_of(limited(target), exercise, case)
    with at_most(STEPS, target):
        return outcome_of(target, exercise, case)


def _row(names: tuple, found: Sequence[Outcome], cases: Sequence[Case]) -> dict[str, Any]:
    return {
        "names": [mistake.name for mistake in names],
        "when": [mistake.when for mistake in names],
        "hint": [mistake.hint for mistake in names],
        "values": [
            None if outcome.fault else _float64(_first(case, outcome))
            for case, outcome in zip(cases, found, strict=True)
        ],
    }


def _first(case: Case, outcome: Outcome) -> dict[str, Any]:
    """An outcome's values; of draws the first one's."""
    if not case.draws:
        return outcome.values
    return {name: np.asarray(outcome.values[name][0]) for name, _ in leaves(case.result)}


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
