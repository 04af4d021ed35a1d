"""Judging one submission: run its cells, probe its functions, compare outside.

A room that dies takes one cell or one exercise with it; the rest is tried again in a new room. So
every round settles something, and a submission's time is bounded as a whole.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from typing import Any

from nbformat import NotebookNode

from grading.judge import warm
from grading.judge.cells import Script
from grading.judge.examining import Ask, Examiner
from grading.judge.material import CourseFolder
from grading.judge.sandbox import Broken, Died, Limits, Room
from grading.judge.verdict import INTERNAL, NOT_ATTEMPTED, PASS, TIMEOUT, Judgement, Verdict

GRACE = 10.0  # seconds beyond a room's own limits after which the judge ends it
TRIES = 2  # of a sandbox that breaks
SETTLED = (PASS, NOT_ATTEMPTED, INTERNAL)  # verdicts that another run would not better


def judge(
    notebook: NotebookNode, student: str, course: CourseFolder, limits: Limits | None = None
) -> Judgement:
    """The judgement on a restored notebook. Raises `NoSandbox`, and `BuildError` for a key.

    A fault of the grader's own gives `internal` verdicts, never an exception and never a zero.
    """
    started = time.monotonic()
    about = notebook.metadata.get("course", {})
    name = about.get("chapter", "")
    material = course.material(name)
    limits = limits or Limits()
    script = Script(notebook)
    for exercise in material.keys:  # once a class, and not at the expense of a student's time
        with contextlib.suppress(Exception):  # told where the exercise is examined
            course.drawn(material, exercise)
    if about.get("problem"):
        verdicts = {
            n: Verdict(n, NOT_ATTEMPTED, 0.0, e.points) for n, e in material.visible.items()
        }
    else:
        examiner = Examiner(script, course, material, limits)
        verdicts = _Trial(script, examiner, limits).verdicts(list(material.visible))
    return Judgement(
        student,
        name,
        tuple(verdicts[exercise] for exercise in material.visible),
        script.outputs,
        tuple(about.get("repairs", ())),
        about.get("problem", ""),
        sandboxed=warm.shut_in(),
        seconds=round(time.monotonic() - started, 3),
    )


class _Trial:
    """Rooms, one after the other, until every exercise of a submission has its verdict."""

    def __init__(self, script: Script, examiner: Examiner, limits: Limits) -> None:
        self.script, self.examiner, self.limits = script, examiner, limits
        self.deadline = time.monotonic() + limits.total_seconds
        self.found: dict[str, Verdict] = {}
        self.at_work = ("cell", "")  # what the room is busy with, to be blamed for its end
        self.rehearse = True  # as long as neither that nor its doubts have ended a room
        self.ended: set[tuple[str, str]] = set()  # what has ended a room without a known reason

    def verdicts(self, names: list[str]) -> dict[str, Verdict]:
        """All verdicts; with a second try where the sandbox broke, and one with the demo cells
        where something wants a name that only those make."""
        for attempt in range(TRIES):
            try:
                self._rounds(names, demo=False)
                wrong = [n for n in names if self.found[n].verdict not in SETTLED]
                texts = [text for n in wrong for text in self.found[n].messages]
                if wrong and self.script.wants_demo(texts):
                    for name in wrong:
                        del self.found[name]
                    self._rounds(names, demo=True)
                break
            except (Broken, OSError) as error:
                warm.cool()
                if attempt == TRIES - 1:
                    for name in names:
                        self.found.setdefault(name, self.examiner.internal(name, str(error)))
        return self.found

    def _rounds(self, names: list[str], demo: bool) -> None:
        while waiting := [name for name in names if name not in self.found]:
            if time.monotonic() > self.deadline:
                self.found |= {name: self._out_of_time(name) for name in waiting}
                return
            modules = self.examiner.material.modules
            room = warm.sandbox().room(self.limits, self.script.trains(demo), modules)
            try:
                self._round(room, waiting, demo)
            except Died as end:
                self._blame(room.close(), str(end))
            else:
                room.close()

    def _round(self, room: Room, names: list[str], demo: bool) -> None:
        """One room: all cells, then the exercises. Raises `Died`."""
        for cell in self.script.to_run(demo):
            self.at_work = "cell", cell.id
            seconds = self.limits.cell_seconds
            reply = self._ask(room)({"cell": cell.source, "seconds": seconds}, seconds)
            self.script.ran(cell.id, reply)
        if self.rehearse:
            self.at_work = "rehearsal", ""
            self.found |= self.examiner.rehearsed(names, self._ask(room))
            self.found |= self.examiner.recognised(self._ask(room))
        for name in (name for name in names if name not in self.found):
            self.at_work = "doubt" if name in self.examiner.doubtful else "exercise", name
            for verdict in self.examiner.verdicts(name, self._ask(room)):
                self.found[name] = verdict

    def _ask(self, room: Room) -> Ask:
        def ask(order: dict[str, Any], seconds: float) -> Mapping[str, Any]:
            left = max(0.0, self.deadline - time.monotonic())
            return room.ask(order, min(seconds, left) + GRACE)

        return ask

    def _blame(self, ended: str, how: str) -> None:
        """After a room's end: settle the cell or the exercise that was at work."""
        if ended == "machine":
            raise Broken("this machine ran out of memory")
        how = "memory" if ended == "memory" else how
        kind, name = self.at_work
        if kind in ("rehearsal", "doubt"):  # nothing is sure yet: from now on each by itself
            self.rehearse = False
            return
        if how == "exit" and self.at_work not in self.ended:
            # It may have been the kernel, short of memory: everything gets a second chance.
            self.ended.add(self.at_work)
            return
        if kind == "cell":
            self.script.leave_out(name, how)
        elif how == "broken":
            self.found.setdefault(name, self._broken(name))
        else:
            self.found.setdefault(name, self.examiner.died(name, how))

    def _broken(self, name: str) -> Verdict:
        """A probe failed outside the student's function: whose fault is it?"""
        room = warm.sandbox().room(self.limits)
        try:
            works = self.examiner.works(name, self._ask(room))
        except Died:
            works = False
        room.close()
        if works:
            return self.examiner.tampered(name, "the probe could not do its work")
        return self.examiner.internal(name, "the probe does not work, not even on a stub")

    def _out_of_time(self, name: str) -> Verdict:
        minutes = self.limits.total_seconds / 60
        text = f"The notebook ran for more than {minutes:g} minutes; what was left was not run."
        points = self.examiner.material.visible[name].points
        return Verdict(name, TIMEOUT, 0.0, points, messages=(text,))
