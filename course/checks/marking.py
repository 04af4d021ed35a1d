"""Marking a quiz: a student's letters, with an explanation for each choice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from course.checks.calls import Printed, fault_of, quiet
from course.checks.expected import Quiz
from course.checks.report import NOT_ATTEMPTED, RIGHT, WRONG, Line, Report


def mark(function: Callable, key: Quiz) -> Report:
    """The report of one quiz; a question without an answer is neither right nor wrong."""
    report = Report(key.name, NOT_ATTEMPTED, points=key.points, counted="questions right")
    printed = Printed()
    try:
        with quiet(printed):
            answers = function()
    except NotImplementedError:
        return report
    except BaseException as error:
        fault = fault_of(error, function, "error")
        report.state = WRONG
        report.messages = [f"It stopped with {fault.exception}: {fault.message}"]
        if fault.exception == "NameError":
            report.messages.append('Letters need quotes, as in {1: "A"}.')
        return report
    if not isinstance(answers, Mapping):
        report.state = WRONG
        report.messages = [
            f"{key.name}() returned {type(answers).__name__}; expected a dict such as "
            '{1: "A", 2: "B"}.'
        ]
        return report
    given = {_text(n).lower().removeprefix("question").strip(): x for n, x in answers.items()}
    report.lines = [_line(number, q, given.get(number)) for number, q in key.questions.items()]
    right = sum(line.state == RIGHT for line in report.lines)
    report.score = right / len(report.lines)
    unanswered = all(line.state == NOT_ATTEMPTED for line in report.lines)
    if not unanswered:
        report.state = RIGHT if right == len(report.lines) else WRONG
    unknown = [number for number in given if number not in key.questions]
    if unknown:
        report.notes.append(f"There is no question {', '.join(unknown)}.")
    return report


def _line(number: str, question: Mapping[str, Any], given: Any) -> Line:
    title = f"Question {number}"
    if given is None or given is ... or not _text(given).strip():
        return Line(title, NOT_ATTEMPTED)
    letter = _text(given).strip(" .()\n\t").upper()
    if letter not in question["why"]:
        letters = ", ".join(question["why"])
        return Line(title, WRONG, f"{_text(given)[:20]!r} is not one of {letters}.")
    state = RIGHT if letter == question["right"] else WRONG
    return Line(title, state, f"{letter}. {question['why'][letter]}")


def _text(value: Any) -> str:
    try:
        return str(value)
    except Exception:
        return type(value).__name__
