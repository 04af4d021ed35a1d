"""How a submission enters nbgrader: the exporter of `nbgrader autograde` and formgrader's button.

nbgrader's converter makes its exporter after it has found the submissions and before it touches
anything. This exporter then makes sure that there is a sandbox, and has the converter work on the
`Reception`'s stand-ins. It reads each submission by `reading.read`, restored; the notebook that
the converter has written then goes through the preprocessors `Judge`, `SaveVerdicts` and
nbgrader's `AssignLatePenalties`.
"""

from __future__ import annotations

import atexit
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode, v4
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.utils import rmtree
from sqlalchemy.exc import OperationalError
from traitlets import Bool, DottedObjectName, Integer
from traitlets.utils.importstring import import_item

from grading.errors import BuildError
from grading.judge import reading
from grading.judge.classroom import CantJudge, Classroom, Judged, cores
from grading.judge.gradebook import share_engine
from grading.judge.inside.room import end_with_parent
from grading.judge.reception import Reception
from grading.judge.releases import Releases
from grading.judge.sandbox import Broken, NoSandbox

# `grading autograde` finds the reasons in nbgrader's log by these.
NOTHING = "Nothing was graded:"
NOT_GRADED = "Not graded:"
JUDGED = "Judged:"
PROGRESS = "COURSE_JUDGED"  # set where somebody reads how far the judging is


class NotGraded(Exception):
    """One submission could not be graded now; its old grades stand, and the class goes on."""


class JudgeExporter(NotebookExporter):
    """Reads submissions as hostile data and lets nothing else of their folders in."""

    ready_with = DottedObjectName(
        "grading.judge.warm.sandbox",
        help="The function that makes ready to judge one, or raises NoSandbox; for tests.",
    ).tag(config=True)
    workers = Integer(
        0, help="Processes that judge a class; 0: as many as there are cores for us."
    ).tag(config=True)
    again = Bool(
        False, help="Judge also a submission of a class that was judged before, as it is."
    ).tag(config=True)

    def __init__(self, config: Any = None, **kw: Any) -> None:
        super().__init__(config=config, **kw)
        self.reception: Reception | None = None
        self.classroom: Classroom | None = None
        self._judged: Judged | None = None  # what nbgrader is just writing down
        if isinstance(self.parent, Autograde):
            if os.environ.get(PROGRESS):
                end_with_parent()  # or another grader could start while this one goes on
            try:
                _importable(self.parent.autograde_preprocessors)
                waiting = self._receive(self.parent)
                if len(waiting) > 1 and "judge_with" not in self.config.Judge:
                    self._enrol(waiting)
                else:
                    import_item(self.ready_with)()
            except (NoSandbox, Broken, BuildError, OSError, ImportError, CantJudge) as error:
                # Nothing has been touched yet; nbgrader ends on this, and shows what was logged.
                said = f"{NOTHING} {str(error).removeprefix(NOTHING).strip()}"
                self.log.error("%s", said)
                raise NbGraderException(said) from error

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """A notebook of the reception restored, any other as it is; then the preprocessors.

        Raises `NotGraded` for whatever goes wrong: of some other errors nbgrader stops the class.
        """
        try:
            folder = self.reception.folder(filename) if self.reception else None
            if folder is None:
                return self._graded(filename, resources, **kw)
            names = resources["nbgrader"]
            if self.classroom is None:
                notebook = self._restored(folder, names["assignment"])
                return self.from_notebook_node(notebook, resources=resources, **kw)
            self._judged = self.classroom.judged(names["student"])
            return self._judged.notebook, self._init_resources(resources)
        except Exception as error:
            student = (resources or {}).get("nbgrader", {}).get("student", "")
            reason = _sentence(error)
            self.log.error("%s %s: %s", NOT_GRADED, student, reason)
            raise NotGraded(reason) from error

    def _graded(
        self, filename: str, resources: dict[str, Any] | None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """The restored notebook that was written last, with its grades."""
        judged, self._judged = self._judged, None
        student = (resources or {}).get("nbgrader", {}).get("student")
        if judged is None or judged.judgement.student != student:
            return super().from_filename(filename, resources=resources, **kw)
        resources["judgement"] = judged.judgement
        notebook = v4.reads(judged.notebook)  # valid as it is: we wrote it
        return self.from_notebook_node(notebook, resources=resources, **kw)

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """The preprocessed notebook's JSON. nbconvert would copy and validate it before, between
        and after them, which takes longer than they do."""
        resources = self._init_resources(resources)
        for preprocessor in self._preprocessors:
            nb, resources = preprocessor(nb, resources)
        return json.dumps(nb), resources

    def _receive(self, converter: Autograde) -> list[tuple[str, str, Path]]:
        """Have the converter work on stand-ins, and do again what was left half done.

        Returns student, chapter and folder of what it is going to convert.
        """
        releases = Releases(_root(converter))
        waiting = []
        left_out = converter.coursedir.student_id_exclude.split(",")
        self.reception = Reception(converter.coursedir)
        converter.coursedir = self.reception.coursedir
        converter.assignments = self.reception.assignments
        for chapter in {chapter for _, chapter, _ in self.reception.present}:
            releases.keep(chapter)
        for student, chapter, folder in self.reception.present:
            step = converter.coursedir.autograded_directory
            done = Path(converter.coursedir.format_path(step, student, chapter))
            if done.is_dir() and not converter.force and _half_done(done / f"{chapter}.ipynb"):
                rmtree(str(done))
            if student not in left_out and (converter.force or not done.is_dir()):
                waiting.append((student, chapter, folder))
        return waiting

    def _enrol(self, waiting: list[tuple[str, str, Path]]) -> None:
        """Have a class judged by workers, while nbgrader writes down what they have found.

        Raises `CantJudge` where no worker can judge anything.
        """
        share_engine()
        workers = min(self.workers or cores(), len(waiting))
        self.classroom = Classroom(_root(self.parent), workers, self.again, _teller())
        atexit.register(self.classroom.close)
        for student, chapter, folder in waiting:
            self.classroom.enrol(chapter, student, folder)
        self.classroom.ready()

    def _restored(self, folder: Path, chapter: str) -> Any:
        return reading.read(folder, chapter, Releases(_root(self.parent))).notebook


def _root(converter: Autograde) -> Path:
    return Path(converter.coursedir.root)


def _teller() -> Callable[[int, int], None] | None:
    """Where `grading autograde` listens, tell it how far the judging is."""
    if not os.environ.get(PROGRESS):
        return None

    def tell(done: int, expected: int) -> None:
        # At once, for nbgrader's log is written from another thread.
        os.write(sys.stderr.fileno(), f"{JUDGED} {done} {expected}\n".encode())

    return tell


def _importable(preprocessors: list[Any]) -> None:
    """Import what the configuration names as text; nbgrader would do so amid the first student.

    Raises `ImportError`.
    """
    for name in preprocessors:
        if isinstance(name, str):
            try:
                import_item(name)
            except ImportError as error:
                raise ImportError(f"{name} can't be imported ({error}).") from error


def _half_done(path: Path) -> bool:
    """Whether a grader was stopped between restoring a notebook and judging it.

    nbgrader takes any notebook in autograded/ for graded.
    """
    try:
        about = json.loads(path.read_bytes())["metadata"].get("course", {})
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return True
    return "repairs" in about and not about.get("judged")


def _sentence(error: Exception) -> str:
    """What went wrong, for the person who grades, on one line."""
    if isinstance(error, OperationalError):
        text = f"the gradebook can't be used ({error.orig}); grade again when it is free."
    elif isinstance(error, NotGraded | BuildError | NoSandbox | CantJudge):
        text = str(error)
    else:
        text = f"the grader failed ({type(error).__name__}: {error})."
    return " ".join(text.split())[:500]
