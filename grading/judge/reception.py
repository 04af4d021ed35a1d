"""What nbgrader sees of the submissions: stand-ins for the students' folders.

nbgrader trusts a submission's folder: it copies every file of it and follows links, gives zeros
where the notebook has another name, skips a student whose folder holds no notebook, and stops at
a timestamp that is none. So for the time of one `nbgrader autograde` it is shown folders that
hold exactly the notebook's name, the timestamp and the submission's secret. The notebooks
themselves are read by `reading`, from where the student put them.
"""

from __future__ import annotations

import glob
import os
import re
import secrets
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import parse_utc

SMALL = 1000  # bytes; nbgrader's timestamps have some 30, its secrets 128


class Reception:
    """The stand-ins of the submissions that `coursedir` selects, below the course's `.judge/`.

    `coursedir` is a copy of the given one, with the stand-ins as its submitted folder; the given
    one may belong to a server and is left as it is.
    """

    def __init__(self, coursedir: CourseDirectory) -> None:
        place = Path(coursedir.root) / ".judge"
        place.mkdir(exist_ok=True)
        self._folder = tempfile.TemporaryDirectory(prefix="reception-", dir=place)
        name = os.path.relpath(self._folder.name, coursedir.root)
        self.coursedir = _copy(coursedir, submitted_directory=name)
        # Student, assignment, and the folder that she handed in.
        self.present: list[tuple[str, str, Path]] = []
        # What a converter calls its assignments: folders, and the notebooks in each.
        self.assignments: dict[str, list[str]] = {}
        self._real: dict[str, Path] = {}
        for folder, student, assignment in submissions(coursedir):
            stand_in = Path(self.coursedir.format_path(name, student, assignment))
            stand_in.mkdir(parents=True)
            notebook = stand_in / f"{assignment}.ipynb"
            notebook.touch()
            (stand_in / "timestamp.txt").write_text(_timestamp(folder))
            (stand_in / "submission_secret.txt").write_text(_secret(folder))
            self.present.append((student, assignment, folder))
            self.assignments[str(stand_in)] = [str(notebook)]
            self._real[str(notebook)] = folder

    def folder(self, notebook: str) -> Path | None:
        """The student's own folder of a stand-in's notebook; None for any other path."""
        return self._real.get(notebook)


def submissions(coursedir: CourseDirectory) -> list[tuple[Path, str, str]]:
    """Folder, student and assignment of every submission that a course folder selects."""
    step = coursedir.submitted_directory
    found = glob.glob(coursedir.format_path(step, coursedir.student_id, coursedir.assignment_id))
    names = coursedir.format_path(step, "(?P<student>.*)", "(?P<assignment>.*)", escape=True)
    matches = [re.fullmatch(names, path) for path in sorted(found)]
    return [(Path(m.string), m["student"], m["assignment"]) for m in matches if m]


def _copy(coursedir: CourseDirectory, **changed: str) -> CourseDirectory:
    settings: Mapping[str, object] = {
        name: getattr(coursedir, name) for name in coursedir.trait_names(config=True)
    }
    return CourseDirectory(parent=coursedir.parent, **{**settings, **changed})


def _timestamp(folder: Path) -> str:
    """When nbgrader says that a submission was made; "", which it takes for unknown, if the file
    is missing or says something else."""
    text = _small(folder / "timestamp.txt")
    try:
        parse_utc(text)
    except Exception:  # dateutil raises more than it documents
        return ""
    return text


def _secret(folder: Path) -> str:
    """Under which name the feedback is released; a name that nobody knows, if there is none.

    Without one, nbgrader would release nobody's feedback.
    """
    text = _small(folder / "submission_secret.txt")
    return text if re.fullmatch(r"\s*[!-~]+\s*", text) else secrets.token_hex(64)


def _small(path: Path) -> str:
    """A small regular file's text; "" if it is anything else: a link, a folder, a device."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return ""
    try:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode) or about.st_size > SMALL:
            return ""
        return os.read(descriptor, SMALL).decode("ascii")
    except (OSError, UnicodeDecodeError):
        return ""
    finally:
        os.close(descriptor)
