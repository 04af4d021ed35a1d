"""Every chapter before the judge: right answers get all points, untouched ones none."""

import os
import shutil
from pathlib import Path

import nbformat
import pytest

from grading import answers
from grading.build import Layout
from grading.judge import warm
from grading.judge.examining import Examiner
from grading.judge.judging import judge
from grading.judge.material import CourseFolder
from grading.notebook import type_in

ROOT = Path(__file__).resolve().parents[2]
LAYOUT = Layout.at(ROOT)
NAMES = sorted(path.stem for path in LAYOUT.chapters.glob("ch*.md"))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not shutil.which("bwrap") and not os.environ.get("CI"),  # there it must be
        reason="needs bubblewrap (Debian, Ubuntu: apt-get install bubblewrap)",
    ),
]


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> CourseFolder:
    """This course, with a secret of the test's own."""
    root = tmp_path_factory.mktemp("judged")
    for name in ("chapters", "answers", "release", "course"):
        (root / name).symlink_to(ROOT / name)
    yield CourseFolder(root)
    warm.cool()


def right_bodies(name: str, course: CourseFolder) -> dict[str, list[str]]:
    """Every exercise's solution and the quiz's letters, by the name of the cell."""
    material = course.material(name)
    bodies = {exercise: key.body() for exercise, key in material.keys.items()}
    quiz = LAYOUT.answers / name / "quiz.py"
    if quiz.is_file():
        letters = {n: question.right for n, question in answers.load_quiz(quiz).items()}
        bodies |= {n: [f"return {letters}"] for n in material.visible if n not in bodies}
    return bodies


def handed_in(name: str, bodies: dict[str, list[str]]) -> nbformat.NotebookNode:
    """The released notebook with these bodies typed in."""
    book = nbformat.read(LAYOUT.release / name / f"{name}.ipynb", as_version=4)
    book.metadata["course"] = {"chapter": name}
    type_in(book, bodies)
    return book


@pytest.mark.parametrize("name", NAMES)
def test_right_answers_get_all_points(name, course):
    """And no cell that students are given fails where it is graded."""
    judgement = judge(handed_in(name, right_bodies(name, course)), "ada", course)
    assert {v.name: (v.verdict, v.score, v.review) for v in judgement.verdicts} == {
        v.name: ("pass", 1.0, ()) for v in judgement.verdicts
    }
    errors = [o.text for cell in judgement.outputs.values() for o in cell if o.kind == "error"]
    assert not errors


@pytest.mark.parametrize("name", NAMES)
def test_an_untouched_chapter_gets_none(name, course):
    """What nobody has begun is said to be so."""
    judgement = judge(handed_in(name, {}), "ben", course)
    assert judgement.verdicts
    assert {(v.verdict, v.score) for v in judgement.verdicts} == {("not attempted", 0.0)}


@pytest.mark.parametrize("name", NAMES)
def test_every_listed_mistake_is_named(name, course):
    """The judge's messages tell a mistake by the key's own words, on inputs nobody has seen."""
    material = course.material(name)
    right = right_bodies(name, course)
    rounds = max(len(key.mistakes) for key in material.keys.values())
    unnamed = []
    for number in range(rounds):
        made = {n: k.mistakes[number] for n, k in material.keys.items() if number < len(k.mistakes)}
        bodies = right | {n: material.keys[n].body(mistake) for n, mistake in made.items()}
        judgement = judge(handed_in(name, bodies), f"student {number}", course)
        for verdict in judgement.verdicts:
            if verdict.name not in made:
                continue
            mistake, said = made[verdict.name], " ".join((*verdict.messages, *verdict.notes))
            if verdict.verdict == "pass" or mistake.when not in said:
                unnamed.append((verdict.name, mistake.name, verdict.verdict, verdict.messages))
    assert not unnamed


@pytest.mark.parametrize("name", NAMES)
def test_together_or_each_alone_the_verdicts_are_the_same(name, course, monkeypatch):
    """Probing many exercises in one process is quicker, and nothing else."""
    material = course.material(name)
    books = []
    for number in range(2):  # every other exercise with a mistake, the others right
        made = {n: k for i, (n, k) in enumerate(material.keys.items()) if i % 2 == number}
        wrong = {n: k.body(k.mistakes[number % len(k.mistakes)]) for n, k in made.items()}
        books.append(handed_in(name, right_bodies(name, course) | wrong))
    together = [judge(book, "ada", course).verdicts for book in books]
    monkeypatch.setattr(Examiner, "rehearsed", lambda self, names, ask: {})
    alone = [judge(book, "ada", course).verdicts for book in books]
    assert together == alone
