"""From submissions to grades on a real gradebook, by nbgrader's own commands."""

import csv

import nbformat
import pytest

from grading.notebook import insert

RIGHT = ["return (w * x).sum() / w.sum()"]
HALF = ["if len(x) == 1:", "    return x", *RIGHT]  # for one number the shape is wrong
WRONG = ["return (w * x).sum() / len(w)"]


@pytest.fixture(scope="module")
def graded(shared_course):
    """A class of six, graded once."""
    for name, body in {"ann": RIGHT, "bob": HALF, "cat": WRONG, "dan": None}.items():
        submit(shared_course, name, body)
    place(shared_course, "eve").write_text('{"cells": [{"cell_type": "code", "sour')
    place(shared_course, "fay").write_text("Dear professor, please find attached")
    return shared_course, shared_course.grading("autograde", "ch98_mini")


def place(course, student):
    path = course.root / "submitted" / student / "ch98_mini" / "ch98_mini.ipynb"
    path.parent.mkdir(parents=True)
    return path


def submit(course, student, body):
    book = nbformat.read(course.notebook("release"), as_version=4)
    for cell in book.cells:
        if body and "def weighted_mean" in cell.source:
            cell.source = insert(cell.source, body)
    nbformat.write(book, place(course, student))


def rows(course) -> dict[str, dict[str, str]]:
    with (course.root / "grades" / "ch98_mini.csv").open() as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


def feedback(course, student) -> str:
    path = course.root / "feedback" / student / "ch98_mini" / "ch98_mini.html"
    return path.read_text(encoding="utf-8")


def test_scores_reach_the_gradebook_and_the_table(graded):
    """Full, half and no marks, as the criteria say; the quiz was left out by all."""
    course, done = graded
    scores = {name: float(row["score"]) for name, row in rows(course).items()}
    assert scores == {"ann": 16.0, "bob": 8.0, "cat": 0.0, "dan": 0.0, "eve": 0.0, "fay": 0.0}
    assert ["ann", "16", "/", "20"] in [line.split() for line in done.stdout.splitlines()]


def test_half_right_gets_half_the_points_and_a_message(graded):
    """Partial credit in the gradebook, and the report beside it in the feedback."""
    course, _ = graded
    page = feedback(course, "bob")
    assert "weighted_mean: not right yet; 1 of 2 criteria met." in page
    assert "has shape (1,); expected ()" in page


def test_wrong_answers_are_diagnosed_in_the_feedback(graded):
    """The mistake is named where the score is zero, too; untouched says so."""
    course, _ = graded
    assert "This is what you get when the sum is divided by n." in feedback(course, "cat")
    assert "weighted_mean: not attempted yet." in feedback(course, "dan")


def test_a_broken_submission_stops_nobody(graded):
    """What is no notebook is named with its reason, the others are graded, the status says so."""
    _, done = graded
    assert done.returncode == 1
    for name in ("eve", "fay"):
        (line,) = [line for line in done.stdout.splitlines() if line.startswith(name)]
        assert "0 / 20  ch98_mini.ipynb is not a notebook" in line
    assert "Traceback" not in done.stdout + done.stderr


def test_grading_again_keeps_the_grades(graded):
    """A second run gives the same table, and the release is left as it was built."""
    course, _ = graded
    before, release = rows(course), course.notebook("release").read_bytes()
    done = course.grading("autograde", "ch98_mini")
    assert done.returncode == 1
    assert {n: r["score"] for n, r in rows(course).items()} == {
        n: r["score"] for n, r in before.items()
    }
    assert course.notebook("release").read_bytes() == release


def test_no_submissions_and_no_chapter_are_one_sentence(built):
    """Nothing to grade, or a chapter that is not there: told where to put submissions."""
    done = built.grading("autograde", "ch98_mini")
    assert done.returncode == 2 and "no submissions" in done.stderr
    place(built, "ann").write_text("{}")
    (built.root / "submitted" / "ann" / "ch98_mini").rename(
        built.root / "submitted" / "ann" / "ch97"
    )
    done = built.grading("autograde", "ch97")
    assert done.returncode == 2 and "no such chapter" in done.stderr
    assert "Traceback" not in done.stderr
