"""The judge in nbgrader's chain: `Judge` judges a restored notebook, `SaveVerdicts` records it.

They stand in the place of nbgrader's Execute and SaveAutoGrades, which compute scores where the
student's code runs. Scores are written by nbgrader's own rules: a person's score and comment are
never touched, and where there is one the cell is marked to be looked at again.
"""

from __future__ import annotations

import functools
import time
from pathlib import Path
from typing import Any

import nbgrader.api
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.api import BaseCell, Course, Grade, Gradebook, SubmittedNotebook
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import compute_checksum, is_grade, is_solution
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import undefer
from traitlets import DottedObjectName, Float, List
from traitlets.utils.importstring import import_item

from grading.judge import feedback, judgements
from grading.judge.material import CourseFolder
from grading.judge.verdict import Judgement, Verdict


def share_engine() -> None:
    """Have all of nbgrader's gradebooks in this process use one database engine.

    nbgrader opens seven a submission, each with an engine and a connection of its own, which
    compiles the same queries, and looks for the same tables and the same course, again. For a
    process that ends with its class: whoever replaces the database meanwhile is not noticed.
    """
    create, tables = nbgrader.api.create_engine, nbgrader.api.Base.metadata
    if hasattr(create, "cache_info"):
        return
    check_course, known = Gradebook.check_course, set()

    def shared(*arguments: Any, **named: Any) -> Engine:
        engine = create(*arguments, **named)
        engine.dispose = lambda: None  # a gradebook that is closed would close it for the others
        return engine

    def checked(self: Gradebook, course_id: str = "default_course", **named: Any) -> Course | None:
        if (self.engine, course_id) in known and not named:
            return None  # nobody asks which
        course = check_course(self, course_id, **named)
        known.add((self.engine, course_id))
        return course

    nbgrader.api.create_engine = functools.cache(shared)
    tables.create_all = functools.cache(tables.create_all)  # by the engine
    Gradebook.check_course = checked


class Judge(NbGraderPreprocessor):
    """Judges a notebook and writes what came out into it."""

    judge_with = DottedObjectName(
        "grading.judge.judging.judge",
        help="The function (notebook, student, course) -> Judgement; for tests.",
    ).tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Judge, keep the judgement below `.judge/`, show it in the notebook."""
        root = Path(self.parent.parent.coursedir.root)
        judgement = resources.get("judgement")  # a worker's, kept already
        if judgement is None:
            student = resources["nbgrader"]["student"]
            judgement = import_item(self.judge_with)(nb, student, CourseFolder(root))
            judgements.keep(root, judgement.plain())
            resources["judgement"] = judgement
        feedback.show(judgement, nb)
        nb.metadata.setdefault("course", {})["judged"] = True
        return nb, resources


class SaveVerdicts(NbGraderPreprocessor):
    """Writes the scores of one submission into the gradebook: all of them, or none."""

    waits = List(
        Float(),
        [1.0, 3.0],
        help="Seconds before a gradebook in use is tried again; SQLite itself waits 5 each time.",
    ).tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Save, again after a while where another program holds the gradebook."""
        for wait in (*self.waits, None):
            try:
                self._save(nb, resources)
                break
            except OperationalError:
                if wait is None:
                    raise
                time.sleep(wait)
        return nb, resources

    def _save(self, nb: NotebookNode, resources: ResourcesDict) -> None:
        names = resources["nbgrader"]
        course = self.parent.parent.coursedir.course_id
        with Gradebook(names["db_url"], course) as gradebook:
            submitted = gradebook.find_submission_notebook(
                names["notebook"], names["assignment"], names["student"]
            )
            with gradebook.db.no_autoflush:
                # All at once, and held: each grade would ask for its own cell and points.
                cells = gradebook.db.query(BaseCell).filter_by(notebook_id=submitted.notebook_id)
                grades = gradebook.db.query(Grade).options(undefer(Grade.max_score))
                held = cells.all(), grades.filter_by(notebook_id=submitted.id).all()
                record(submitted, resources["judgement"], nb)
                del held
            gradebook.db.commit()


def record(submitted: SubmittedNotebook, judgement: Judgement, nb: NotebookNode) -> None:
    """Set the scores of a submission's grades by a judgement, and nbgrader's own comments.

    A grade that no verdict speaks of is left to a person. So is one with the reason to look at it
    that a verdict or an unreadable notebook gives, though its score stands.
    """
    verdicts = {verdict.name + feedback.CHECK: verdict for verdict in judgement.verdicts}
    written = {
        cell.metadata.nbgrader["grade_id"]
        for cell in nb.cells
        if is_grade(cell) and is_solution(cell)
    }
    unanswered = _unanswered(nb)
    for grade in submitted.grades:
        verdict = verdicts.get(grade.name)
        grade.auto_score = _points(verdict, grade) if verdict else None
        if grade.name in written:
            grade.auto_score = 0.0 if grade.name in unanswered else None
        look = bool(judgement.problem) or (verdict is not None and bool(verdict.review))
        open_ = grade.auto_score is None or grade.manual_score is not None
        grade.needs_manual_grade = open_ or look
    for comment in submitted.comments:
        comment.auto_comment = "No response." if comment.name in unanswered else None


def _points(verdict: Verdict, grade: Grade) -> float | None:
    """What a verdict earns of the gradebook's points; None where the grader failed."""
    return None if verdict.score is None else round(verdict.score * grade.max_score, 2)


def _unanswered(nb: NotebookNode) -> set[str]:
    """The cells for an answer that are as they were released."""
    return {
        cell.metadata.nbgrader["grade_id"]
        for cell in nb.cells
        if is_solution(cell) and cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
    }
