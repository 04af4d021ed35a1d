"""Examining one exercise: probe the student's function, compare outside, say what is wrong."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from course.checks.calls import Outcome
from course.checks.expected import Exercise, Quiz
from course.checks.kinds import outcomes_of
from grading.judge import comparing, orders
from grading.judge.cells import Script
from grading.judge.hidden import Drawn
from grading.judge.material import CourseFolder, Material
from grading.judge.reviewing import reviewed
from grading.judge.sandbox import Died, Limits
from grading.judge.verdict import ERROR, INTERNAL, NOT_ATTEMPTED, PASS, Verdict

Ask = Callable[[dict[str, Any], float], Mapping[str, Any]]  # an order, and seconds to wait
UNREADABLE = "What it returned can't be read as the result that the exercise asks for."


class Examiner:
    """Examines a student's exercises, whose functions the rooms hold that `ask` talks with."""

    def __init__(
        self, script: Script, course: CourseFolder, material: Material, limits: Limits
    ) -> None:
        self.script, self.course, self.material, self.limits = script, course, material, limits
        # What was not right when all were probed in one process.
        self.doubtful: dict[str, tuple[Verdict, list[Outcome]]] = {}

    def rehearsed(self, names: Sequence[str], ask: Ask) -> dict[str, Verdict]:
        """The verdicts on those exercises of which it is clear what they are when all are probed
        one after the other in one process, which is much quicker than a process for each.

        What is not right might be so because of what another one did: it is left out here. What is
        right only because of what another one did goes unnoticed, unless that one comes before it
        in the chapter, as it would: the last exercise is the first to be called.
        """
        rows = {name: order for name in reversed(names) if (order := self._order(name))}
        found = {}
        for name, reply in self._together(rows, ask):
            with contextlib.suppress(Exception):  # it will be told when it is probed by itself
                outcomes: list[Outcome] = []
                verdict = self._rehearsal(name, reply, outcomes)
                if verdict.verdict in (PASS, NOT_ATTEMPTED):
                    found[name] = verdict
                elif outcomes:
                    self.doubtful[name] = verdict, outcomes
        return found

    def recognised(self, ask: Ask) -> dict[str, Verdict]:
        """The verdicts on those doubtful exercises that show a listed mistake and nothing else.

        The cases that check() shows are run for all of them in one process, the first exercise
        first. To make a right function give a listed mistake's own figures in every case, both
        times, would take one function after it in the chapter and another one before it.
        """
        names = [name for name in self.material.visible if name in self.doubtful]
        if len(names) < 2:
            return {}  # the process that it would get is its own in any case
        rows = {name: orders.exercise(self.material.visible[name]) for name in names}
        found = {}
        for name, reply in self._together(rows, ask):
            with contextlib.suppress(Exception):
                visible, (verdict, _) = self.material.visible[name], self.doubtful[name]
                source = self.script.sources.get(name, "")
                seen = comparing.outcomes(reply, visible, source)
                if not comparing.borne_out(verdict, visible, seen):
                    continue
                if told := comparing.recognised(verdict, visible, seen):
                    found[name] = told
                    del self.doubtful[name]
        return found

    def _together(
        self, rows: Mapping[str, dict[str, Any]], ask: Ask
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The replies of those exercises that answered, all being probed in one process."""
        seconds = self.limits.rehearsal_seconds
        numbered = {str(n): order for n, order in enumerate(rows.values())}
        full = {"probes": len(rows), "cpu_seconds": seconds, "seconds": seconds}
        replies = ask(full | numbered, seconds)
        for number, name in enumerate(rows):
            reply = replies.get(str(number))
            if isinstance(reply, Mapping) and {"quiz", "outcomes"} & reply.keys():
                yield name, reply

    def _order(self, name: str) -> dict[str, Any] | None:
        """What a probe needs for an exercise, None where its key fails."""
        if isinstance(self.material.visible[name], Quiz):
            return orders.quiz(name)
        try:
            return self._drawn(name).order
        except Exception:  # it will be told when the exercise is probed by itself
            return None

    def _rehearsal(self, name: str, reply: Any, found: list[Outcome]) -> Verdict:
        visible = self.material.visible[name]
        if isinstance(visible, Quiz):
            return comparing.quiz_verdict(reply, visible)
        return self._compared(self._drawn(name).exercise, reply, found)

    def verdicts(self, name: str, ask: Ask) -> Iterator[Verdict]:
        """The verdict on one exercise, and then, where it is wrong, the same with a diagnosis.

        Whoever waits keeps the last one that came: the diagnosis runs the function again, and
        that may be the end of the room.
        """
        visible = self.material.visible[name]
        if isinstance(visible, Quiz):
            reply = self._probe(ask, orders.quiz(name))
            yield self._settled(name, reply) or self._ours(
                name, lambda: comparing.quiz_verdict(reply, visible)
            )
            return
        if name in self.doubtful:
            verdict, found = self.doubtful.pop(name)
            seen = self._seen(ask, visible)
            if comparing.borne_out(verdict, visible, seen):
                yield verdict
                yield self._ours(name, lambda: self._explained(verdict, visible, seen, found))
                return
        yield from self._alone(name, visible, ask)

    def _alone(self, name: str, visible: Exercise, ask: Ask) -> Iterator[Verdict]:
        """The verdicts on an exercise that nothing is known of yet."""
        try:
            drawn = self._drawn(name)
        except Exception as error:  # the key's own code failed: our fault, whatever it is
            yield self.internal(name, f"{type(error).__name__}: {error}")
            return
        reply = self._probe(ask, drawn.order)
        settled = self._settled(name, reply)
        if settled:
            yield settled
            return
        found: list[Outcome] = []
        verdict = self._ours(name, lambda: self._compared(drawn.exercise, reply, found))
        yield verdict
        if verdict.verdict not in (PASS, NOT_ATTEMPTED, INTERNAL) and found:
            seen = self._seen(ask, visible)
            yield self._ours(name, lambda: self._explained(verdict, visible, seen, found))

    def died(self, name: str, how: str) -> Verdict:
        """The verdict on an exercise that ended its room."""
        points = self.material.visible[name].points
        return comparing.died(name, points, how, self.limits.probe_seconds)

    def internal(self, name: str, reason: str) -> Verdict:
        """The verdict where the grader failed."""
        points = self.material.visible[name].points
        return Verdict(name, INTERNAL, None, points, review=(reason[: comparing.SENTENCE],))

    def _probe(self, ask: Ask, order: dict[str, Any]) -> Mapping[str, Any]:
        limits = self.limits
        full = {"probe": order, "cpu_seconds": limits.probe_seconds, "seconds": limits.probe_wall}
        return ask(full, limits.probe_wall)

    def _drawn(self, name: str) -> Drawn:
        return self.course.drawn(self.material, name)

    def _compared(self, own: Exercise, reply: Mapping[str, Any], found: list[Outcome]) -> Verdict:
        """The verdict on a reply, which is left in `found` as outcomes."""
        found[:] = comparing.outcomes(reply, own, self.script.sources.get(own.name, ""))
        verdict = comparing.verdict(own, found)
        return reviewed(verdict, reply, own.forbidden, self.script, self.material.released)

    def _settled(self, name: str, reply: Mapping[str, Any]) -> Verdict | None:
        """The verdict on a probe that brought no results, None if it brought some."""
        points = self.material.visible[name].points
        if reply.get("died") == "exit -9":
            raise Died("exit")  # the kernel may have done that, short of memory: once more
        if "died" in reply:
            return comparing.died(name, points, str(reply["died"]), self.limits.probe_seconds)
        if "broken" in reply:
            raise Died("broken")
        if reply.get("missing") is True:
            return self._missing(name, points)
        if reply.get("misfit") is True:
            names = ", ".join(self.material.visible[name].arguments)
            text = f"The stub's arguments are ({names}), in this order; yours are others."
            return Verdict(name, ERROR, 0.0, points, messages=(text,))
        return None

    def _missing(self, name: str, points: float) -> Verdict:
        """Why there is no function of this name."""
        cell = self.script.cell_of(name)
        if cell is None:
            return Verdict(name, NOT_ATTEMPTED, 0.0, points)
        if cell.id in self.script.fatal:
            how = self.script.fatal[cell.id]
            return comparing.died(name, points, how, self.limits.cell_seconds)
        text = f"After the notebook has run there is no function called {name}."
        if error := self.script.error_of(cell):
            text = f"Its cell stopped before the function was made: {error}"
        return Verdict(name, ERROR, 0.0, points, messages=(text,))

    def _seen(self, ask: Ask, visible: Exercise) -> Sequence[Outcome] | None:
        """The outcomes of the cases that check() shows, None if there are none."""
        try:
            reply = self._probe(ask, orders.exercise(visible))
            return comparing.outcomes(reply, visible, self.script.sources.get(visible.name, ""))
        except comparing.Refused:
            return None

    def _explained(
        self,
        verdict: Verdict,
        visible: Exercise,
        seen: Sequence[Outcome] | None,
        found: Sequence[Outcome],
    ) -> Verdict:
        drawn = self._drawn(verdict.name)
        needed = seen is None or comparing.all_right(visible, seen)
        own = drawn.known if needed else drawn.exercise
        return comparing.told(verdict, visible, seen, own, found)

    def _ours(self, name: str, work: Callable[[], Verdict]) -> Verdict:
        """A verdict from our own code; where that fails it must be known whose fault it is."""
        try:
            return work()
        except comparing.Refused as refusal:
            return self.tampered(name, str(refusal))
        except Exception as error:
            if self._compares(name):
                return self.tampered(name, "its results could not be compared")
            return self.internal(name, f"{type(error).__name__}: {error}")

    def _compares(self, name: str) -> bool:
        """Whether the key's own solution can be compared: then ours is not at fault."""
        try:
            own, key = self._drawn(name).exercise, self.material.keys[name]
            return comparing.verdict(own, outcomes_of(key.solution, own)).verdict == PASS
        except Exception:
            return False

    def tampered(self, name: str, what: str) -> Verdict:
        """The verdict on a reply that no honest answer causes; a person should look at it."""
        points = self.material.visible[name].points
        review = (f"{what}: tampered with, or something that the grader did not foresee",)
        return Verdict(name, ERROR, 0.0, points, messages=(UNREADABLE,), review=review)

    def works(self, name: str, ask: Ask) -> bool:
        """Whether a probe of this exercise comes back from a room without student code."""
        ask({"cell": f"def {name}(*args, **kwargs): raise NotImplementedError", "seconds": 5}, 5)
        visible = self.material.visible[name]
        quiz = isinstance(visible, Quiz)
        order = orders.quiz(name) if quiz else orders.exercise(visible)
        return "broken" not in self._probe(ask, order)
