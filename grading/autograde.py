"""grading autograde: from the folder submitted/ to grades, feedback and a CSV file.

nbgrader's own command does the work, with the judge plugged in by nbgrader_config.py. This module
sees to it that the class is graded to the end, and says what is left for a person.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from tqdm import tqdm

from grading.commands import CommandFailed, course_folder, nbgrader
from grading.errors import BuildError
from grading.grades import Grade, faulty, for_a_person, problem, reasons, summary
from grading.judge import judgements
from grading.judge.escaping import line
from grading.judge.exporter import JUDGED, NOT_GRADED, NOTHING, PROGRESS
from grading.judge.feedback import UNSAFE
from grading.judge.reception import submissions
from grading.judge.table import Table, score
from grading.judge.warm import NO_SANDBOX
from grading.pages import Pages, without
from grading.recorded import Recorded


class CantGrade(BuildError):
    """Nothing can be graded now; the message is one sentence that says why."""

    def __init__(self, sentence: str) -> None:
        Exception.__init__(self, sentence)


@dataclass(frozen=True)
class Choice:
    """What to grade, and how: only these `students` (all, if empty), with so many `workers` (0: one
    a core), `again` also what has not changed; `sandbox=False` runs students' code without walls.
    """

    students: tuple[str, ...] = ()
    workers: int = 0
    again: bool = False
    sandbox: bool = True


def grade(root: Path, chapter: str, choice: Choice) -> int:
    """Grade a chapter's submissions and print a table; 1 if a person must put some right."""
    grades = autograde(root, chapter, choice)
    print(f"\n{'student':<24}{'score':>12}")
    for row in grades:
        points = "-" if row.score is None else f"{row.score:g} / {row.max_score:g}"
        print(f"{line(row.student):<24}{points:>12}  {row.counts}")
    waiting = [(row, text) for row in grades for text in for_a_person(row)]
    if waiting:
        print("\nFor a person:")
    for row, text in waiting:
        print(f"  {line(row.student)}: {text}")
    print(f"\n{summary(grades)}")
    print(f"\nFeedback: {root / 'feedback'}\nTable: {table(root, chapter)}")
    if not choice.sandbox:
        print(UNSAFE)
    return 1 if any(row.problem for row in grades) else 0


def autograde(root: Path, chapter: str, choice: Choice = Choice()) -> list[Grade]:
    """Register the assignment, autograde what has changed, write feedback and CSV.

    Returns the grades of all that were chosen. Raises `BuildError`, of which `CantGrade` is one,
    and `CommandFailed`.
    """
    course = course_folder(root, chapter)
    students = _students(course, choice.students)
    try:
        register(root, chapter)
    except CommandFailed as failure:
        raise _cant_grade(failure.output) or failure from None
    recorded = Recorded(root, chapter, choice.sandbox)
    changed = students if choice.again else _changed(course, students, recorded)
    if left := len(students) - len(changed):
        print(f"{left} of {len(students)} submissions have not changed since they were graded.")
    if changed:
        print(f"grading {len(changed)} submissions of {chapter} ...", flush=True)
    failed = _run(course, changed, choice)
    for name in changed:
        if name not in failed and not faulty(judgements.find(root, chapter, name)):
            recorded.add(name, *_places(course, name))
    recorded.save()
    with Gradebook(course.db_url, course.course_id) as gradebook:
        said = Pages(gradebook, course).write(students, choice.workers, choice.again)
        Table(to=str(table(root, chapter)), assignment=[chapter]).export(gradebook)
        rows = [_grade(gradebook, course, name, failed.get(name, "")) for name in students]
    return [_with_page(row, course, said) for row in rows]


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


def _students(course: CourseDirectory, wanted: tuple[str, ...] = ()) -> list[str]:
    found = submissions(course)
    left_out = set(course.student_id_exclude.split(","))
    place = course.format_path(course.submitted_directory, "<student>", course.assignment_id)
    if not found:
        raise BuildError(
            place, None, "no submissions; run `nbgrader collect`, or put the notebooks there."
        )
    if not any(any(folder.glob("*.ipynb")) for folder, _, _ in found):
        raise BuildError(place, None, "nobody's folder holds a notebook (*.ipynb).")
    names = {student for _, student, _ in found if student not in left_out}
    if unknown := sorted(set(wanted) - names):
        raise BuildError(place, None, f"no submission of {unknown[0]!r}; --students names ids.")
    return sorted(wanted or names)


def _changed(course: CourseDirectory, students: list[str], recorded: Recorded) -> list[str]:
    """The students whose grades are not up to date."""
    with Gradebook(course.db_url, course.course_id) as gradebook:
        known = {s.student.id for s in gradebook.assignment_submissions(course.assignment_id)}
    return [
        name
        for name in students
        if name not in known or not recorded.holds(name, *_places(course, name))
    ]


def _places(course: CourseDirectory, student: str) -> tuple[Path, Path]:
    """A student's folder as handed in, and her graded notebook."""
    chapter = course.assignment_id
    steps = (course.submitted_directory, course.autograded_directory)
    submitted, graded = (Path(course.format_path(step, student, chapter)) for step in steps)
    return submitted, graded / f"{chapter}.ipynb"


def _run(course: CourseDirectory, students: list[str], choice: Choice) -> dict[str, str]:
    """Have nbgrader grade, again for those that a run left out, while that gets any further.

    Returns why the others' grades could not be renewed. Raises `CantGrade` or `CommandFailed` if
    nobody's could, for a reason that is nobody's own.
    """
    everybody = {student for _, student, _ in submissions(course)}
    job = ["autograde", course.assignment_id, "--create", "--force"]
    job.append(f"--JudgeExporter.workers={choice.workers}")
    environment = {NO_SANDBOX: None if choice.sandbox else "typed", PROGRESS: "1"}
    left, reasons, again = set(students), {}, choice.again
    while left:
        before = {name: _written(course, name) for name in left}
        options = (without(course, everybody - left), f"--JudgeExporter.again={again}")
        with tqdm(total=len(left), unit=" submissions", disable=None) as bar:
            said = nbgrader(
                *(Path(course.root), *job, *options),
                check=False,
                environment=environment,
                hear=lambda text, bar=bar: _moved(bar, text),
                ahead=len(left) > 1,
            )
        again = False  # what was judged in this run stands
        renewed = {name for name in left if _written(course, name) not in (before[name], 0)}
        left -= renewed
        reasons = {name: _own_reason(said, name) for name in left}
        if not renewed:
            break
    if left and left == set(students) and not any(reasons.values()):
        raise _cant_grade(said) or CommandFailed(job, said)
    return {name: why or _last_error(said) for name, why in reasons.items()}


def _moved(bar: tqdm, text: str) -> bool:
    """Whether a line says how far the judging is; if so, the bar shows it."""
    found = re.fullmatch(rf"{JUDGED} (\d+) \d+\s*", text)
    if found:
        bar.update(int(found[1]) - bar.n)
    return bool(found)


def _written(course: CourseDirectory, student: str) -> int:
    """When a student's graded notebook was written, 0 if there is none."""
    return _time(course, course.autograded_directory, student, ".ipynb")


def _time(course: CourseDirectory, step: str, student: str, ending: str) -> int:
    chapter = course.assignment_id
    try:
        path = Path(course.format_path(step, student, chapter)) / f"{chapter}{ending}"
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _own_reason(said: str, student: str) -> str:
    """What the judge said of one student's submission, "" if nothing."""
    found = re.findall(f"{re.escape(f'{NOT_GRADED} {student}: ')}(.*)", said)
    return found[-1] if found else ""


def _cant_grade(said: str) -> CantGrade | None:
    """The reason why nbgrader could not work at all, where it is one that we know."""
    found = re.findall(f"{NOTHING}.*", said)
    if found:
        return CantGrade(found[-1])
    found = re.findall(r"OperationalError\) (.*)", said)
    if found:  # nbgrader's own advice on it, to upgrade the database, is seldom right
        return CantGrade(f"the gradebook can't be used ({found[-1]}); grade when it is free.")
    return None


def _last_error(said: str) -> str:
    errors = [text for text in said.splitlines() if "ERROR" in text or "Error" in text]
    return str(_cant_grade(said) or (errors or ["nbgrader gave no reason"])[-1][:200])


def _grade(gradebook: Gradebook, course: CourseDirectory, student: str, failed: str) -> Grade:
    """One student's result; `failed` is why she could not be graded in this run, or ""."""
    chapter = course.assignment_id
    most = gradebook.find_assignment(chapter).max_score
    try:
        points = score(gradebook.find_submission(chapter, student))
    except MissingEntry:
        points = None
    if failed:
        stand = "no grade" if points is None else "the old grade stands"
        return Grade(student, points, most, line(f"not graded, {stand}: {failed}"))
    judgement = judgements.find(Path(course.root), chapter, student)
    return Grade(student, points, most, problem(judgement), reasons(judgement), judgement)


def _with_page(row: Grade, course: CourseDirectory, said: str) -> Grade:
    """A result with a problem where nbgrader made no feedback page for it; `said` is its log."""
    made = _time(course, course.feedback_directory, row.student, ".html")
    if row.problem or made >= _written(course, row.student):
        return row
    return replace(row, problem=line(f"graded, but without a feedback page: {_last_error(said)}"))
