"""Practice: a derivation is asked number by number, and typical slips are recognised."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from course.worked import formulas
from course.worked.derivation import Derivation
from course.worked.step import Step, aligned

TOLERANCE = 1e-3  # absolute, and relative for numbers above 1
APART = 4  # tolerances: as far apart are the numbers that a question tells from each other
SAME = 1e-9  # a slip as near to the right number as this can't be seen in the example
TICKS = re.compile("`(.+?)`")


@dataclass(frozen=True)
class Slip:
    """A typical mistake: what happens (it completes "you get this when ...") and its number."""

    when: str
    value: float


@dataclass(frozen=True, eq=False)
class Question:
    """A step whose number is asked, and the slips that are recognised there."""

    step: Step
    slips: Sequence[Slip] = ()

    @property
    def value(self) -> float:
        """The right number."""
        return float(self.step.value.item())

    def visible(self) -> list[Slip]:
        """The slips that change the number in this example."""
        return [slip for slip in self.slips if abs(slip.value - self.value) > SAME]

    def collisions(self) -> int:
        """How many pairs of numbers are too near to be told apart, the right number included."""
        values = [self.value, *(slip.value for slip in self.visible())]
        return sum(
            abs(a - b) <= APART * max(allowed(a), allowed(b))
            for i, a in enumerate(values)
            for b in values[:i]
        )

    def recognise(self, number: float) -> Slip | None:
        """Return the only slip that gives this number; None if there are none or several."""
        found = [slip for slip in self.visible() if abs(number - slip.value) <= allowed(slip.value)]
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True, eq=False)
class Reply:
    """What is said to an answer: `right`, `slip` (its `when`, or None), sentences, steps."""

    right: bool
    slip: str | None
    sentences: Sequence[str]
    steps: Sequence[Step] = ()

    def __repr__(self) -> str:
        sentences = (sentence.replace("`", "") for sentence in self.sentences)
        return "\n".join([*map(repr, self.steps), *sentences])

    def _repr_markdown_(self) -> str:
        shown = [aligned(self.steps)] if self.steps else []
        return "\n\n".join([*shown, *map(_math, self.sentences)])

    def html(self) -> str:
        """Return the sentences in HTML, with LaTeX between dollar signs."""
        lines = (html.escape(_math(sentence), quote=False) for sentence in self.sentences)
        return "".join("<p>" + TICKS.sub(r"<code>\1</code>", line) + "</p>" for line in lines)


class Practice:
    """An example to work out: it asks for one number after the other.

    `answer(number)` takes a number or text such as "0.964" and says whether it is right, to 0.001
    (above 1: to a thousandth of the number), or what slip gives it. `show()` reveals the number
    that is asked for and goes on. `summary()` says how it went. In a notebook the practice shows a
    box to type into, if ipywidgets is there; the methods work everywhere. `seed` draws the same
    example again; `derivation` is the whole solution. `given` are headings of the derivation
    whose tables are shown from the start.

    >>> import numpy as np
    >>> d = Derivation("A neuron", equations=["y = W x + b"])
    >>> for name, value in {"W": 2, "x": 3, "b": 1}.items(): d.give(name, value)
    >>> d.part("Forward")
    >>> _ = d.add("y", "output", "W x + b", np.array(7.0))
    >>> p = Practice(d, [Question(d["y"], [Slip("the bias is left out", 6.0)])])
    >>> p.answer(6)
    Not 6: you get this when the bias is left out.
    Number 1 of 1: y (output) = ?
    >>> p.answer(7)
    y = W x + b = 2·3 + 1 = 7   (output)
    Right.
    Done: 0 of 1 right at once, 1 after another try. Recognised: the bias is left out (y).
    """

    def __init__(
        self,
        derivation: Derivation,
        questions: Sequence[Question],
        seed: int | None = None,
        given: Sequence[str] = (),
    ):
        self.derivation = derivation
        self.questions = list(questions)
        self.seed = seed
        self.given = [part for part in derivation.parts if part.heading in given and part.table]
        self.work = _work(derivation, self.questions)
        self.at = 0
        self.missed: set[str] = set()  # steps with a wrong answer
        self.shown: set[str] = set()
        self.slips: dict[tuple[str, str], None] = {}  # step and slip, in the order met
        self._listeners: list[Callable[[Reply], None]] = []

    @property
    def done(self) -> bool:
        """Whether every number has been found or shown."""
        return self.at == len(self.questions)

    def answer(self, number: float | str) -> Reply:
        """Compare an answer with the number asked for; the reply displays itself.

        Raises ValueError for what is not a finite number.
        """
        got = _number(number)
        if self.done:
            return self.asking()
        question = self.questions[self.at]
        name, value = question.step.name, question.value
        if abs(got - value) <= allowed(value):
            self.at += 1
            steps = self.work[self.at - 1]
            return self._tell(Reply(True, None, ["Right.", self.question()], steps))
        self.missed.add(name)
        slip, written = question.recognise(got), f"{got:.10g}"
        if slip is not None:
            self.slips[name, slip.when] = None
            said = f"Not {written}: you get this when {slip.when}."
        elif abs(got - value) <= 10 * allowed(value):
            said = f"{written} is near; keep four decimals on the way and round at the end."
        else:
            said = f"Not {written}, and no slip that I know; `p.show()` writes the step out."
        return self._tell(Reply(False, slip and slip.when, [said, self.question()]))

    def show(self) -> Reply:
        """Reveal the step that is asked for, with its numbers, and go on to the next."""
        if self.done:
            return self.asking()
        self.shown.add(self.questions[self.at].step.name)
        self.at += 1
        return self._tell(Reply(False, None, [self.question()], self.work[self.at - 1]))

    def question(self) -> str:
        """Say what is asked for now, or at the end how it went; names stand in backticks."""
        if self.done:
            again = (
                f" `seed={self.seed}` draws this example again." if self.seed is not None else ""
            )
            return f"Done: {self.summary()}{again}"
        step = self.questions[self.at].step
        meaning = f" ({step.meaning})" if step.meaning else ""
        return f"Number {self.at + 1} of {len(self.questions)}: `{step.name}`{meaning} = ?"

    def asking(self) -> Reply:
        """Return the question as a reply."""
        return Reply(False, None, [self.question()])

    def summary(self) -> str:
        """Say how many numbers were right at once, and which slips were recognised."""
        names = {question.step.name for question in self.questions[: self.at]}
        later = len(names & self.missed - self.shown)
        parts = [f"{len(names - self.missed - self.shown)} of {len(self.questions)} right at once"]
        parts += [f"{later} after another try"] if later else []
        parts += [f"{len(self.shown)} shown"] if self.shown else []
        said = f"{', '.join(parts)}."
        if self.slips:
            said += f" Recognised: {'; '.join(f'{when} (`{name}`)' for name, when in self.slips)}."
        return said

    def found(self) -> list[Step]:
        """List the steps that have been found or shown so far, and what they rest on."""
        return [step for steps in self.work[: self.at] for step in steps]

    def header(self) -> str:
        """Return what is given, in Markdown."""
        tables = (f"**{part.heading}**\n\n{part.table._repr_markdown_()}" for part in self.given)
        return "\n\n".join([self.derivation.header(), *tables])

    def listen(self, listener: Callable[[Reply], None]) -> None:
        """Call `listener` with every reply from now on."""
        self._listeners.append(listener)

    def _tell(self, reply: Reply) -> Reply:
        for listener in self._listeners:
            listener(reply)
        return reply

    def __repr__(self) -> str:
        blocks = [self.derivation.header_text()]
        blocks += [f"{part.heading}\n{part.table!r}" for part in self.given]
        blocks += ["\n".join(map(repr, self.found()))] if self.at else []
        return "\n\n".join([*blocks, repr(self.asking())])

    def _repr_markdown_(self) -> str:
        found = [aligned(self.found())] if self.at else []
        return "\n\n".join([self.header(), *found, self.asking()._repr_markdown_()])

    def _ipython_display_(self) -> None:
        from IPython.display import display

        from course.worked.textbox import box

        widget = box(self)
        shown = self._repr_markdown_() if widget is None else self.header()
        display({"text/plain": repr(self), "text/markdown": shown}, raw=True)
        if widget is not None:
            display(widget)


def _work(derivation: Derivation, questions: Sequence[Question]) -> list[list[Step]]:
    """For each question, its step and the steps before it that it needs and that are new."""
    steps, seen = {step.name: step for step in derivation}, set()

    def needed(step: Step) -> list[Step]:
        if step.name in seen:
            return []
        seen.add(step.name)
        before = (steps[name] for name in formulas.names(step.expression) if name in steps)
        return [*(new for step in before for new in needed(step)), step]

    return [needed(question.step) for question in questions]


def allowed(value: float) -> float:
    """How far an answer may be from a number: 0.001, or a thousandth of what is above 1."""
    return TOLERANCE * max(1.0, abs(value)) * (1 + 1e-9)


def _number(answer: float | str) -> float:
    if isinstance(answer, str):
        text = answer.strip().replace("−", "-")
        if text.count(",") == 1 and "." not in text:  # a decimal comma
            text = text.replace(",", ".")
    else:
        text = answer.item() if getattr(answer, "size", None) == 1 else answer
    try:
        number = float(text)
    except (TypeError, ValueError, RuntimeError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"answer: {answer!r} is no number; type one such as 0.964.")
    return number


def _math(sentence: str) -> str:
    """Set the names in backticks as mathematics; a call such as `p.show()` stays code."""
    return TICKS.sub(
        lambda match: (
            match[0] if re.search(r"[(]|^seed", match[1]) else f"${formulas.symbol(match[1])}$"
        ),
        sentence,
    )
