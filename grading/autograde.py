"""grading autograde: from the folder submitted/ to grades, feedback and a CSV file.

Scores come from the checks in the notebook, run by nbgrader. A submission that can't be graded
is named with its reason, and the class goes on.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry

from grading.chapter import BuildError
from grading.commands import nbgrader


@dataclass(frozen=True)
class Grade:
    """One student's result; `problem` says why there is none."""

    student: str
    score: float | None
    max_score: float
    problem: str = ""


def grade(root: Path, chapter: str) -> int:
    """Grade all submissions of a chapter and print a table; 1 if some could not be graded."""
    grades = autograde(root, chapter)
    print(f"\n{'student':<24}{'score':>12}")
    for row in grades:
        score = "-" if row.score is None else f"{row.score:g} / {row.max_score:g}"
        print(f"{row.student:<24}{score:>12}  {row.problem}".rstrip())
    print(f"\nFeedback: {root / 'feedback'}\nTable: {table(root, chapter)}")
    return 1 if any(row.problem for row in grades) else 0


def autograde(root: Path, chapter: str) -> list[Grade]:
    """Register the assignment, autograde, write feedback and CSV.

    Raises `BuildError`, and `CommandFailed` where nbgrader itself fails.
    """
    students = _students(root, chapter)
    register(root, chapter)
    print(f"grading {len(students)} submissions of {chapter} ...", flush=True)
    broken = {name: why for name in students if (why := _unreadable(root, name, chapter))}
    nbgrader(root, "autograde", chapter, "--create", check=False)
    for name in students:
        # Whom the class's run left out, because of her own notebook or another's, gets her own.
        if name not in broken and not _graded(root, name, chapter):
            job = ("autograde", chapter, "--create", f"--student={name}")
            said = nbgrader(root, *job, check=False)
            if not _graded(root, name, chapter):
                broken[name] = _last_error(said)
    nbgrader(root, "generate_feedback", chapter, "--force", check=False)
    table(root, chapter).parent.mkdir(exist_ok=True)
    nbgrader(
        root,
        "export",
        f"--to={table(root, chapter)}",
        f"--CsvExportPlugin.assignment={[chapter]}",
    )
    return _grades(root, chapter, students, broken)


def register(root: Path, chapter: str) -> None:
    """Make the assignment known to the gradebook; nbgrader needs that before it grades.

    The release goes to a temporary folder: the one in `release/` stays as it was built.
    """
    if not (root / "source" / chapter / f"{chapter}.ipynb").is_file():
        raise BuildError(root / "source" / chapter, None, "there is no such chapter; build first.")
    with tempfile.TemporaryDirectory() as folder:
        nbgrader(
            root,
            "generate_assignment",
            chapter,
            "--force",
            f"--CourseDirectory.release_directory={folder}",
        )


def table(root: Path, chapter: str) -> Path:
    """Where the CSV file of a chapter's grades lies."""
    return root / "grades" / f"{chapter}.csv"


def _students(root: Path, chapter: str) -> list[str]:
    found = sorted(path.parent.name for path in (root / "submitted").glob(f"*/{chapter}"))
    if not found:
        place = root / "submitted" / "<student>" / chapter
        raise BuildError(
            place, None, "no submissions; run `nbgrader collect`, or put the notebooks there."
        )
    return found


def _unreadable(root: Path, student: str, chapter: str) -> str:
    """Why a submission can't be read as a notebook, or ""."""
    path = root / "submitted" / student / chapter / f"{chapter}.ipynb"
    if not path.is_file():
        return f"{path.name} is missing."
    try:
        nbformat.read(path, as_version=4)
    except Exception as error:  # hostile or broken: whatever it is, the class goes on
        return f"{path.name} is not a notebook ({type(error).__name__})."
    return ""


def _graded(root: Path, student: str, chapter: str) -> bool:
    return (root / "autograded" / student / chapter / f"{chapter}.ipynb").is_file()


def _last_error(said: str) -> str:
    errors = [line for line in said.splitlines() if "ERROR" in line or "Error" in line]
    return (errors or ["nbgrader gave no reason"])[-1][:200]


def _grades(root: Path, chapter: str, students: list[str], broken: dict[str, str]) -> list[Grade]:
    rows = []
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        most = gradebook.find_assignment(chapter).max_score
        for name in students:
            try:
                # nbgrader enters a submission that it can't read with a score of 0.
                score = gradebook.find_submission(chapter, name).score
            except MissingEntry:
                score = None
                broken.setdefault(name, "the gradebook has no score.")
            rows.append(Grade(name, score, most, broken.get(name, "")))
    return rows
