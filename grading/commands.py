"""Running nbgrader's own commands, as an instructor would type them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


class CommandFailed(RuntimeError):
    """An nbgrader command that did not do its work; `output` is all that it said."""

    def __init__(self, arguments: tuple[str, ...], output: str) -> None:
        self.output = output
        last = output.strip().splitlines()[-1:] or ["it said nothing"]
        super().__init__(f"nbgrader {' '.join(arguments)} failed: {last[0]}")


def nbgrader(
    folder: Path,
    *arguments: str,
    check: bool = True,
    environment: Mapping[str, str | None] | None = None,
) -> str:
    """Run `nbgrader arguments...` in a course's folder and return what it said.

    `environment` sets variables for it alone; None takes one away. Raises `CommandFailed` unless
    `check` is False.
    """
    variables = {
        **os.environ,
        # nbgrader calls `alembic` by name; it lies beside this Python.
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        # Grading must not depend on, or write to, what the instructor tries at the keyboard.
        "MPLBACKEND": "agg",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        **(environment or {}),
    }
    done = subprocess.run(
        [sys.executable, "-P", "-m", "nbgrader", *arguments],
        cwd=folder,
        env={name: value for name, value in variables.items() if value is not None},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if check and done.returncode:
        raise CommandFailed(arguments, done.stdout)
    return done.stdout
