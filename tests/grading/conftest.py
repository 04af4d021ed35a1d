"""A mini course in a folder of its own, built by the same commands as the real one."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MINI = Path(__file__).parent / "mini"


@dataclass(frozen=True)
class Course:
    """A course's folder and the commands that an instructor runs in it."""

    root: Path

    @property
    def chapter(self) -> Path:
        return self.root / "chapters" / "ch98_mini.md"

    @property
    def answers(self) -> Path:
        return self.root / "answers" / "ch98_mini"

    def notebook(self, step: str) -> Path:
        return self.root / step / "ch98_mini" / "ch98_mini.ipynb"

    def edit(self, path: Path, old: str, new: str) -> None:
        """Replace text that must be there."""
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def grading(self, *arguments: str) -> subprocess.CompletedProcess:
        return self.run("-m", "grading", *arguments)

    def run(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess:
        """Run this Python with the course's own compiled figures."""
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=cwd or self.root,
            env=os.environ
            | {
                "PYTHONPATH": str(ROOT),
                "COURSE_EXPECTED": str(self.root / "course" / "checks" / "expected"),
                "COURSE_PROGRESS": str(self.root / "progress"),
            },
            capture_output=True,
            text=True,
            timeout=300,
        )


def mini_course(root: Path) -> Course:
    """A copy of the mini course, not built yet."""
    shutil.copytree(MINI, root, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "nbgrader_config.py", root)
    return Course(root)


@pytest.fixture
def course(tmp_path) -> Course:
    """The mini course, not built yet."""
    return mini_course(tmp_path / "mini course")  # with a space, as many a home folder has one


@pytest.fixture
def built(course) -> Course:
    """The mini course, built."""
    done = course.grading("build")
    assert done.returncode == 0, done.stderr
    return course


@pytest.fixture(scope="module")
def shared_course(tmp_path_factory) -> Course:
    """The mini course, built once for all tests of a module."""
    course = mini_course(tmp_path_factory.mktemp("shared") / "mini course")
    done = course.grading("build")
    assert done.returncode == 0, done.stderr
    return course
