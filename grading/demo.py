"""grading demo: a simulated class, from release to grades, by nbgrader's own commands.

It plays in a folder of its own, with its own gradebook and exchange, and shows what an instructor
would see: one line a student with the score and what the feedback said. Twelve students are
honest; the others are what a grader has to live with.
"""

from __future__ import annotations

import shutil
import textwrap
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nbformat

from grading import autograde, chapter
from grading.build import Layout, gather
from grading.commands import nbgrader
from grading.errors import BuildError
from grading.judge.verdict import NOT_ATTEMPTED, PASS, Judgement
from grading.notebook import type_in
from grading.simulated import Student, hostile, simulated

MARKER = ".demo"  # in a folder that this job made, and may make again


def demo(root: Path, folder: Path, name: str = "ch04_rnn") -> int:
    """Play the class in `folder` and print the table. Raises `BuildError`."""
    layout = Layout.at(root)
    text = chapter.read(layout.chapters / f"{name}.md")
    keys, questions, _ = gather(text, layout.answers / name)
    students = list(simulated(keys, {n: q.right for n, q in questions.items()}, text))
    students += hostile(students[0].bodies, next(iter(keys)))
    _fresh(folder)
    due = datetime.now(UTC) + timedelta(days=1)
    course = _set_up(layout, folder, name, students, due)
    print(f"{len(students)} students fetch, work and submit ...", flush=True)

    def hand_in(student: Student) -> None:
        desk = folder / "students" / student.name
        desk.mkdir(parents=True)
        shutil.copy2(course / "nbgrader_config.py", desk)
        nbgrader(desk, "fetch_assignment", name, *_exchange(folder))
        work(desk / name / f"{name}.ipynb", student)
        nbgrader(desk, "submit", name, f"--student={student.name}", *_exchange(folder))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(hand_in, students))
    # All share one account here, so nbgrader can't compare a file's owner with its name.
    nbgrader(course, "collect", name, "--ExchangeCollect.check_owner=False", *_exchange(folder))
    for student in students:
        if student.days_late:
            when = due + timedelta(days=student.days_late)
            stamp = course / "submitted" / student.name / name / "timestamp.txt"
            stamp.write_text(f"{when:%Y-%m-%d %H:%M:%S} UTC")
    grades = autograde.autograde(course, name)
    nbgrader(course, "release_feedback", name, *_exchange(folder))
    print(f"\n{'student':<8}{'':<22}{'score':>11}  what the feedback said")
    about = {student.name: student.about for student in students}
    for row in grades:
        score = "no grade" if row.score is None else f"{row.score:g} / {row.max_score:g}"
        said = row.problem or told(row.judgement)
        lines = textwrap.wrap(said, 76) or [""]
        print(f"{row.student:<8}{about[row.student]:<22}{score:>11}  {lines[0]}")
        for line in lines[1:]:
            print(" " * 43 + line)
    print(f"\nGradebook, feedback and table: {course}")
    return 0


def work(path: Path, student: Student) -> None:
    """Type a student's code into the cells of a fetched notebook, as she would."""
    if student.file:
        path.write_bytes(student.file)
        return
    notebook = nbformat.read(path, as_version=4)
    type_in(notebook, student.bodies)
    if student.cell:
        notebook.cells.insert(1, nbformat.v4.new_code_cell(student.cell))
    nbformat.write(notebook, path)


def told(judgement: Judgement | None) -> str:
    """What the feedback says of each exercise that is not right, the first sentence of each."""
    verdicts = judgement.verdicts if judgement else ()
    wrong = [v for v in verdicts if v.verdict not in (PASS, NOT_ATTEMPTED)]
    said = [f"{v.name}: {(v.messages or v.notes or (v.verdict,))[0]}" for v in wrong]
    untouched = [v.name for v in verdicts if v.verdict == NOT_ATTEMPTED]
    if untouched:
        said.append(f"Not attempted: {', '.join(untouched)}.")
    return " ".join(said) or "All right."


def _fresh(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / MARKER).is_file():
        raise BuildError(folder, None, "is not empty and no demo; name another folder.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / MARKER).write_text("Made by `grading demo`; it is made anew each time.\n")


def _set_up(
    layout: Layout, folder: Path, name: str, students: list[Student], due: datetime
) -> Path:
    """The instructor's side: a course folder, the class list, the release, the date."""
    course = folder / "course"
    own = Layout.at(course)
    shutil.copytree(layout.source / name, own.source / name)
    shutil.copytree(layout.answers / name, own.answers / name)
    own.chapters.mkdir()
    shutil.copy2(layout.chapters / f"{name}.md", own.chapters)
    shutil.copy2(layout.root / "nbgrader_config.py", course)
    (folder / "exchange").mkdir()
    (folder / "exchange").chmod(0o777)  # nbgrader refuses an exchange that others can't write to
    print(f"releasing {name} ...", flush=True)
    nbgrader(course, "generate_assignment", name)
    nbgrader(course, "release_assignment", name, *_exchange(folder))
    nbgrader(course, "db", "assignment", "add", name, f"--duedate={due:%Y-%m-%d %H:%M:%S} UTC")
    table = "id\n" + "".join(f"{student.name}\n" for student in students)
    (course / "students.csv").write_text(table)
    nbgrader(course, "db", "student", "import", "students.csv")
    return course


def _exchange(folder: Path) -> tuple[str, ...]:
    cache = folder / "cache"  # where nbgrader notes what was submitted; else in the user's home
    return (f"--Exchange.root={folder / 'exchange'}", f"--Exchange.cache={cache}")
