"""Running nbgrader's own commands, as an instructor would type them."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from nbgrader.apps.baseapp import NbGrader
from nbgrader.coursedir import CourseDirectory

PATIENCE = 10.0  # seconds for a command to end after Ctrl-C
GRAMMARS = "import grading.grammars"
HEADSTART = "from grading.judge import headstart; headstart.begin()"
NBGRADER = "from nbgrader.apps.nbgraderapp import main; main()"


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
    hear: Callable[[str], bool] | None = None,
    ahead: bool = False,
) -> str:
    """Run `nbgrader arguments...` in a course's folder and return what it said.

    `environment` sets variables for it alone; None takes one away. `hear` is given each line as it
    comes; those that it answers True for are left out. `ahead` says that a class will be judged.
    Raises `CommandFailed` unless `check` is False.
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
    script = "\n".join([GRAMMARS, *[HEADSTART] * ahead, NBGRADER])
    with subprocess.Popen(
        [sys.executable, "-P", "-c", script, *arguments],
        cwd=folder,
        env={name: value for name, value in variables.items() if value is not None},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout
        try:
            said = "".join(line for line in process.stdout if not (hear and hear(line)))
        except KeyboardInterrupt:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)  # it was interrupted, too, and has things to put away
            process.terminate()
            raise
    if check and process.returncode:
        raise CommandFailed(arguments, said)
    return said


def course_folder(root: Path, chapter: str) -> CourseDirectory:
    """The course as its nbgrader_config.py describes it, and one chapter of it."""
    app = NbGrader()
    app.initialize([], root=str(root))
    app.coursedir.assignment_id = chapter
    return app.coursedir
