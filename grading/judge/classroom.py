"""A class at once: submissions judged by worker processes, each with a sandbox of its own.

`judged` is the whole work on one submission, from her folder to the judgement. It takes and
returns plain data, owns its process's sandbox, writes nothing and touches no database: any pool
may call it, here or on other machines that see the course's folder. Whoever writes the grades
takes one submission after the other, while the workers are ahead of it. Every judgement is kept as
soon as it is there, so that a grader that is stopped, however roughly, goes on where it was.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pebble import ProcessExpired, ProcessPool

from course.checks import expected
from grading.judge import editions, headstart, judgements, reading, warm
from grading.judge.releases import Releases
from grading.judge.sandbox import Broken, NoSandbox
from grading.judge.verdict import INTERNAL, Judgement

LOOK = 1.0  # seconds between two looks at whether the workers still live
TRIES = 3  # of a submission that changes meanwhile, or whose worker something ended


class CantJudge(RuntimeError):
    """One submission could not be judged; the message is one sentence that says why."""


def judged(task: dict[str, str]) -> dict[str, Any]:
    """Judge one submission: `folder` of `student` for `chapter` of the course in the folder `root`.

    Where a kept judgement is of this very submission, that is what comes back, unless `again` is
    "yes". Returns a judgement's plain data, the restored notebook's JSON, and in which state its
    folder was; or {"error": sentence} where nothing can be judged.
    """
    root, folder, chapter, student = (
        *(Path(task["root"]), Path(task["folder"])),
        *(task["chapter"], task["student"]),
    )
    try:
        state = reading.state(folder)
        notebook = reading.read(folder, chapter, Releases(root)).notebook
        text = json.dumps(notebook)
        key = editions.key(root, chapter, student, text)
        found = None if task["again"] == "yes" else _kept(root, chapter, student, key)
        fresh = found is None
        if found is None:
            # With torch, which neither the writer of grades needs nor a second run.
            from grading.judge.judging import judge
            from grading.judge.material import CourseFolder

            found = replace(judge(notebook, student, CourseFolder(root)), key=key)
    except Exception as error:  # some of them can't be sent from process to process
        return {"error": str(error) or type(error).__name__}
    return {"judgement": found.plain(), "notebook": text, "state": state, "fresh": fresh}


def _kept(root: Path, chapter: str, student: str, key: str) -> Judgement | None:
    """The judgement with this key, None if there is none; a fault of ours is no judgement."""
    found = judgements.find(root, chapter, student)
    if found is None or found.key != key:
        return None
    return None if any(v.verdict == INTERNAL for v in found.verdicts) else found


def ready() -> str:
    """Make this process ready to judge; returns why it can't be, or ""."""
    try:
        warm.sandbox()
    except (NoSandbox, Broken, OSError) as error:
        return str(error)
    return ""


@dataclass(frozen=True)
class Judged:
    """A judgement, and the restored notebook's JSON on which it was passed."""

    judgement: Judgement
    notebook: str


class Classroom:
    """The submissions of one grading, and the workers that judge them.

    `again` judges also what was judged before; `tell(done, expected)` hears of every judgement.
    """

    def __init__(
        self,
        root: Path,
        workers: int,
        again: bool = False,
        tell: Callable[[int, int], None] | None = None,
    ) -> None:
        self.root, self.again, self.tell = root, again, tell
        self._tasks: dict[str, dict[str, str]] = {}
        self._futures: dict[str, tuple[Future, ProcessPool]] = {}
        self._enrolled = self._done = 0
        self._lock = threading.Lock()
        self.workers = workers
        self._pool: ProcessPool | None = None
        # It gets warm while the workers import what they need.
        self._sandbox = headstart.shared()
        self._first = self._scheduled(ready)

    def enrol(self, chapter: str, student: str, folder: Path) -> None:
        """Have a student's folder judged, unless that was done before."""
        again = "yes" if self.again else "no"
        task = {"root": str(self.root), "folder": str(folder), "again": again}
        self._tasks[student] = task | {"chapter": chapter, "student": student}
        self._enrolled += 1
        self._schedule(self._tasks[student])

    def ready(self) -> None:
        """Wait until the first worker can judge. Raises `CantJudge`."""
        try:
            problem = self._result(*self._first)
        except (ProcessExpired, BrokenProcessPool):
            problem = "the first process that was to judge was ended from outside."
        if problem:
            self.close()
            raise CantJudge(problem)

    def judged(self, student: str) -> Judged:
        """The judgement on somebody who was enrolled; waits for it. Raises `CantJudge`."""
        task, reason = self._tasks.pop(student), ""
        for _ in range(TRIES):
            waiting = self._futures.pop(student)
            try:
                found = self._result(*waiting)
                if "error" in found:
                    raise CantJudge(found["error"])
                if found["state"] == reading.state(Path(task["folder"])):
                    self._store(found)
                    return Judged(Judgement.from_plain(found["judgement"]), found["notebook"])
                reason = "what was handed in changes all the time"
            except (ProcessExpired, BrokenProcessPool):
                reason = "the process that judged it was ended from outside"
            self._schedule(task)
        self._futures.pop(student)[0].cancel()
        raise CantJudge(f"{reason}, {TRIES} times.")

    def close(self) -> None:
        """End the workers; what they have finished is kept."""
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()
            self._pool = None
        if self._sandbox is not None:
            self._sandbox.close()
            self._sandbox = None

    def _open(self) -> ProcessPool:
        """The pool of workers; a new one where pebble has given up, as it does where the last
        worker is ended while it has nothing to do."""
        if self._pool is None or not self._pool.active:
            if self._pool is not None:
                self._pool.join()  # with those of its workers that still live
            settings = dict(os.environ)
            if self._sandbox is not None:
                settings[warm.SHARED] = str(self._sandbox.folder)
            self._pool = ProcessPool(
                self.workers, initializer=_begin, initargs=[settings], context=headstart.context()
            )
        return self._pool

    def _schedule(self, task: dict[str, str]) -> None:
        waiting = self._scheduled(judged, task)
        waiting[0].add_done_callback(self._keep)
        self._futures[task["student"]] = waiting

    def _scheduled(self, work: Callable, *arguments: Any) -> tuple[Future, ProcessPool]:
        """Some work for the pool, and the pool that is to do it."""
        while True:
            pool = self._open()
            try:
                return pool.schedule(work, args=arguments), pool
            except RuntimeError:  # it has given up since it was looked at
                if pool.active:
                    raise

    def _result(self, future: Future, pool: ProcessPool) -> Any:
        """What came of some work. Raises what that raised, and `BrokenProcessPool` where the pool
        gave up before it had taken note of the work: then it tells nobody of it."""
        while not future.done():
            if not pool.active:
                raise BrokenProcessPool
            wait([future], LOOK)
        return future.result()

    def _keep(self, future: Future) -> None:
        """Store what a worker found; on a thread of the pool's."""
        if future.cancelled() or future.exception() is not None:
            return
        # Trouble is told where it is wanted: whoever writes the grades stores it, too.
        with contextlib.suppress(Exception):
            self._store(future.result())
        self._done += 1
        if self.tell:
            self.tell(self._done, self._enrolled)

    def _store(self, found: dict[str, Any]) -> None:
        """Store a judgement, once. Raises `BuildError` where the disk is full."""
        with self._lock:
            if found.get("fresh"):
                judgements.keep(self.root, found["judgement"])
                found["fresh"] = False


def cores() -> int:
    """How many workers this machine is good for."""
    return len(os.sched_getaffinity(0))


def _begin(environment: dict[str, str]) -> None:
    """A worker's first act: it ends with its master, and Ctrl-C is the master's to answer."""
    ctypes.CDLL(None).prctl(1, int(signal.SIGKILL), 0, 0, 0)  # PR_SET_PDEATHSIG
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.clear()  # the server that forks workers may be older than a setting
    os.environ.update(environment)
    expected.FOLDER = expected.folder()
