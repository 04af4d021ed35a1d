"""grading demo: a simulated class of twelve, from release to grades, by nbgrader's own commands.

It plays in a folder of its own, with its own gradebook and exchange, and shows what an instructor
would see: one line a student with the score and what the feedback said.
"""

from __future__ import annotations

import itertools
import shutil
import textwrap
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup

from course.checks.expected import find
from grading import autograde, chapter
from grading.answers import Key
from grading.build import Layout, gather
from grading.chapter import BuildError, Chapter
from grading.commands import nbgrader
from grading.keys import Mistake
from grading.notebook import insert

CLASS = 12
NAMES = (
    *("ada", "ben", "chidi", "dana", "emil", "farah"),
    *("goran", "hana", "ines", "jun", "kofi", "lena"),
)
MARKER = ".demo"  # in a folder that this job made, and may make again


@dataclass(frozen=True)
class Student:
    """A simulated student: what is typed into each exercise's cell, by the exercise's name."""

    name: str
    about: str
    bodies: Mapping[str, list[str]] = field(default_factory=dict)


def demo(root: Path, folder: Path, name: str = "ch04_rnn") -> int:
    """Play the class in `folder` and print the table. Raises `BuildError`."""
    layout = Layout.at(root)
    text = chapter.read(layout.chapters / f"{name}.md")
    keys, questions, _ = gather(text, layout.answers / name)
    students = list(simulated(keys, {n: q.right for n, q in questions.items()}, text))
    _fresh(folder)
    course = _set_up(root, folder, name, students)
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
    # All twelve share one account here, so nbgrader can't compare a file's owner with its name.
    nbgrader(course, "collect", name, "--ExchangeCollect.check_owner=False", *_exchange(folder))
    grades = autograde.autograde(course, name)
    nbgrader(course, "release_feedback", name, *_exchange(folder))
    print(f"\n{'student':<8}{'':<22}{'score':>11}  what the feedback said")
    about = {student.name: student.about for student in students}
    for row in grades:
        score = "no grade" if row.score is None else f"{row.score:g} / {row.max_score:g}"
        said = row.problem or said_in(course / "feedback" / row.student / name / f"{name}.html")
        lines = textwrap.wrap(said, 76) or [""]
        print(f"{row.student:<8}{about[row.student]:<22}{score:>11}  {lines[0]}")
        for line in lines[1:]:
            print(" " * 43 + line)
    print(f"\nGradebook, feedback and table: {course}")
    return 0


def simulated(keys: Mapping[str, Key], quiz: Mapping[int, str], text: Chapter) -> Iterator[Student]:
    """Twelve students: one right, one half done, one untouched, one broken; the others make
    every listed mistake between them."""
    quiz_name = next((c.options["quiz"] for c in text.cells if "quiz" in c.options), "")
    right = {name: key.body() for name, key in keys.items()}
    names = iter(NAMES)
    yield Student(next(names), "all right", right | {quiz_name: [f"return {dict(quiz)}"]})
    half = dict(list(right.items())[: len(right) // 2])
    yield Student(next(names), "half of it done", half)
    yield Student(next(names), "untouched")
    first = next(iter(keys))
    yield Student(next(names), "a cell that won't run", right | {first: ["return (("]})
    rest = CLASS - 4
    shared = {name: share_mistakes(key, rest) for name, key in keys.items()}
    for number in range(rest):
        bodies = {
            name: key.body(*shared[name][number]) if shared[name][number] else right[name]
            for name, key in keys.items()
        }
        bodies[quiz_name] = [f"return { {n: 'ABCD'[(number + n) % 4] for n in quiz} }"]
        yield Student(next(names), f"listed mistakes {number + 1}", bodies)


def share_mistakes(key: Key, students: int) -> list[tuple[Mistake, ...]]:
    """Every listed mistake of a key for one of so many students; some make two at once.

    Only pairs that a check tells apart are made. Raises `BuildError` where they don't suffice.
    """
    mistakes = key.mistakes
    told = {pair.when for pair in find(key.name).pairs}
    pairs = [(a, b) for a, b in itertools.combinations(mistakes, 2) if (a.when, b.when) in told]
    chosen = _disjoint(pairs, max(0, len(mistakes) - students))
    if chosen is None:
        raise BuildError(key.path, None, f"{students} students can't make all its mistakes.")
    paired = {mistake.name for pair in chosen for mistake in pair}
    alone = [(mistake,) for mistake in mistakes if mistake.name not in paired]
    shared = [*alone, *chosen]
    return shared + [()] * (students - len(shared))


def _disjoint(pairs: list[tuple], count: int) -> list[tuple] | None:
    """So many pairs of which no two share a mistake, or None."""
    if count == 0:
        return []
    for number, (a, b) in enumerate(pairs):
        free = [pair for pair in pairs[number + 1 :] if a not in pair and b not in pair]
        rest = _disjoint(free, count - 1)
        if rest is not None:
            return [(a, b), *rest]
    return None


def work(path: Path, student: Student) -> None:
    """Type a student's code into the cells of a fetched notebook, as she would."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        body = student.bodies.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
        if body:
            cell.source = insert(cell.source, body)
    nbformat.write(notebook, path)


def said_in(path: Path) -> str:
    """What a feedback page says of each graded cell that is not right."""
    page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    said = []
    for shown in page.select('[aria-label^="Check of"], .output_error'):
        text = shown.get_text().strip()
        if shown.has_attr("aria-label"):
            name = shown["aria-label"].removeprefix("Check of ")
            texts = [p.get_text() for p in shown.find_all("p")]
            said.append((name, texts[1] if len(texts) > 1 else texts[0].removeprefix(f"{name}: ")))
        elif text.startswith("CheckFailed: "):
            name, _, rest = text.removeprefix("CheckFailed: ").partition(": ")
            said.append((name, _first_message(rest)))
        else:
            said.append(("a cell", text.splitlines()[-1]))
    unique = dict.fromkeys(said)
    wrong = [f"{name}: {what}" for name, what in unique if what != "right."]
    return " ".join(wrong) or "All right."


def _first_message(text: str) -> str:
    """The first line after the list of criteria, or the headline."""
    lines = text.splitlines()
    return next((line for line in lines[1:] if not line.lstrip().startswith("[")), lines[0])


def _fresh(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / MARKER).is_file():
        raise BuildError(folder, None, "is not empty and no demo; name another folder.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / MARKER).write_text("Made by `grading demo`; it is made anew each time.\n")


def _set_up(root: Path, folder: Path, name: str, students: list[Student]) -> Path:
    """The instructor's side: a course folder, the class list, the release."""
    course = folder / "course"
    shutil.copytree(root / "source" / name, course / "source" / name)
    shutil.copy2(root / "nbgrader_config.py", course)
    (folder / "exchange").mkdir()
    (folder / "exchange").chmod(0o777)  # nbgrader refuses an exchange that others can't write to
    print(f"releasing {name} ...", flush=True)
    nbgrader(course, "generate_assignment", name)
    nbgrader(course, "release_assignment", name, *_exchange(folder))
    table = "id\n" + "".join(f"{student.name}\n" for student in students)
    (course / "students.csv").write_text(table)
    nbgrader(course, "db", "student", "import", "students.csv")
    return course


def _exchange(folder: Path) -> tuple[str, ...]:
    cache = folder / "cache"  # where nbgrader notes what was submitted; else in the user's home
    return (f"--Exchange.root={folder / 'exchange'}", f"--Exchange.cache={cache}")
