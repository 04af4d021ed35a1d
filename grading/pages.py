"""The students' feedback pages, written again where what they show has changed."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from nbgrader.api import Assignment, Comment, Grade, Gradebook, SubmittedAssignment
from nbgrader.api import SubmittedNotebook as Notebook
from nbgrader.coursedir import CourseDirectory
from tqdm import tqdm

from grading.commands import nbgrader
from grading.files import place
from grading.judge import editions
from grading.judge.classroom import cores

WRITING = "Writing "  # in nbgrader's log, where a page is written


class Pages:
    """The pages of one chapter. What each of them shows is remembered in a file in `.judge/`.

    `gradebook` is asked for scores and comments: a person may have added some since.
    """

    def __init__(self, gradebook: Gradebook, course: CourseDirectory) -> None:
        self.course, self.chapter = course, course.assignment_id
        self.root = Path(course.root)
        self.path = self.root / ".judge" / "pages" / f"{self.chapter}.json"
        config = self.root / "nbgrader_config.py"
        made_by = [editions.grader(), config.read_text() if config.is_file() else ""]
        self.made_by = hashlib.sha256("\0".join(made_by).encode()).hexdigest()
        self.shown = self._shown(gradebook)
        try:
            self.marks: dict[str, str] = dict(json.loads(self.path.read_bytes()))
        except (OSError, ValueError, TypeError):
            self.marks = {}

    def write(self, students: list[str], workers: int = 0, again: bool = False) -> str:
        """Write the pages that are not up to date, a part of the class a process.

        Returns what nbgrader said. Raises `BuildError` where the disk is full.
        """
        old = [n for n in students if again or self.marks.get(n) != (self._mark(n) or "none")]
        parts = max(1, min(workers or cores(), len(old) // 4))
        with (
            ThreadPoolExecutor(parts) as pool,
            tqdm(total=len(old), unit=" pages", disable=None) as bar,
        ):

            def write(part: int) -> str:
                if not old:
                    return ""
                others = set(self.shown) | set(students)
                job = ("generate_feedback", self.chapter, "--force")
                chosen = without(self.course, others - set(old[part::parts]))

                def hear(text: str) -> bool:
                    bar.update(WRITING in text)
                    return False

                return nbgrader(self.root, *job, chosen, check=False, hear=hear)

            said = "".join(pool.map(write, range(parts)))
        for name in old:
            self.marks[name] = self._mark(name)
        place(json.dumps(self.marks, indent=1).encode(), self.path)
        return said

    def _mark(self, student: str) -> str:
        """What a student's page is made from, and the page as it lies there; "" without a page."""
        steps = (self.course.autograded_directory, self.course.feedback_directory)
        graded, page = (
            Path(self.course.format_path(step, student, self.chapter)) / f"{self.chapter}{ending}"
            for step, ending in zip(steps, (".ipynb", ".html"), strict=True)
        )
        try:
            about = [(path.stat().st_size, path.stat().st_mtime_ns) for path in (graded, page)]
        except OSError:
            return ""
        if about[1][1] < about[0][1]:
            return ""  # made of an older notebook
        text = f"{self.made_by} {about} {self.shown.get(student)}"
        return hashlib.sha256(text.encode()).hexdigest()

    def _shown(self, gradebook: Gradebook) -> dict[str, list[str]]:
        """By student, the scores and comments of the chapter, as text."""
        columns = {
            Grade: (Grade.cell_id, Grade.auto_score, Grade.manual_score, Grade.extra_credit),
            Comment: (Comment.cell_id, Comment.auto_comment, Comment.manual_comment),
            None: (Notebook.late_submission_penalty,),
        }
        found: dict[str, list[str]] = {}
        for table, chosen in columns.items():
            query = gradebook.db.query(SubmittedAssignment.student_id, *chosen)
            query = query.select_from(Notebook if table is None else table)
            if table is not None:
                query = query.join(Notebook, table.notebook_id == Notebook.id)
            query = query.join(
                SubmittedAssignment, Notebook.assignment_id == SubmittedAssignment.id
            )
            query = query.join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
            for student, *row in query.filter(Assignment.name == self.chapter):
                found.setdefault(student, []).append(repr(row))
        return {student: sorted(rows) for student, rows in found.items()}


def without(course: CourseDirectory, others: set[str]) -> str:
    """nbgrader's option that leaves students out; it knows none that chooses some."""
    out = sorted(
        {name for name in others if "," not in name} | set(course.student_id_exclude.split(","))
    )
    return f"--CourseDirectory.student_id_exclude={','.join(out)}"
