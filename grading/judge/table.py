"""The table of grades: nbgrader's CSV file, with what a person still has to decide.

nbgrader counts a grade that is not there yet as 0. Here an exercise that the judge could not grade
leaves the score empty, and `open` names everything that is waiting for a person.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, Gradebook, MissingEntry, Student, SubmittedAssignment
from nbgrader.plugins import ExportPlugin

from grading.files import place

COLUMNS = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score", "open"),
)


class Table(ExportPlugin):
    """The plug-in of `nbgrader export`; `--to`, `--assignment` and `--student` as nbgrader's."""

    def export(self, gradebook: Gradebook) -> None:
        """Write the table, whole or not at all. Raises `BuildError` where it can't be written."""
        path = Path(self.to or "grades.csv")
        text = io.StringIO(newline="")
        table = csv.DictWriter(text, COLUMNS)
        table.writeheader()
        table.writerows(self._rows(gradebook))
        place(text.getvalue().encode("utf-8", "replace"), path)
        self.log.info("Exported grades to %s", path)

    def _rows(self, gradebook: Gradebook) -> Iterator[dict[str, Any]]:
        students = {str(name) for name in self.student}
        assignments = {str(name) for name in self.assignment}
        for assignment in gradebook.assignments:
            for student in gradebook.students:
                wanted = not assignments or assignment.name in assignments
                if wanted and (not students or student.id in students):
                    yield _row(gradebook, assignment, student)


def score(submission: SubmittedAssignment) -> float | None:
    """What a student gets, less what lateness costs; None where the judge owes her a score."""
    if any(grade.cell.cell_type == "code" for grade in ungraded(submission)):
        return None
    return max(0.0, submission.score - (submission.late_submission_penalty or 0.0))


def ungraded(submission: SubmittedAssignment) -> list[Any]:
    """The grades for which there is no score at all, from the judge or from a person."""
    return [
        grade
        for notebook in submission.notebooks
        for grade in notebook.grades
        if grade.auto_score is None and grade.manual_score is None
    ]


def _row(gradebook: Gradebook, assignment: Assignment, student: Student) -> dict[str, Any]:
    row = {
        "assignment": assignment.name,
        "duedate": assignment.duedate,
        "student_id": student.id,
        "last_name": student.last_name,
        "first_name": student.first_name,
        "email": student.email,
        "max_score": assignment.max_score,
    }
    try:
        submission = gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:  # nothing was handed in
        return row | {"raw_score": 0.0, "late_submission_penalty": 0.0, "score": 0.0}
    waiting = [
        grade.name
        for notebook in submission.notebooks
        for grade in notebook.grades
        if grade.needs_manual_grade
    ]
    return row | {
        "timestamp": submission.timestamp,
        "raw_score": submission.score,
        "late_submission_penalty": submission.late_submission_penalty,
        "score": score(submission),
        "open": " ".join(sorted(waiting)),
    }
