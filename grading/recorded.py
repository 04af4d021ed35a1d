"""What stands in the gradebook as it was handed in, so that a class graded again costs little."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from grading.files import place
from grading.judge import editions, reading
from grading.judge.releases import Releases


class Recorded:
    """The submissions of one chapter whose grades are up to date; kept in a file in `.judge/`."""

    def __init__(self, root: Path, chapter: str, sandbox: bool) -> None:
        self.path = root / ".judge" / "recorded" / f"{chapter}.json"
        release = Releases(root).digest(chapter)
        self.edition = f"{editions.grader()} {editions.material(root, chapter)} {release} {sandbox}"
        try:
            self.marks: dict[str, str] = dict(json.loads(self.path.read_bytes()))
        except (OSError, ValueError, TypeError):
            self.marks = {}

    def holds(self, student: str, submitted: Path, graded: Path) -> bool:
        """Whether a student's folder and her graded notebook are as they were recorded."""
        return graded.is_file() and self.marks.get(student) == self._mark(submitted, graded)

    def add(self, student: str, submitted: Path, graded: Path) -> None:
        """Remember the state of a folder whose grades have just been written."""
        self.marks[student] = self._mark(submitted, graded)

    def save(self) -> None:
        """Keep what was added. Raises `BuildError` where it can't be written."""
        place(json.dumps(self.marks, indent=1).encode(), self.path)

    def _mark(self, submitted: Path, graded: Path) -> str:
        about = graded.lstat()
        written = f"{about.st_mode} {about.st_size} {about.st_mtime_ns}"
        text = "\0".join([self.edition, written, reading.state(submitted)])
        return hashlib.sha256(text.encode()).hexdigest()
