"""What is right beside what is wrong: always true, and often the best pointer there is."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.checks.answer import Answer, Finding
from course.checks.compare import close
from course.checks.expected import DRAWN
from course.checks.given import Given
from course.checks.scoring import listed


def contrasts(answer: Answer) -> list[Finding]:
    """Which results, options and steps are right and which are not."""
    texts = []
    names = _names(answer)
    whole = [n for n in names if all(right.get(n, True) for right in answer.right)]
    broken = [n for n in names if n not in whole]
    if whole and broken:
        texts.append(
            f"{listed(whole)} {_is(whole)} right in every case; {listed(broken)} {_is(broken)} not."
        )
    texts += _option_contrasts(answer)
    common = answer.common_names()
    texts += _step_contrasts(answer, [name for name in broken if name in common])
    return [Finding("contrast", text) for text in texts]


def _names(answer: Answer) -> list[str]:
    """The results of every case; where these are right, also what only some cases have."""
    common = answer.common_names()
    if not all(right[name] for right in answer.right for name in common):
        return common
    found = dict.fromkeys(common)
    for leaf in answer.expected:
        found |= dict.fromkeys(n for n in leaf if n in DRAWN or n.startswith("gradient of "))
    return list(found)


def _option_contrasts(answer: Answer) -> list[str]:
    """Options (bools and strings among the inputs) that part right from wrong."""
    texts = []
    cases = [
        (i, answer.exercise.arguments_of(case))
        for i, case in enumerate(answer.cases)
        if case.diagnostic
    ]
    if not cases:
        return []
    options = [k for k, v in cases[0][1].items() if isinstance(v, bool | str | Given)]
    for option in options:
        groups: dict[Any, set[bool]] = {}
        for i, arguments in cases:
            if option in arguments:
                groups.setdefault(arguments[option], set()).add(answer.wrong[i])
        good = [value for value, wrong in groups.items() if wrong == {False}]
        bad = [value for value, wrong in groups.items() if wrong == {True}]
        if good and bad and len(good) + len(bad) == len(groups):
            texts.append(
                f"Right with {listed([_option(option, v) for v in good])}, "
                f"wrong with {listed([_option(option, v) for v in bad])}."
            )
    return texts


def _option(name: str, value: Any) -> str:
    return f"{name}={value}" if isinstance(value, Given) else f"{name}={value!r}"


def _step_contrasts(answer: Answer, names: list[str]) -> list[str]:
    """For results with an axis of steps: at which step each goes wrong, and which goes first."""
    firsts = {name: first for name in names if (first := _first_step(answer, name)) is not None}
    if not firsts:
        return []
    name = min(firsts, key=lambda n: firsts[n])
    first = firsts[name]
    later = [n for n in firsts if firsts[n] > first]
    if later and _same_steps(answer, list(firsts)):
        return [f"{name} goes wrong first, in row {first}; {listed(later)} only after that."]
    if first == 0:
        return []
    rows = "row 0 is" if first == 1 else f"rows 0 to {first - 1} are"
    together = [n for n in firsts if firsts[n] == first]
    return [f"In {listed(together)}, {rows} right; it goes wrong from row {first} on."]


def _same_steps(answer: Answer, names: list[str]) -> bool:
    """Whether the results run over the same steps, so that their rows can be compared."""
    return all(len({len(leaf[name]) for name in names}) == 1 for leaf in answer.expected)


def _first_step(answer: Answer, name: str) -> int | None:
    """The first wrong row of a result, if it is the same in every diagnostic case."""
    firsts = set()
    for i, case in enumerate(answer.cases):
        got, want = answer.outcomes[i].values.get(name), answer.expected[i].get(name)
        if not case.diagnostic or answer.right[i].get(name, True):
            continue
        if not isinstance(got, np.ndarray) or got.shape != np.shape(want):
            return None
        if got.ndim == 0 or len(want) < 3:
            return None
        good = close(got, want, answer.exercise.relative, answer.outcomes[i].itemsize)
        rows = good.reshape(len(want), -1).all(axis=1)
        first = int(np.argmin(rows))
        if rows[first:].any():
            return None
        firsts.add(first)
    return firsts.pop() if len(firsts) == 1 else None


def _is(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"
