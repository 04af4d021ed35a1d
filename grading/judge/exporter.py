"""How a submission enters nbgrader: the exporter of `nbgrader autograde` and formgrader's button.

nbgrader's converter makes its exporter after it has found the submissions and before it touches
anything. This exporter then makes sure that there is a sandbox, and has the converter work on the
`Reception`'s stand-ins. It reads each submission by `reading.read`, restored; the notebook that
the converter has written then goes through the preprocessors `Judge`, `SaveVerdicts` and
nbgrader's `AssignLatePenalties`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.utils import rmtree
from sqlalchemy.exc import OperationalError
from traitlets import DottedObjectName
from traitlets.utils.importstring import import_item

from grading.chapter import BuildError
from grading.judge import reading
from grading.judge.reception import Reception
from grading.judge.releases import Releases
from grading.judge.sandbox import Broken, NoSandbox

# `grading autograde` finds the reasons in nbgrader's log by these.
NOTHING = "Nothing was graded:"
NOT_GRADED = "Not graded:"


class NotGraded(Exception):
    """One submission could not be graded now; its old grades stand, and the class goes on."""


class JudgeExporter(NotebookExporter):
    """Reads submissions as hostile data and lets nothing else of their folders in."""

    ready_with = DottedObjectName(
        "grading.judge.warm.sandbox",
        help="The function that makes ready to judge, or raises NoSandbox; for tests.",
    ).tag(config=True)

    def __init__(self, config: Any = None, **kw: Any) -> None:
        super().__init__(config=config, **kw)
        self.reception: Reception | None = None
        if isinstance(self.parent, Autograde):
            try:
                _importable(self.parent.autograde_preprocessors)
                import_item(self.ready_with)()
                self._receive(self.parent)
            except (NoSandbox, Broken, BuildError, OSError, ImportError) as error:
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
                return super().from_filename(filename, resources=resources, **kw)
            chapter = resources["nbgrader"]["assignment"]
            releases = Releases(Path(self.parent.coursedir.root))
            restored = reading.read(folder, chapter, releases)
            return self.from_notebook_node(restored.notebook, resources=resources, **kw)
        except Exception as error:
            student = (resources or {}).get("nbgrader", {}).get("student", "")
            reason = _sentence(error)
            self.log.error("%s %s: %s", NOT_GRADED, student, reason)
            raise NotGraded(reason) from error

    def _receive(self, converter: Autograde) -> None:
        """Have the converter work on stand-ins, and do again what was left half done."""
        releases = Releases(Path(converter.coursedir.root))
        self.reception = Reception(converter.coursedir)
        converter.coursedir = self.reception.coursedir
        converter.assignments = self.reception.assignments
        for student, chapter in self.reception.present:
            releases.keep(chapter)
            step = converter.coursedir.autograded_directory
            done = Path(converter.coursedir.format_path(step, student, chapter))
            if done.is_dir() and not converter.force and _half_done(done / f"{chapter}.ipynb"):
                rmtree(str(done))


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
    elif isinstance(error, NotGraded | BuildError | NoSandbox):
        text = str(error)
    else:
        text = f"the grader failed ({type(error).__name__}: {error})."
    return " ".join(text.split())[:500]
