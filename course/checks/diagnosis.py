"""Which mistake a wrong answer shows, and never one that it does not.

A mistake is named outright only when it explains every case, right and wrong, and at least two
diagnostic cases tell it from a right answer. The worked example and special values are never
grounds for a name, nor is a shared exception. What can't be named is contrasted: which parts,
options and steps are right, which are not; that is always true.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from course.checks import predictions, sampling
from course.checks.answer import MIN_EVIDENCE, Answer, Finding
from course.checks.calls import Outcome
from course.checks.compare import agree
from course.checks.contrast import contrasts
from course.checks.expected import Exercise, Known
from course.checks.patterns import patterns
from course.checks.values import leaves


def diagnose(exercise: Exercise, outcomes: Sequence[Outcome]) -> list[Finding]:
    """What the outcomes of all cases, in the exercise's order, say about the mistake."""
    answer = Answer(exercise, outcomes)
    if not any(answer.wrong):
        return []
    named = (
        _whole(answer, exercise.mistakes)
        or _whole(answer, exercise.pairs)
        or _some_cases(answer, exercise.mistakes)
        or _one_part(answer, exercise.mistakes)
    )
    found = named or patterns(answer)
    judged = sampling.sentences(exercise, outcomes) + predictions.sentences(exercise, outcomes)
    return found + [Finding("judged", text) for text in judged] + contrasts(answer)


def _verdict(answer: Answer, known: Known, i: int, only: str | None = None) -> str:
    """How a mistake fits case `i`: "same", "other", or "nothing to say" where both lack values."""
    values = known.values[i]
    got = answer.outcomes[i].values
    if values is None or not _finite(values):
        return "other" if not answer.wrong[i] or _finite(got) else "nothing to say"
    names = [only] if only else list(values)
    if any(name not in values for name in names):
        return "other"
    return "same" if all(answer.matches(i, name, values[name]) for name in names) else "other"


def _evidence(answer: Answer, known: Known, i: int, verdict: str) -> bool:
    """Whether a fit on case `i` tells the mistake from a right answer."""
    if verdict != "same" or not answer.wrong[i] or not answer.cases[i].diagnostic:
        return False
    if not answer.cases[i].draws:
        return True
    # Only first draws are compared, and a mistake may show later.
    right = dict(leaves(answer.cases[i].result))
    return any(not agree(value, np.asarray(right[n])) for n, value in known.values[i].items())


def _whole(answer: Answer, candidates: Sequence[Known]) -> list[Finding]:
    """Mistakes that explain every case."""

    def fits(known: Known) -> bool:
        evidence = 0
        for i in range(len(answer.cases)):
            verdict = _verdict(answer, known, i)
            if verdict == "other":
                return False
            evidence += _evidence(answer, known, i, verdict)
        return evidence >= MIN_EVIDENCE

    found = [known for known in candidates if fits(known)]
    if not found:
        return []
    if len(found) == 1 and len(found[0].when) == 2:
        first, second = found[0].when
        text = f"Two things at once: this is what you get when {first}, and {second}."
        return [Finding("named", text, " ".join(found[0].hint))]
    if len(found) > 2:
        return []  # a list of guesses is no diagnosis
    text = "This is what you get when " + ", or when ".join(" and ".join(k.when) for k in found)
    return [Finding("named", text + ".", " ".join(h for k in found for h in k.hint))]


def _some_cases(answer: Answer, candidates: Sequence[Known]) -> list[Finding]:
    """A mistake that explains every wrong case, though some other case is right."""
    wrong = [i for i, bad in enumerate(answer.wrong) if bad]
    found = []
    for known in candidates:
        verdicts = [_verdict(answer, known, i) for i in wrong]
        evidence = sum(_evidence(answer, known, i, v) for i, v in zip(wrong, verdicts, strict=True))
        if "other" not in verdicts and evidence >= MIN_EVIDENCE:
            found.append(known)
    if len(found) != 1:
        return []
    # A label has commas of its own.
    labels = "; ".join(answer.cases[i].label for i in wrong[:3])
    more = f"; and {len(wrong) - 3} more" if len(wrong) > 3 else ""
    text = f"Where it is wrong ({labels}{more}), this is what you get when {found[0].when[0]}."
    return [Finding("partly named", text, found[0].hint[0])]


def _one_part(answer: Answer, candidates: Sequence[Known]) -> list[Finding]:
    """A mistake that explains one result in every case, where another result is wrong otherwise."""
    names = answer.common_names()
    for name in names:
        if all(right[name] for right in answer.right):
            continue
        found = []
        for known in candidates:
            verdicts = [_verdict(answer, known, i, name) for i in range(len(answer.cases))]
            # A result that is zero, or missing its work, is no sign of any one mistake.
            evidence = sum(
                _evidence(answer, known, i, v)
                and not answer.right[i][name]
                and bool(np.any(answer.outcomes[i].values[name]))
                for i, v in enumerate(verdicts)
            )
            touched = {n for n in names if _touches(answer, known, n)}
            contradicted = any(all(right[n] for right in answer.right) for n in touched)
            if "other" not in verdicts and evidence >= MIN_EVIDENCE and not contradicted:
                found.append(known)
        if len(found) == 1:
            text = f"One thing that is wrong: {name} is what you get when {found[0].when[0]}."
            return [Finding("partly named", text, found[0].hint[0])]
    return []


def _touches(answer: Answer, known: Known, name: str) -> bool:
    """Whether a mistake changes the result called `name` in any case."""
    return any(
        values is not None and name in values and not agree(values[name], answer.expected[i][name])
        for i, values in enumerate(known.values)
    )


def _finite(values: dict[str, Any]) -> bool:
    return bool(values) and all(
        bool(np.isfinite(v).all()) for v in values.values() if isinstance(v, np.ndarray)
    )
