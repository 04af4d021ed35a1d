"""From what a probe sent to a verdict: checking the reply, comparing it, telling the student.

A reply comes from a process full of student code. What is not exactly as it should be is refused
here; what is left are numbers, and the scores come from comparing them with the oracle's.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from course.checks.answer import Finding
from course.checks.calls import Fault, Outcome
from course.checks.diagnosis import diagnose
from course.checks.expected import Case, Exercise, Quiz
from course.checks.explain import explain
from course.checks.marking import mark
from course.checks.report import NOT_ATTEMPTED as REPORT_NOT_ATTEMPTED
from course.checks.report import RIGHT, Report
from course.checks.scoring import score, wrong_by_case
from grading.judge.verdict import (
    ERROR,
    MEMORY,
    NOT_ATTEMPTED,
    PASS,
    TIMEOUT,
    WRONG,
    Criterion,
    Verdict,
)

SENTENCE = 600  # characters of any text that a room may contribute
LONG, AXES = 10_000, 8  # characters of a text, axes of an array among the results
KINDS = ("not attempted", "error", "interrupted", "returned", "gradient")
FORM = {"values": dict, "changed": list, "itemsize": int}
# A class of the student's own could carry an input out in its name.
KNOWN = {n for n, thing in vars(builtins).items() if isinstance(thing, type)} | {"LinAlgError"}
OUT_OF_MEMORY = re.compile(r"can't allocate memory|not enough memory|Unable to allocate")


NO_LETTERS = {
    "stopped": "It stopped with an error before it returned any letters.",
    "no quotes": 'It stopped with NameError: letters need quotes, as in {1: "A"}.',
    "no dict": 'It returned no dict such as {1: "A", 2: "B"}.',
}


class Refused(Exception):
    """A reply that no honest probe sends; the message is for the person who grades."""


def outcomes(reply: Any, exercise: Exercise, source: str) -> list[Outcome]:
    """The outcomes that a reply holds, one a case. Raises `Refused`.

    `source` is the student's own cell: only lines that stand in it are taken for hers.
    """
    rows = reply.get("outcomes") if isinstance(reply, Mapping) else None
    if type(rows) is not list or len(rows) != len(exercise.cases):
        raise Refused("the probe's reply does not hold one result for each call")
    pairs = zip(rows, exercise.cases, strict=True)
    return [_outcome(row, case, source.splitlines()) for row, case in pairs]


def _outcome(row: Any, case: Case, lines: Sequence[str]) -> Outcome:
    if type(row) is not dict or not all(type(row.get(n)) is t for n, t in FORM.items()):
        raise Refused("the probe's reply is not of the form that a probe sends")
    values, wanted = row["values"], case.expected()
    for name, value in values.items():
        array = type(value) is np.ndarray
        if not (array or value is None or type(value) in (bool, int, float, str)):
            raise Refused("a result in the probe's reply is no number, text or array")
        # check() reads an array where an array is asked for, and nothing else there.
        if array != (type(wanted.get(name, value)) is np.ndarray) or np.ndim(value) > AXES:
            raise Refused("a result in the probe's reply is not of the kind that was asked for")
    return Outcome(
        values={name: v[:LONG] if type(v) is str else v for name, v in values.items()},
        fault=_fault(row["fault"], lines) if row.get("fault") is not None else None,
        changed=tuple(name for name in case.inputs if name in row["changed"][:20]),
        itemsize=_itemsize(values, row["itemsize"]),
    )


def _itemsize(values: Mapping[str, Any], claimed: int) -> int:
    """Bytes a number, as far as the arrays bear it out: bfloat16 comes as float32."""
    floats = [v.dtype.itemsize for v in values.values() if isinstance(v, np.ndarray)]
    least = min([size for size in floats if size in (2, 4, 8)], default=8)
    return 2 if claimed == 2 and least <= 4 else least


def _fault(row: Any, lines: Sequence[str]) -> Fault:
    if type(row) is not dict or type(row.get("kind")) is not str or row["kind"] not in KINDS:
        raise Refused("the probe's reply tells of a fault that does not exist")
    line, code = row.get("line"), _text(row.get("code"))
    hers = type(line) is int and 0 < line <= len(lines) and lines[line - 1].strip() == code
    exception = _text(row.get("exception"))
    return Fault(
        kind=row["kind"],
        message=_text(row.get("message")) or "no message",
        exception=exception if exception in KNOWN else "an error",
        line=line if hers else None,
        code=code[:200] if hers else "",
    )


def _text(value: Any) -> str:
    return value[:SENTENCE] if type(value) is str else ""


def verdict(hidden: Exercise, found: Sequence[Outcome]) -> Verdict:
    """The verdict on hidden cases, without any word that could tell one of them."""
    faults = [outcome.fault for outcome in found]
    if all(fault and fault.kind == "not attempted" for fault in faults):
        return Verdict(hidden.name, NOT_ATTEMPTED, 0.0, hidden.points)
    wrong = wrong_by_case(hidden, found)
    lines, share = score(hidden, wrong)
    criteria = tuple(Criterion(line.title, line.state == RIGHT, line.note) for line in lines)
    if not any(wrong):
        return Verdict(hidden.name, PASS, 1.0, hidden.points, criteria)
    kind = WRONG
    if all(fault and fault.kind in ("error", "not attempted") for fault in faults):
        kind = MEMORY if any(map(_out_of_memory, faults)) else ERROR
    messages = tuple(dict.fromkeys(_where(fault) for fault in faults if fault))[:3]
    return Verdict(hidden.name, kind, min(1.0, share), hidden.points, criteria, messages)


def _out_of_memory(fault: Fault | None) -> bool:
    return fault is not None and (
        fault.exception == "MemoryError" or bool(OUT_OF_MEMORY.search(fault.message))
    )


def _where(fault: Fault) -> str:
    """A fault without its message, which could carry an input out."""
    if fault.kind in ("returned", "gradient"):
        return "What it returned can't be read as the result that the exercise asks for."
    at = f" in line {fault.line}, `{fault.code}`" if fault.line else ""
    return f"It stopped{at} with {fault.exception}."


def all_right(visible: Exercise, seen: Sequence[Outcome] | None) -> bool:
    """Whether every case that check() shows came out right."""
    return seen is not None and not any(wrong_by_case(visible, seen))


def told(
    judged: Verdict,
    visible: Exercise,
    seen: Sequence[Outcome] | None,
    hidden: Exercise,
    found: Sequence[Outcome],
) -> Verdict:
    """The same verdict with what the student should know: in the words of check(), from the cases
    that check() shows her; from hidden cases only what names no number."""
    if seen is not None and (shown := _shown(visible, seen)):
        report, _ = shown
        return _with(judged, report.messages, report.hints)
    findings = diagnose(hidden, found)
    texts = [finding.text for finding in findings]
    if seen is not None:
        texts.insert(
            0,
            "It is right on the cases that check() shows and wrong on others: does it compute "
            "every result from its arguments, on every call?",
        )
    return _with(judged, [*texts, *judged.messages], [f.hint for f in findings if f.hint])


def borne_out(judged: Verdict, visible: Exercise, seen: Sequence[Outcome] | None) -> bool:
    """Whether all that is wrong is wrong, too, on the cases that check() shows: of those the build
    has made sure what the oracle says, and that nothing fails by chance."""
    if seen is None:
        return False
    shown = verdict(visible, seen)
    wrong = {criterion for criterion in judged.criteria if not criterion.met}
    return judged.verdict == shown.verdict and wrong <= set(shown.criteria)


def recognised(judged: Verdict, visible: Exercise, seen: Sequence[Outcome]) -> Verdict | None:
    """The same verdict told, where all cases that check() shows gave what one listed mistake gives,
    digit by digit; None where they did not."""
    shown = _shown(visible, seen)
    if not shown:
        return None
    report, findings = shown
    if not any(finding.kind == "named" for finding in findings):
        return None
    return _with(judged, report.messages, report.hints)


def _shown(visible: Exercise, seen: Sequence[Outcome]) -> tuple[Report, list[Finding]] | None:
    """What check() says of the cases that it shows, None if all are right."""
    wrong = wrong_by_case(visible, seen)
    if not any(wrong):
        return None
    report = Report(visible.name, WRONG)
    return report, explain(report, visible, seen, wrong)


def _with(judged: Verdict, messages: Sequence[str], hints: Sequence[str]) -> Verdict:
    return replace(
        judged, messages=tuple(dict.fromkeys(messages)), hints=tuple(dict.fromkeys(hints))
    )


def quiz_verdict(reply: Any, key: Quiz) -> Verdict:
    """The verdict on a quiz's answers."""
    answers = reply.get("quiz") if isinstance(reply, Mapping) else ()
    if type(answers) is str:
        text = NO_LETTERS.get(answers, NO_LETTERS["stopped"])
        return Verdict(key.name, ERROR, 0.0, key.points, messages=(text,))
    if answers is None:
        return Verdict(key.name, NOT_ATTEMPTED, 0.0, key.points)
    try:
        given = {
            number: letter for number, letter in answers if type(letter) is type(number) is str
        }
    except (TypeError, ValueError):
        raise Refused("the reply on the quiz is not of the form that a probe sends") from None

    def quiz() -> dict[str, str]:
        return given

    report = mark(quiz, key)
    if report.state == REPORT_NOT_ATTEMPTED:
        return Verdict(key.name, NOT_ATTEMPTED, 0.0, key.points)
    return Verdict(
        key.name,
        PASS if report.state == RIGHT else WRONG,
        float(np.clip(report.score, 0.0, 1.0)),
        key.points,
        tuple(Criterion(line.title, line.state == RIGHT, line.note) for line in report.lines),
        tuple(report.messages),
    )


def died(name: str, points: float, how: str, seconds: float) -> Verdict:
    """The verdict on an exercise whose probe or room ended instead of answering."""
    if how == "timeout":
        text = f"It ran longer than {seconds:g} seconds and was stopped; is there an endless loop?"
        return Verdict(name, TIMEOUT, 0.0, points, messages=(text,))
    if how in ("memory", "exit 86"):
        text = "It asked for more memory than a notebook may use, and was stopped."
        return Verdict(name, MEMORY, 0.0, points, messages=(text,))
    text = "The program ended in the middle of the call: does it exit, crash, or end a process?"
    return Verdict(name, ERROR, 0.0, points, messages=(text,))
