"""Beginning what takes a grading seconds, while this process still has other things to import.

It imports little itself: two cores have enough to do in a grading's first seconds.
"""

from __future__ import annotations

import atexit
import multiprocessing
from multiprocessing import forkserver
from multiprocessing.context import BaseContext

from grading.judge import warm
from grading.judge.sandbox import NoSandbox, Sandbox

_begun: list[Sandbox] = []  # for the next class


def begin() -> None:
    """Begin what a class is going to need: the process that workers are forked from, and the
    sandbox that they share."""
    context()
    forkserver.ensure_running()
    if sandbox := _fresh():
        atexit.register(sandbox.close)
        _begun.append(sandbox)


def context() -> BaseContext:
    """Workers are forked from a process that has imported what they need, and not from this one,
    which may be a server with threads."""
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(["grading.judge.readied"])
    return found


def shared() -> Sandbox | None:
    """The sandbox that workers share, begun; None where there can't be one, and each of them then
    starts its own, or says why it can't."""
    return _begun.pop() if _begun else _fresh()


def _fresh() -> Sandbox | None:
    sandbox = None
    try:
        sandbox = Sandbox(warm.shut_in(), shared=True)
        sandbox.begin()
    except (NoSandbox, OSError):
        if sandbox is not None:
            sandbox.close()
        return None
    return sandbox
