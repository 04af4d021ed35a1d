"""Running nbgrader's own commands, as an instructor would type them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


class CommandFailed(RuntimeError):
    """An nbgrader command that did not do its work; `output` is all that it said."""

    def __init__(self, arguments: tuple[str, ...], output: str) -> None:
        self.output = output
        last = output.strip().splitlines()[-1:] or ["it said nothing"]
        super().__init__(f"nbgrader {' '.join(arguments)} failed: {last[0]}")


def nbgrader(folder: Path, *arguments: str, check: bool = True) -> str:
    """Run `nbgrader arguments...` in a course's folder and return what it said.

    Raises `CommandFailed` unless `check` is False.
    """
    environment = {
        **os.environ,
        # nbgrader calls `alembic` by name; it lies beside this Python.
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        # Grading must not depend on, or write to, what the instructor tries at the keyboard.
        "MPLBACKEND": "agg",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if check and done.returncode:
        raise CommandFailed(arguments, done.stdout)
    return done.stdout
