"""Telling a student what is wrong: the diagnosis, shapes and NaN, errors in their own lines."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from course.checks.answer import Finding
from course.checks.calls import Fault, Outcome, tensors
from course.checks.diagnosis import diagnose
from course.checks.expected import Exercise
from course.checks.failing import failing_call
from course.checks.report import Report

# What PyTorch says -> what a beginner can do about it.
ADVICE = (
    (
        r"before Module.__init__|has no attribute '_(parameters|modules|buffers)'",
        "Begin __init__ with super().__init__().",
    ),
    (
        r"must be Tensor, not (Linear|Conv|Embedding|LSTM|GRU|RNN|Sequential|\w*Norm|\w+LU)",
        "A layer is no number yet: make it in __init__, and call it on x in forward.",
    ),
    (
        r"'Tensor' object is not callable",
        "A tensor stands where a layer should: was it called in __init__ already?",
    ),
    (
        r"_forward_unimplemented",
        "The class has no method `forward`; is it indented into the class?",
    ),
    (r"max_all.*Complex", "These numbers are complex; take .abs() first."),
    (r"bitwise_xor", "`^` is no power in Python; a square is `** 2`."),
    (
        r"same dtype|Float and Double|Double and Float|dtype Float|dtype Double|scalar type",
        "The inputs here are float64: give a new tensor dtype=x.dtype, or make it from an input.",
    ),
    (
        r"modified by an inplace operation|leaf Variable that requires grad",
        "A tensor that the gradient still needs was overwritten: do you write into an input, or "
        "read from a buffer that you write to later?",
    ),
    (
        r"non-empty TensorList|need at least one array",
        "Nothing was collected: does the loop run for every step, even if there is only one?",
    ),
    (
        r"shapes cannot be multiplied|size mismatch|inconsistent tensor size|must match the size",
        "Write the shape of each factor beside it; which side does the vector stand on?",
    ),
)


def explain(
    report: Report, exercise: Exercise, outcomes: Sequence[Outcome], wrong: Sequence[Sequence[str]]
) -> list[Finding]:
    """Put into a report what is wrong, the most telling first; `wrong` holds, case by case, the
    leaves that are not right.

    Returns what the diagnosis has found.
    """
    bad = [i for i, names in enumerate(wrong) if names]
    findings = diagnose(exercise, outcomes)
    named = [finding for finding in findings if finding.hint]
    report.messages += [finding.text for finding in named]
    report.hints += [finding.hint for finding in named]
    report.messages += _structure(exercise, outcomes, wrong)
    report.messages += _faults(exercise, outcomes, bad)
    report.messages += [finding.text for finding in findings if not finding.hint]
    changed = sorted({name for outcome in outcomes for name in outcome.changed})
    weights = [name.removeprefix("weights.") for name in changed if name.startswith("weights.")]
    changed = [name for name in changed if not name.startswith("weights.")]
    if changed:
        report.messages.append(
            f"It changes its input {', '.join(changed)}; whoever called it still needs that as it "
            "was. Work on a new tensor (x.detach().clone()), or on a new list or dict."
        )
    if weights:
        report.messages.append(
            f"Going forward changes {', '.join(weights)}; weights are for the optimiser to change."
        )
    return findings


def show_failing(
    report: Report, exercise: Exercise, outcomes: Sequence[Outcome], wrong: Sequence[Sequence[str]]
) -> None:
    """Put into a report the first failing call, with what it takes to repeat it."""
    case, outcome = next(
        pair for *pair, names in zip(exercise.cases, outcomes, wrong, strict=True) if names
    )
    report.inputs = {name: tensors(value) for name, value in case.inputs.items()}
    report.failing = failing_call(exercise, case, outcome)


def _faults(exercise: Exercise, outcomes: Sequence[Outcome], bad: Sequence[int]) -> list[str]:
    """Errors and unreadable results, each said once, with the first case that shows it."""
    groups: dict[tuple, list[int]] = {}
    for i in bad:
        if fault := outcomes[i].fault:
            groups.setdefault((fault.kind, fault.exception, fault.line), []).append(i)
    texts = []
    for cases in groups.values():
        where = ""
        if len(cases) < len(outcomes):
            others = f", and in {len(cases) - 1} more" if len(cases) > 1 else ""
            where = f" (in the case: {exercise.cases[cases[0]].label}{others})"
        fault = outcomes[cases[0]].fault
        assert fault
        texts.append(_fault_text(fault, where))
    return texts[:3]


def _fault_text(fault: Fault, where: str) -> str:
    at = f" in line {fault.line}, `{fault.code}`" if fault.line and fault.code else ""
    first = fault.message.splitlines()[0]
    if fault.kind == "interrupted":
        return f"{first} It was{at or ' running'}{where}."
    if fault.kind in ("error", "not attempted"):
        advice = next((text for pattern, text in ADVICE if re.search(pattern, fault.message)), "")
        stop = "" if first.endswith((".", "?", "!")) else "."
        return f"It stopped{at}{where} with {fault.exception}: {first}{stop} {advice}".rstrip()
    return f"{first.rstrip('.')}{where}." if where else first


def _structure(
    exercise: Exercise, outcomes: Sequence[Outcome], wrong: Sequence[Sequence[str]]
) -> list[str]:
    """Wrong shapes, NaN, infinity and cut-off decimals, each said once."""
    texts: dict[tuple[str, str], str] = {}  # by result and kind: one case of each is enough
    for i, names in enumerate(wrong):
        for name in names:
            got, want = outcomes[i].values.get(name), exercise.cases[i].expected()[name]
            if not isinstance(got, np.ndarray) or not isinstance(want, np.ndarray):
                continue
            shown = "The result" if name == "result" else name
            label = exercise.cases[i].label
            if got.shape != want.shape:
                extra = " An axis of size 1 is too many or missing." if _squeezed(got, want) else ""
                kind = "shape"
                text = f"{shown} has shape {got.shape}; expected {want.shape} ({label}).{extra}"
            elif np.isnan(got).any() and not np.isnan(want).any():
                kind = "nan"
                text = f"{shown} holds NaN ({label})."
            elif np.isinf(got).any() and np.isfinite(want).all():
                kind = "infinite"
                text = f"{shown} holds an infinite number ({label})."
            elif got.dtype.kind == "b" and want.dtype.kind != "b":
                kind = "truths"
                text = f"{shown} holds True and False; expected numbers."
            elif got.dtype.kind in "iu" and want.dtype.kind == "f":
                kind = "integers"
                text = f"{shown} holds integers ({got.dtype}), so its decimals were cut off."
            else:
                continue
            texts.setdefault((name, kind), text)
    return list(texts.values())[:3]


def _squeezed(got: np.ndarray, want: np.ndarray) -> bool:
    same = [n for n in got.shape if n != 1] == [n for n in want.shape if n != 1]
    return same and got.ndim != want.ndim
