"""Patterns in wrong numbers that need no list of mistakes: shifted, reversed, transposed, scaled.

A pattern is said only when it shows in at least two diagnostic cases and in every one where the
result is wrong.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from course.checks.answer import MIN_EVIDENCE, Answer, Finding
from course.checks.compare import close, distance


# Each takes (got, expected, itemsize) of one wrong leaf and says whether its pattern shows there.
def _late(got: np.ndarray, expected: np.ndarray, itemsize: int) -> bool:
    return len(got) >= 3 and bool(close(got[1:], expected[:-1], itemsize=itemsize).all())


def _early(got: np.ndarray, expected: np.ndarray, itemsize: int) -> bool:
    return len(got) >= 3 and bool(close(got[:-1], expected[1:], itemsize=itemsize).all())


def _backwards(got: np.ndarray, expected: np.ndarray, itemsize: int) -> bool:
    return len(got) >= 3 and bool(close(got[::-1], expected, itemsize=itemsize).all())


PATTERNS: tuple[tuple[Callable[[np.ndarray, np.ndarray, int], bool], str], ...] = (
    (_late, "{name} is right but comes one step late: row t holds what belongs in row t - 1."),
    (_early, "{name} is right but comes one step early: row t holds what belongs in row t + 1."),
    (_backwards, "{name} is right but in reverse order along its first axis."),
)


def patterns(answer: Answer) -> list[Finding]:
    """Shifts, reversal, transposition and constant factors, each seen in two diagnostic cases."""
    findings = []
    for name in answer.common_names():
        seen = []  # (got, expected, itemsize) of the diagnostic cases in which this leaf is wrong
        for i, case in enumerate(answer.cases):
            got = answer.outcomes[i].values.get(name)
            if case.diagnostic and not answer.right[i][name] and isinstance(got, np.ndarray):
                seen.append((got, answer.expected[i][name], answer.outcomes[i].itemsize))
        if any((got.dtype.kind == "b") != (want.dtype.kind == "b") for got, want, _ in seen):
            continue  # True and False are not numbers that lost their digits
        if len(seen) < MIN_EVIDENCE:
            continue
        if all(_transposed(*row) for row in seen):
            findings.append(Finding("pattern", f"{name} is right but transposed."))
            continue
        if not all(got.shape == want.shape and np.isfinite(got).all() for got, want, _ in seen):
            continue
        text = _nearly(seen, name) or _factor(seen, name) or _size_factor(answer, name)
        for shows, sentence in PATTERNS:
            if not text and all(got.ndim and shows(got, e, size) for got, e, size in seen):
                text = sentence.format(name=name)
        if text and len(seen) < sum(case.diagnostic for case in answer.cases):
            text = f"Where it is wrong: {text}"
        if text:
            findings.append(Finding("pattern", text))
    return findings


def _transposed(got: np.ndarray, expected: np.ndarray, itemsize: int) -> bool:
    turned = got.T
    return (
        expected.ndim == 2
        and turned.shape == expected.shape
        and bool(close(turned, expected, itemsize=itemsize).all())
    )


def _nearly(seen: list[tuple[np.ndarray, np.ndarray, int]], name: str) -> str:
    """Numbers a little off are no factor near 1 but lost digits."""
    worst = max(distance(got, expected) for got, expected, _ in seen)
    if worst >= 1e-3:
        return ""
    return f"{name} is close, but lost digits on the way: is something rounded or made an integer?"


def _factor(seen: list[tuple[np.ndarray, np.ndarray, int]], name: str) -> str:
    """The one factor by which all wrong leaves differ, if there is one and it is not near 1."""
    if any(got.size < 3 for got, _, _ in seen):
        return ""
    got = np.concatenate([got.ravel().astype(float) for got, _, _ in seen])
    expected = np.concatenate([want.ravel().astype(float) for _, want, _ in seen])
    factor = _ratio(got, expected)
    if factor is None:
        return ""
    if abs(factor + 1) < 1e-6:
        return f"{name} has the opposite sign everywhere."
    return f"Every number of {name} is {factor:.6g} times what it should be."


def _ratio(got: np.ndarray, expected: np.ndarray) -> float | None:
    largest = int(np.argmax(np.abs(expected)))
    if expected.ravel()[largest] == 0:
        return None
    with np.errstate(all="ignore"):
        factor = float(got.ravel()[largest] / expected.ravel()[largest])
    # Near 1 it is rounding, and 0 times the answer is no scaling but a missing one.
    if abs(factor - 1) < 0.01 or abs(factor) < 1e-6:
        return None
    with np.errstate(all="ignore"):
        return factor if bool(close(got, factor * expected).all()) else None


def _size_factor(answer: Answer, name: str) -> str:
    """A factor that is another in each case but always the size of the same input's axis."""
    rows = [
        (_ratio(np.asarray(answer.outcomes[i].values[name]), answer.expected[i][name]), i)
        for i, case in enumerate(answer.cases)
        if case.diagnostic and not answer.right[i][name] and name in answer.outcomes[i].values
    ]
    if len({factor for factor, _ in rows}) < MIN_EVIDENCE or None in dict(rows):
        return ""
    shapes = [
        {
            k: v.shape
            for k, v in answer.exercise.arguments_of(answer.cases[i]).items()
            if isinstance(v, np.ndarray)
        }
        for _, i in rows
    ]
    for argument, shape in shapes[0].items():
        for axis in range(len(shape)):
            sizes = [s[argument][axis] for s in shapes if len(s.get(argument, ())) > axis]
            if len(sizes) < len(shapes):
                continue
            for verb, wanted in (("multiplied", sizes), ("divided", [1 / n for n in sizes])):
                if np.allclose([factor for factor, _ in rows], wanted, rtol=1e-6):
                    along = f" along axis {axis}" if len(shape) > 1 else ""
                    return f"{name} is the right result {verb} by the size of {argument}{along}."
    return ""
