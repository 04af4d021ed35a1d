"""A class at once: submissions judged by worker processes, each with a sandbox of its own.

`judged` is the whole work on one submission. It takes and returns plain data, owns its process's
sandbox and touches no database: any pool may call it, here or on other machines that see the
course's folder. Whoever writes the grades takes one submission after the other, while the workers
are ahead of it. Every judgement is kept as soon as it is there, so that a grader that is stopped,
however roughly, goes on where it was.
"""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from pebble import ProcessExpired, ProcessPool

from grading.judge import editions, judgements
from grading.judge.verdict import INTERNAL, Judgement

TRIES = 2  # of a submission in whose worker something ended it


class CantJudge(RuntimeError):
    """One submission could not be judged; the message is one sentence that says why."""


def judged(task: dict[str, str]) -> dict[str, Any]:
    """Judge one submission: `root` is the course's folder, `notebook` the restored one's JSON.

    Returns a judgement's plain data, or {"error": sentence} where nothing can be judged.
    """
    from grading.judge.judging import judge  # with torch, which the writer of grades does not need
    from grading.judge.material import CourseFolder

    try:
        notebook = nbformat.reads(task["notebook"], 4)
        found = judge(notebook, task["student"], CourseFolder(Path(task["root"])))
    except Exception as error:  # some of them can't be sent from process to process
        return {"error": str(error) or type(error).__name__}
    return found.plain() | {"key": task["key"]}


def ready() -> str:
    """Make this process ready to judge; returns why it can't be, or ""."""
    from grading.judge import warm
    from grading.judge.sandbox import Broken, NoSandbox

    try:
        warm.sandbox()
    except (NoSandbox, Broken, OSError) as error:
        return str(error)
    return ""


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
        self.root, self.workers, self.again, self.tell = root, workers, again, tell
        self._keys: dict[str, str] = {}
        self._tasks: dict[str, dict[str, str]] = {}
        self._futures: dict[str, Future] = {}
        self._pool: ProcessPool | None = None
        self._done = 0

    def enrol(self, chapter: str, student: str, notebook: NotebookNode) -> None:
        """Have a restored notebook judged, unless that was done before."""
        text = nbformat.writes(notebook)
        key = editions.key(self.root, chapter, student, text)
        if self._keys.get(student) == key:
            return
        self._keys[student] = key
        self._tasks.pop(student, None)
        if not self.again and self._kept(chapter, student):
            self._tell()
            return
        task = {"root": str(self.root), "student": student, "notebook": text, "key": key}
        self._tasks[student] = task
        self._schedule(task)

    def ready(self) -> None:
        """Wait until the first worker can judge, if any is needed. Raises `CantJudge`."""
        if self._pool is None:
            return
        try:
            problem = self._pool.schedule(ready).result()
        except ProcessExpired:
            problem = "the first process that was to judge was ended from outside."
        if problem:
            self.close()
            raise CantJudge(problem)

    def judgement(self, chapter: str, student: str) -> Judgement:
        """The judgement on somebody who was enrolled; waits for it. Raises `CantJudge`."""
        task = self._tasks.pop(student, None)
        if task is None:
            if kept := self._kept(chapter, student):
                return kept
            raise CantJudge(f"the judgement on {student} is gone; grade again.")
        for _ in range(TRIES):
            try:
                return self._whole(self._futures.pop(student).result())
            except ProcessExpired:
                self._schedule(task)
        self._futures.pop(student).cancel()
        raise CantJudge(f"the process that judged it was ended from outside, {TRIES} times.")

    def close(self) -> None:
        """End the workers; what they have finished is kept."""
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()
            self._pool = None

    def _kept(self, chapter: str, student: str) -> Judgement | None:
        """The judgement of this very submission, None if there is none; a fault is no judgement."""
        found = judgements.find(self.root, chapter, student)
        if found is None or found.key != self._keys.get(student):
            return None
        return None if any(v.verdict == INTERNAL for v in found.verdicts) else found

    def _schedule(self, task: dict[str, str]) -> None:
        if self._pool is None:
            # Spawned, not forked: this process may be a server with threads.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPool(self.workers, initializer=_begin, context=context)
        future = self._pool.schedule(judged, args=(task,))
        future.add_done_callback(self._keep)
        self._futures[task["student"]] = future

    def _keep(self, future: Future) -> None:
        """Store what a worker found; on a thread of the pool's."""
        if future.cancelled() or future.exception() is not None:
            return
        found = future.result()
        if "error" not in found:
            # Trouble is told where it is wanted: whoever writes the grades keeps it, too.
            with contextlib.suppress(Exception):
                judgements.keep(self.root, Judgement.from_plain(found))
        self._tell()

    def _whole(self, found: dict[str, Any]) -> Judgement:
        if "error" in found:
            raise CantJudge(found["error"])
        return Judgement.from_plain(found)

    def _tell(self) -> None:
        self._done += 1
        if self.tell:
            self.tell(self._done, len(self._keys))


def cores() -> int:
    """How many workers this machine is good for."""
    return len(os.sched_getaffinity(0))


def _begin() -> None:
    """A worker's first act: it ends with its master, and Ctrl-C is the master's to answer."""
    ctypes.CDLL(None).prctl(1, int(signal.SIGKILL), 0, 0, 0)  # PR_SET_PDEATHSIG
    signal.signal(signal.SIGINT, signal.SIG_IGN)
