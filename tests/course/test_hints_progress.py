"""Hints one by one, and the record of what was done."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from course import check, hint, progress, quiz
from course.checks import hints
from course.checks.expected import Quiz, chapters, find
from course.checks.progress import record
from course.checks.report import Report

pytestmark = pytest.mark.torch_free

ROOT = Path(__file__).resolve().parents[2]
NAMES = [name for chapter in chapters() for name in chapter.exercises]
QUIZ = next(name for name in NAMES if isinstance(find(name), Quiz))
EXERCISE = next(name for name in NAMES if not isinstance(find(name), Quiz))
RIGHT = {int(number): question["right"] for number, question in find(QUIZ).questions.items()}


def marked(answers):
    """The report of the quiz with these answers: a check that needs no torch."""

    def function():
        return answers

    function.__name__ = QUIZ
    return quiz(function)


@pytest.fixture
def fresh(monkeypatch):
    """No hint shown yet."""
    monkeypatch.setattr(hints, "_shown", {})


def test_hints_come_one_by_one(fresh, capsys):
    """Each call says one more; after the last one comes the whole list, again and again."""
    texts = find(EXERCISE).hints
    count = len(texts)
    for number, text in enumerate(texts, 1):
        shown = str(hint(EXERCISE))
        assert shown.startswith(f"Hint {number} of {count}: {text}")
        assert (f"hint({EXERCISE}) again" in shown) is (number < count)
        assert not [other for other in texts if other != text and other in shown]
    for _ in range(2):
        assert str(hint(EXERCISE)).splitlines()[1:] == [f"{i}. {t}" for i, t in enumerate(texts, 1)]
    assert capsys.readouterr().out == ""


def test_a_hint_shows_itself_without_quotation_marks(fresh):
    """A notebook's last line displays the sentence."""
    shown = hint(EXERCISE)
    assert repr(shown) == str(shown)
    assert not repr(shown).startswith("'")


def test_function_and_name_share_their_hints(fresh):
    """hint(elman) and hint("elman") count together; another exercise counts by itself."""

    def function():
        pass

    function.__name__ = EXERCISE
    other = next(n for n in NAMES if n not in (EXERCISE, QUIZ))
    assert hint(EXERCISE).startswith("Hint 1")
    assert hint(function).startswith("Hint 2")
    assert hint(other).startswith("Hint 1")


def test_what_has_no_hints_says_so(fresh):
    """A quiz, a near miss and a stranger."""
    assert "no hints" in hint(QUIZ)
    assert f"Did you mean {EXERCISE}?" in hint(f"{EXERCISE}x")
    assert "There is no exercise" in hint(print)


def words():
    return {exercise: word for _, exercise, word in progress().rows}


def test_progress_lists_every_exercise_as_untouched_at_first():
    """In the order of the chapters."""
    assert [exercise for _, exercise, _ in progress().rows] == NAMES
    assert set(words().values()) == {"untouched"}


def test_progress_follows_the_checks():
    """Tried, then right, and tried again when it was broken; the others stay untouched."""
    for answers, word in (({1: "Z"}, "tried"), (RIGHT, "right"), ({2: "Z"}, "tried")):
        marked(answers)
        assert words() == dict.fromkeys(NAMES, "untouched") | {QUIZ: word}


def test_progress_counts_by_chapter():
    """Each chapter has a headline, in the text as in the table."""
    marked(RIGHT)
    title = next(c.title for c in chapters() if QUIZ in c.exercises)
    size = next(len(c.exercises) for c in chapters() if QUIZ in c.exercises)
    assert f"{title}: 1 of {size} right" in str(progress()).splitlines()
    table = progress()._repr_html_()
    assert table.count("<tr>") == len(NAMES) + 1
    assert table.count("</span> right</td>") == 1


def test_a_stranger_and_a_grader_leave_no_record(records, monkeypatch):
    """Only exercises of the course are kept, and only the student's own checks."""
    check(print)
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    marked(RIGHT)
    assert not records.exists()


BROKEN = {
    "empty": b"",
    "cut off": b'{"state": "right"',
    "no JSON": b"right",
    "no text": b"\xff\xfe\x00",
    "a list": b"[]",
    "null": b"null",
    "no state": b"{}",
    "an unknown state": b'{"state": "perfect"}',
    "a number for a state": b'{"state": 1}',
    "a list for a state": b'{"state": ["right"]}',
    "a dict for a state": b'{"state": {"right": 1}}',
    "very deep": b"[" * 200_000,
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_an_unreadable_record_counts_as_none(records, content):
    """The table is shown, and the next check puts the record right."""
    records.mkdir()
    (records / f"{QUIZ}.json").write_bytes(content)
    assert words()[QUIZ] == "untouched"
    assert marked(RIGHT).notes == []
    assert words()[QUIZ] == "right"


def test_a_folder_in_the_place_of_a_record_costs_a_note(records):
    """The check itself goes on, and no half-written file stays behind."""
    (records / f"{QUIZ}.json" / "inside").mkdir(parents=True)
    report = marked(RIGHT)
    assert report.state == "right"
    (note,) = report.notes
    assert note.startswith("progress() will not know of this check")
    assert words()[QUIZ] == "untouched"
    assert [path.name for path in records.iterdir()] == [f"{QUIZ}.json"]


def test_a_place_that_cannot_be_written_costs_a_note(tmp_path, monkeypatch):
    """A file where the folder should be: full marks, one note, an empty table."""
    (tmp_path / "file").write_text("")
    for place in ("file", "file/below"):
        monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / place))
        report = marked(RIGHT)
        assert (report.state, report.score, len(report.notes)) == ("right", 1.0, 1)
        assert str(tmp_path / place) in report.notes[0]
        assert words()[QUIZ] == "untouched"


def test_a_record_holds_state_and_score_only(records):
    """Nothing of what the student wrote is kept."""
    marked(RIGHT)
    (path,) = records.iterdir()
    assert json.loads(path.read_text()) == {"state": "right", "score": 1.0}


WRITER = """
import sys
from course.checks.progress import record
from course.checks.report import Report
for turn in range(150):
    for name in sys.argv[1:]:
        assert record(Report(name, "wrong" if turn < 149 else "right", 0.5)) == []
"""


def test_two_notebooks_at_once_lose_nothing(records):
    """Both processes' news arrive, also of an exercise that both record, and no rest is left."""
    mine, yours = NAMES[::2], NAMES[1::2]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, NAMES[0], *names], env=environment)
        for names in (mine, yours)
    ]
    while any(writer.poll() is None for writer in writers):
        assert set(words().values()) <= {"right", "tried", "untouched"}
        for path in records.glob("*.json"):
            assert json.loads(path.read_text())["score"] == 0.5
    assert [writer.returncode for writer in writers] == [0, 0]
    assert set(words().values()) == {"right"}
    assert sorted(path.stem for path in records.iterdir()) == sorted(NAMES)


def test_a_report_of_an_untouched_exercise_overwrites_nothing(records):
    """Going back to the stub does not take back what was right."""
    assert record(Report(EXERCISE, "right", 1.0)) == []
    assert record(Report(EXERCISE, "not attempted")) == []
    assert words()[EXERCISE] == "right"
