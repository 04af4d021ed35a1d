"""grading report: one page for the instructors on how a class did on one chapter.

Scores are the gradebook's, so that what a person decided counts; all else is counted from the
judgements that were kept (`overview`), and the students' code comes from their autograded
notebooks (`samples`). The page loads nothing, runs nothing, and escapes whatever it shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from nbgrader.api import Assignment, Gradebook, MissingEntry, Student, SubmittedAssignment
from nbgrader.api import Grade as GradeRow
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from grading.commands import course_folder
from grading.errors import BuildError
from grading.files import place
from grading.judge import judgements
from grading.judge.escaping import line
from grading.judge.reception import submissions
from grading.judge.table import score
from grading.overview import Overview, overview
from grading.samples import Names, Sample, Samples
from grading.standing import Part, Row

MISTAKES = 15  # that are shown with a sample; the others are counted


def write(root: Path, chapter: str, to: Path | None = None) -> Path:
    """Write the report of a chapter, by default beside its CSV file; returns where it lies.

    Raises `BuildError` where there is nothing to report, where the gradebook can't be read, and
    where the page can't be written.
    """
    course = course_folder(root, chapter)
    if not (root / "source" / chapter / f"{chapter}.ipynb").is_file():
        raise BuildError(root / "source" / chapter, None, "there is no such chapter; build first.")
    rows, names, most = _read(course)
    found = overview(rows, most)
    finder = Samples(course, names)
    samples = [finder.find(m.exercise, m.students) for m in found.mistakes[:MISTAKES]]
    path = to or root / "grades" / f"{chapter}.html"
    place(page(chapter, found, samples).encode("utf-8", "replace"), path)
    return path


def page(chapter: str, found: Overview, samples: list[Sample | None]) -> str:
    """The report as one HTML document; `samples` belong to the first mistakes, in their order."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        extensions=["jinja2.ext.loopcontrols"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["points"] = points
    environment.filters["line"] = line
    return environment.get_template("report.html").render(
        chapter=chapter,
        found=found,
        shown=list(zip(found.mistakes, samples, strict=False)),
        more=len(found.mistakes) - len(samples),
        most_of_rest=max((len(m.students) for m in found.mistakes[len(samples) :]), default=0),
        missing=[row for row in found.rows if not row.handed_in],
        unreadable=[r for r in found.rows if r.graded and r.judgement and r.judgement.problem],
        unsafe=[r for r in found.rows if r.graded and r.judgement and not r.judgement.sandboxed],
        waiting=[row for row in found.rows if row.reasons],
        css=(Path(__file__).parent / "report.css").read_text(encoding="utf-8"),
    )


def points(number: float) -> str:
    """Points as a person writes them.

    >>> points(11.260000000000002), points(6.0)
    ('11.26', '6')
    """
    return f"{round(number, 2):.2f}".rstrip("0").rstrip(".")


def _read(course: CourseDirectory) -> tuple[list[Row], Names, float]:
    """The class's rows, its names, and the most points that there are. Raises `BuildError`."""
    chapter, url = course.assignment_id, make_url(course.db_url)
    shown = url.database if url.drivername.startswith("sqlite") else url.render_as_string()
    nothing = f"nothing of {chapter} is graded yet; run `grading autograde {chapter}`."
    # SQLite would make an empty one.
    if url.drivername.startswith("sqlite") and not Path(url.database or "").is_file():
        raise BuildError(shown, None, f"there is no gradebook; {nothing}")
    try:
        with Gradebook(course.db_url, course.course_id) as gradebook:
            try:
                assignment = gradebook.find_assignment(chapter)
            except MissingEntry:
                raise BuildError(shown, None, nothing) from None
            rows = list(_rows(gradebook, course, assignment))
            fields = [text for student in gradebook.students for text in _fields(student)]
            most = assignment.max_score
    except SQLAlchemyError as error:
        reason = line(str(getattr(error, "orig", None) or error))[:200]
        message = f"the gradebook can't be read ({reason}); try again when it is free."
        raise BuildError(shown, None, message) from None
    if not any(row.graded for row in rows):
        raise BuildError(shown, None, nothing)
    return rows, Names([*fields, *(row.student for row in rows)]), most


def _rows(gradebook: Gradebook, course: CourseDirectory, assignment: Assignment) -> Iterator[Row]:
    """Whoever stands in the students' table, and whoever has handed in without standing there."""
    left_out = set(course.student_id_exclude.split(","))
    handed_in = {student for _, student, _ in submissions(course)} - left_out
    students = {student.id: student for student in gradebook.students}
    for name in sorted(students.keys() | handed_in):
        try:
            submission = gradebook.find_submission(assignment.name, name)
        except MissingEntry:
            yield Row(name, _called(students.get(name)), handed_in=name in handed_in)
            continue
        yield Row(
            name,
            _called(students[name]),
            score=score(submission),
            late=submission.late_submission_penalty or 0.0,
            parts=_parts(submission),
            judgement=judgements.find(Path(course.root), assignment.name, name),
        )


def _parts(submission: SubmittedAssignment) -> tuple[Part, ...]:
    return tuple(_part(grade) for notebook in submission.notebooks for grade in notebook.grades)


def _part(grade: GradeRow) -> Part:
    written = grade.cell.cell_type != "code"
    by_hand = grade.manual_score is not None
    return Part(
        grade.name,
        None if grade.auto_score is None and not by_hand else grade.score,
        grade.max_score,
        written=written,
        untouched=written and not by_hand and grade.auto_score is not None,
        open=grade.needs_manual_grade,
        by_hand=by_hand,
    )


def _fields(student: Student) -> tuple[str | None, ...]:
    """What the students' table says of one."""
    own = (student.id, student.first_name, student.last_name, student.email)
    return (*own, student.lms_user_id)


def _called(student: Student | None) -> str:
    """A student's name as the table gives it, "" if it gives none."""
    if student is None:
        return ""
    return " ".join(filter(None, (student.first_name, student.last_name)))
