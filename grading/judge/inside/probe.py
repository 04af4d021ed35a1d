"""Probing one exercise: call the student's function on the judge's inputs and send what came.

This runs in a fork of its own with student code all around it, so it may be lied to; the judge
believes nothing but the numbers, which it compares outside.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import torch

from course.checks import expected
from course.checks.calls import Outcome
from course.checks.kinds import misfit, outcomes_of

# Where PyTorch, the standard library and this package lie: not the student's own code.
_INSTALLED = re.compile("|".join(map(re.escape, {sys.prefix, sys.base_prefix, "/judge/"})))
LETTERS = 64  # characters of a quiz's answer that are looked at


def answer(order: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    """The reply to one order of the judge's: outcomes case by case, or why there are none."""
    torch.set_num_threads(1)  # a fork in a process with OpenMP threads would wait for them
    if order["name"] not in names:
        return {"missing": True}
    target = names[order["name"]]
    if order["kind"] == "quiz":
        return {"quiz": _letters(target)}
    exercise = read_exercise(order)
    reply: dict[str, Any] = {"misfit": _misfit(target, exercise)}
    if not reply["misfit"]:
        used = _Used(order["forbidden"])
        if exercise.kind == "function":
            outcomes = outcomes_of(used.watched(target), exercise)
        else:
            with used:
                outcomes = outcomes_of(target, exercise)
        reply |= {"outcomes": [plain(outcome) for outcome in outcomes], "used": used.found()}
    return reply


def _misfit(target: Any, exercise: expected.Exercise) -> bool:
    """Whether the stub's arguments were changed; a function may lie about its own, to no use."""
    try:
        return bool(misfit(target, exercise))
    except Exception:
        return False


def read_exercise(order: Mapping[str, Any]) -> expected.Exercise:
    """An exercise without answers, of the fields that `order` holds."""
    fields = dict(order["exercise"])
    for name in ("arguments", "parts", "hints", "forbidden", "mistakes", "pairs"):
        fields[name] = tuple(fields.get(name) or ())
    fields["cases"] = tuple(expected.Case(**_case(row)) for row in fields["cases"])
    return expected.Exercise(**fields)


def _case(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"criterion": "", "label": "", "diagnostic": False, "gradients": {}} | dict(row)


def plain(outcome: Outcome) -> dict[str, Any]:
    """An outcome as a value tree."""
    row = dict(vars(outcome))
    row["fault"] = asdict(outcome.fault) if outcome.fault else None
    row["changed"] = [str(name) for name in outcome.changed]
    return row


def _letters(target: Any) -> Any:
    """A quiz's answers as [question, letter] rows, or a word for why there are none."""
    try:
        answers = target()
        if not isinstance(answers, Mapping):
            return "no dict"
        # None and ... stand for "no answer yet"
        rows = [(n, "" if x is None or x is ... else x) for n, x in list(answers.items())]
        return [[str(n)[:LETTERS], str(letter)[:LETTERS]] for n, letter in rows[:1000]]
    except NotImplementedError:
        return None
    except NameError:
        return "no quotes"
    except BaseException:
        return "stopped"


class _Used:
    """Whether a forbidden function runs while this is entered, by whatever name it is called."""

    def __init__(self, names: Sequence[str]) -> None:
        # By identity: a code's hash is made of all that it holds, anew at every question.
        self.codes: dict[int, str] = {}
        self.builtins: dict[int, str] = {}
        self.bare = {name for name in names if "." not in name}  # whatever it belongs to
        self.seen: set[str] = set()
        self.alive: list[Any] = []  # or another thing could be where one of these was
        for name in names:
            for thing in _things(name):
                code = getattr(thing, "__code__", None)
                if code is not None:
                    self.codes[id(code)] = name
                else:
                    self.builtins[id(thing)] = name
                self.alive.append((thing, code))

    def found(self) -> list[str]:
        return sorted(self.seen)

    def watched(self, target: Any) -> Any:
        """The same function, looked at while it runs: looking at our own work takes longer."""
        if not (self.codes or self.builtins or self.bare):
            return target

        def watched(**arguments: Any) -> Any:
            with self:
                return target(**arguments)

        watched.__wrapped__ = target  # type: ignore[attr-defined]  # whose lines are told
        return watched

    def __enter__(self) -> _Used:
        if self.codes or self.builtins or self.bare:
            look = self._looker()
            threading.setprofile(look)
            sys.setprofile(look)
        return self

    def __exit__(self, *error: Any) -> None:
        sys.setprofile(None)
        threading.setprofile(None)

    def _looker(self) -> Callable[[Any, str, Any], None]:
        """What is called whenever anything is called or returns: it has to be quick."""
        codes, builtins, bare, seen = self.codes, self.builtins, self.bare, self.seen

        def look(frame: Any, event: str, argument: Any) -> None:
            if event == "c_call":
                whole, caller = builtins.get(id(argument)), frame
                name = getattr(argument, "__name__", "") if bare else ""
            elif event == "call":
                code, caller = frame.f_code, frame.f_back
                whole, name = codes.get(id(code)), code.co_name
            else:
                return
            if whole:
                seen.add(whole)
            elif name in bare and caller and not _INSTALLED.match(caller.f_code.co_filename):
                seen.add(name)

        return look


def _things(name: str) -> list[Any]:
    """What a dotted name of a key ("nn.RNN", "F.conv2d", "torch.flip") stands for."""
    roots = {"nn": torch.nn, "F": torch.nn.functional, "torch": torch, "np": sys.modules["numpy"]}
    first, *rest = name.split(".")
    thing: Any = roots.get(first, roots["torch"] if rest else None)
    for part in rest if first in roots else name.split("."):
        thing = getattr(thing, part, None)
    if isinstance(thing, type):
        return [vars(thing)[method] for method in ("forward", "__init__") if method in vars(thing)]
    return [] if thing is None else [thing]
