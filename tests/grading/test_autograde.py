"""From submissions to grades on a real gradebook, by one command."""

import csv
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from grading.notebook import insert

RIGHT = ["return (w * x).sum() / w.sum()"]
HALF = ["if len(x) == 1:", "    return x", *RIGHT]  # for one number the shape is wrong
WRONG = ["return (w * x).sum() / len(w)"]
HOSTILE = [
    'print("<script>alert(1)</script>", "\\x1b[31mred")',
    'raise ValueError("<script>alert(2)</script>")',
]


@pytest.fixture(scope="module")
def graded(shared_course):
    """A class of eight, graded once."""
    for name, body in {"ann": RIGHT, "bob": HALF, "cat": WRONG, "dan": None}.items():
        submit(shared_course, name, body)
    place(shared_course, "eve").write_text('{"cells": [{"cell_type": "code", "sour')
    place(shared_course, "fay").write_text("Dear professor, please find attached")
    submit(shared_course, "gus", HOSTILE)
    submit(shared_course, "\x1b[31mhex", RIGHT)
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
    nobody = dict.fromkeys(("cat", "dan", "eve", "fay", "gus"), 0.0)
    assert scores == {"ann": 16.0, "bob": 8.0, "\x1b[31mhex": 16.0} | nobody
    table = [line.split() for line in done.stdout.splitlines()]
    assert ["ann", "16", "/", "20", "1", "pass,", "1", "not", "attempted"] in table
    assert ["hex", "16", "/", "20", "1", "pass,", "1", "not", "attempted"] in table


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
    course, done = graded
    assert done.returncode == 1
    for name in ("eve", "fay"):
        assert f"{name:<24}      0 / 20  not readable\n" in done.stdout
        assert f"  {name}: ch98_mini.ipynb is damaged or no notebook" in done.stdout
        assert "This submission could not be graded as it is" in feedback(course, name)
        assert rows(course)[name]["open"] == "mini_essay mini_quiz-check weighted_mean-check"
    assert "Traceback" not in done.stdout + done.stderr


def test_what_a_students_program_says_stays_text(graded):
    """In the feedback, in the table, in the terminal."""
    course, done = graded
    page = feedback(course, "gus")
    assert "weighted_mean: stopped by an error." in page
    assert "<script>alert" not in page
    assert "\x1b" not in page + done.stdout


def test_grading_again_keeps_the_grades(graded):
    """A second run says that nothing has changed, prints the same table, leaves the release."""
    course, first = graded
    before, release = rows(course), course.notebook("release").read_bytes()
    done = course.grading("autograde", "ch98_mini")
    assert done.returncode == 1
    news, table = done.stdout.split("\n", 1)
    assert news == "8 of 8 submissions have not changed since they were graded."
    assert table == first.stdout.split("\n", 1)[1]
    assert rows(course) == before
    assert course.notebook("release").read_bytes() == release


def test_pages_are_written_again_where_they_would_differ(graded):
    """A person's comment and score, and a page that is gone; nobody else's page is touched."""
    course, _ = graded
    course.grading("autograde", "ch98_mini")
    pages = {p.parts[-3]: p for p in course.root.glob("feedback/*/*/*.html")}
    before = {name: path.stat().st_mtime_ns for name, path in pages.items()}
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        written = gradebook.find_comment("mini_essay", "ch98_mini", "ch98_mini", "bob")
        written.manual_comment = "Well put, Bob."
        gradebook.find_grade("mini_essay", "ch98_mini", "ch98_mini", "cat").manual_score = 3
        gradebook.db.commit()
    pages["gus"].unlink()
    course.grading("autograde", "ch98_mini")
    assert "Well put, Bob." in feedback(course, "bob")
    changed = {name for name, path in pages.items() if path.stat().st_mtime_ns != before[name]}
    assert changed == {"bob", "cat", "gus"}


def test_a_changed_submission_is_graded_anew(graded):
    """Also without a new timestamp, by which nbgrader would tell."""
    course, _ = graded
    path = course.root / "submitted" / "dan" / "ch98_mini" / "ch98_mini.ipynb"
    before = path.read_bytes()
    path.unlink()
    path.parent.rmdir()
    submit(course, "dan", RIGHT)
    done = course.grading("autograde", "ch98_mini")
    assert done.stdout.startswith("7 of 8 submissions have not changed")
    assert rows(course)["dan"]["score"] == "16.0"
    path.write_bytes(before)


JUDGE = """
import os
from grading.judge.verdict import INTERNAL, PASS, Judgement, Verdict

def ready():
    pass

def judge(notebook, student, course):
    if student == "bob" and os.path.exists("broken"):
        raise RuntimeError("planted")
    kind, score = (INTERNAL, None) if student == "ann" else (PASS, 1.0)
    shut_in = not os.environ.get("COURSE_NO_SANDBOX")
    mean = Verdict("weighted_mean", kind, score, 16.0, review=(f"look at {student}",))
    quiz = Verdict("mini_quiz", "not attempted", 0.0, 2.0)
    return Judgement(student, "ch98_mini", (mean, quiz), sandboxed=shut_in)
"""


@pytest.fixture
def judged(built):
    """A class of two before a judge that has its reasons."""
    with (built.root / "nbgrader_config.py").open("a") as file:
        file.write('\nc.Judge.judge_with = "fake.judge"\nc.JudgeExporter.ready_with = "fake.ready"')
    (built.root / "fake.py").write_text(JUDGE)
    submit(built, "ann", RIGHT)
    submit(built, "bob", RIGHT)
    return built


def test_what_is_left_for_a_person(judged):
    """Faults of the grader are no zeros and make the status 1; reasons to look are listed; so
    are old grades that could not be renewed, and missing pages."""
    done = judged.grading("autograde", "ch98_mini")
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{'ann':<24}{'-':>12}  1 not attempted, 1 internal\n" in done.stdout
    assert f"{'bob':<24}{'16 / 20':>12}  1 pass, 1 not attempted\n" in done.stdout
    assert done.stdout.split("For a person:\n")[1].startswith(
        "  ann: a fault of the grader, no zero: weighted_mean\n"
        "  ann: weighted_mean: look at ann\n"
        "  bob: weighted_mean: look at bob\n"
    )
    assert rows(judged)["ann"]["score"] == "" and rows(judged)["bob"]["score"] == "16.0"
    with sqlite3.connect(judged.root / "gradebook.db") as gradebook:  # a person decides
        gradebook.execute("update grade set manual_score = 12 where auto_score is null")
    (judged.root / "broken").touch()
    shutil.rmtree(judged.root / "feedback" / "ann")
    (judged.root / "feedback" / "ann").touch()  # in the way of her page
    (judged.root / "fake.py").write_text(JUDGE.replace('student == "ann"', "False"))
    done = judged.grading("autograde", "ch98_mini")
    assert done.stdout.startswith("1 of 2 submissions have not changed")  # ann's was our fault
    assert "12 / 20" in done.stdout and "bob: not graded" not in done.stdout
    done = judged.grading("autograde", "ch98_mini", "--force")
    assert done.returncode == 1
    assert "  ann: graded, but without a feedback page: " in done.stdout
    assert f"{'bob':<24}{'16 / 20':>12}  not graded\n" in done.stdout
    assert (
        "  bob: not graded, the old grade stands: the grader failed (RuntimeError: planted).\n"
        in done.stdout
    )
    assert "Traceback" not in done.stdout + done.stderr


def test_no_sandbox_is_typed_each_time_and_marks_the_grades(judged):
    """A setting that was left in the environment does not take the walls down."""
    from grading import autograde

    code = (
        "import sys; from pathlib import Path; from grading.autograde import Choice, grade; "
        "grade(Path.cwd(), 'ch98_mini', Choice(sandbox=sys.argv[1] == 'walls'))"
    )
    run = [sys.executable, "-c", code]
    variables = {
        "PYTHONPATH": str(Path(autograde.__file__).parents[1]),
        "COURSE_NO_SANDBOX": "typed",
    }
    for choice, marked in (("none", True), ("walls", False)):
        done = subprocess.run(
            [*run, choice],
            cwd=judged.root,
            env=os.environ | variables,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert ("Graded without the sandbox" in done.stdout) is marked
        assert ("Graded without the sandbox" in feedback(judged, "bob")) is marked


def test_no_submissions_and_no_chapter_are_one_sentence(built):
    """Nothing to grade, or a chapter that is not there: told where to put submissions."""
    done = built.grading("autograde", "ch98_mini")
    assert done.returncode == 2 and "no submissions" in done.stderr
    path = place(built, "ann")
    done = built.grading("autograde", "ch98_mini")
    assert done.returncode == 2 and "nobody's folder holds a notebook" in done.stderr
    path.write_text("{}")
    path.parent.rename(built.root / "submitted" / "ann" / "ch97")
    done = built.grading("autograde", "ch97")
    assert done.returncode == 2 and "no such chapter" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_sandbox_here_is_one_sentence(built, tmp_path, monkeypatch):
    """Where students' code can't be shut in, nothing is graded and nothing changed."""
    submit(built, "ann", RIGHT)
    monkeypatch.setenv("PATH", str(tmp_path))
    done = built.grading("autograde", "ch98_mini")
    assert done.returncode == 2
    assert done.stderr.strip().startswith("Nothing was graded: bubblewrap is missing")
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert not (built.root / "autograded").exists()
