"""The released notebooks of a course: the present ones, and the older ones they replaced.

A student may hand in a copy of an edition that has been replaced since. Every build therefore
keeps its release under the edition's hash, and the judge reads a submission against its own.
"""

from __future__ import annotations

import functools
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grading.errors import BuildError
from grading.files import place

# A submission says which edition it is, and its word becomes part of a path: nothing else passes.
EDITION = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Releases:
    """The released notebooks of the course in the folder `root`."""

    root: Path

    def keep(self, chapter: str) -> None:
        """Put the present release of a chapter into the archive, under its edition's hash.

        Raises `BuildError` where there is no release or the archive can't be written.
        """
        present = self._present(chapter)
        place(self._path(chapter).read_bytes(), self._archived(chapter, edition(present)))

    def find(self, chapter: str, wanted: str) -> tuple[NotebookNode, bool]:
        """The release of edition `wanted` and True; the present one and False if it is unknown.

        Whoever changes the notebook works on a copy. Raises `BuildError` where there is none.
        """
        present = self._present(chapter)
        archived = self._archived(chapter, wanted)
        if edition(present) == wanted:
            return present, True
        if EDITION.fullmatch(wanted) and archived.is_file():
            return _read(archived), True
        return present, False

    def digest(self, chapter: str) -> str:
        """A hash of the present release; "" where there is none."""
        path = self._path(chapter)
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""

    def _present(self, chapter: str) -> NotebookNode:
        path = self._path(chapter)
        if not path.is_file():
            raise BuildError(
                path,
                None,
                f"{chapter} has no release; run `grading build {chapter}`, or `nbgrader "
                f"generate_assignment {chapter}` where only source/ is there.",
            )
        notebook = _read(path)
        if not EDITION.fullmatch(edition(notebook)):
            raise BuildError(path, None, f"names no edition; run `grading build {chapter}`.")
        return notebook

    def _path(self, chapter: str) -> Path:
        return self.root / "release" / chapter / f"{chapter}.ipynb"

    def _archived(self, chapter: str, wanted: str) -> Path:
        return self.root / ".judge" / "releases" / chapter / f"{wanted}.ipynb"


def _read(path: Path) -> NotebookNode:
    about = path.stat()
    return _read_once(path, about.st_mtime_ns, about.st_size)


@functools.lru_cache(maxsize=8)
def _read_once(path: Path, changed: int, size: int) -> NotebookNode:
    """A notebook in the state that its file was in then: a class is read against the same one."""
    return nbformat.read(path, as_version=4)


def edition(notebook: NotebookNode) -> str:
    """The hash that names a released notebook's edition; "" if it has none."""
    return notebook.metadata.get("course", {}).get("release", "")
