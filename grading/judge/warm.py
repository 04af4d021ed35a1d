"""This process's sandbox, warm from one submission to the next."""

from __future__ import annotations

import atexit
import os
from pathlib import Path

from grading.judge.sandbox import Broken, NoSandbox, Sandbox, Visitor

NO_SANDBOX = "COURSE_NO_SANDBOX"  # set by `grading autograde --no-sandbox`, for its own run
SHARED = "COURSE_SHARED_SANDBOX"  # the folder of one that a grading's workers share
_sandboxes: dict[bool, Sandbox] = {}


def shut_in() -> bool:
    """Whether student code is shut in; only a typed `--no-sandbox` says no."""
    return not os.environ.get(NO_SANDBOX)


def sandbox() -> Sandbox:
    """This process's sandbox, started at its first use. Raises `NoSandbox`, `Broken`."""
    walls = shut_in()
    if walls not in _sandboxes:
        _sandboxes[walls] = _visited(walls) or _own(walls)
    return _sandboxes[walls]


def _visited(walls: bool) -> Sandbox | None:
    """A place in the shared sandbox; None where there is none, or it does not work."""
    if SHARED not in os.environ:
        return None
    visitor = Visitor(Path(os.environ[SHARED]), walls)
    try:
        visitor.start()
    except (NoSandbox, Broken, OSError):  # one of its own works, or says why it does not
        visitor.close()
        return None
    return visitor


def _own(walls: bool) -> Sandbox:
    fresh = Sandbox(walls)
    fresh.start()
    return fresh


@atexit.register
def cool() -> None:
    """End this process's sandbox; the next judgement starts a new one."""
    while _sandboxes:
        _sandboxes.popitem()[1].close()
