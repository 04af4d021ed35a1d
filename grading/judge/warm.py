"""This process's sandbox, warm from one submission to the next."""

from __future__ import annotations

import atexit
import os

from grading.judge.sandbox import Sandbox

NO_SANDBOX = "COURSE_NO_SANDBOX"  # set by `grading autograde --no-sandbox`, for its own run
_sandboxes: dict[bool, Sandbox] = {}


def shut_in() -> bool:
    """Whether student code is shut in; only a typed `--no-sandbox` says no."""
    return not os.environ.get(NO_SANDBOX)


def sandbox() -> Sandbox:
    """This process's sandbox, started at its first use. Raises `NoSandbox`, `Broken`."""
    walls = shut_in()
    if walls not in _sandboxes:
        fresh = Sandbox(walls)
        fresh.start()
        _sandboxes[walls] = fresh
    return _sandboxes[walls]


@atexit.register
def cool() -> None:
    """End this process's sandbox; the next judgement starts a new one."""
    while _sandboxes:
        _sandboxes.popitem()[1].close()
