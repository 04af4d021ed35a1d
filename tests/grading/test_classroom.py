"""A class judged by workers: the same grades, whoever is stopped when."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import nbformat
import psutil
import pytest

from grading.judge import judgements
from grading.judge.classroom import CantJudge, Classroom, judged
from grading.notebook import insert

NAME = "ch98_mini"
ROOT = Path(__file__).resolve().parents[2]
RIGHT = ["return (w * x).sum() / w.sum()"]
BODIES = {
    "ann": RIGHT,
    "bob": ["if len(x) == 1:", "    return x", *RIGHT],
    "cat": ["return (w * x).sum() / len(w)"],
    "dan": None,
    "eve": ["raise ValueError"],
    "fay": RIGHT,
}
SLOW = ["import time", "time.sleep(1)", *RIGHT]


def hand_in(course, student, body, name=NAME):
    book = nbformat.read(course.notebook("release"), as_version=4)
    for cell in book.cells:
        if body and "def weighted_mean" in cell.source:
            cell.source = insert(cell.source, body)
    path = course.root / "submitted" / student / name / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(book, path)


@pytest.fixture
def klass(built):
    """Six students, not graded yet."""
    for student, body in BODIES.items():
        hand_in(built, student, body)
    return built


def grades(course) -> list[tuple]:
    with sqlite3.connect(course.root / "gradebook.db") as database:
        rows = database.execute(
            "select a.student_id, c.name, g.auto_score, g.manual_score, g.needs_manual_grade "
            "from grade g join base_cell c on c.id = g.cell_id "
            "join submitted_notebook n on n.id = g.notebook_id "
            "join submitted_assignment a on a.id = n.assignment_id order by 1, 2"
        ).fetchall()
    database.close()
    return rows


def verdicts(course) -> dict[str, list]:
    """What was found in each submission."""
    found = {name: judgements.find(course.root, NAME, name) for name in BODIES}
    return {name: one and [one.verdicts, one.outputs, one.repairs] for name, one in found.items()}


def forget(course) -> None:
    """Start again, with the same secret."""
    for path in (course.root / ".judge").iterdir():
        if path.name != "secret":
            subprocess.run(["rm", "-rf", str(path)], check=True)
    (course.root / "gradebook.db").unlink(missing_ok=True)


@pytest.mark.slow
def test_the_same_grades_with_any_number_of_workers(klass):
    """One, three, in two parts, and each alone: not a score, a word or an output is different."""
    done = klass.grading("autograde", NAME, "--workers", "1")
    assert done.returncode == 0, done.stderr
    before = grades(klass), verdicts(klass)
    assert len({row[0] for row in before[0]}) == len(BODIES)
    for options in (["--workers", "3"], ["--students", "fay,cat,ann"]):
        forget(klass)
        done = klass.grading("autograde", NAME, *options)
        assert done.returncode == 0, done.stderr
    assert {row[0] for row in grades(klass)} == {"ann", "cat", "fay"}
    assert "3 submissions" in done.stdout
    klass.grading("autograde", NAME, "--students", "dan")
    klass.grading("autograde", NAME)
    assert (grades(klass), verdicts(klass)) == before


def grader_of(course, **options) -> subprocess.Popen:
    """A grader with one worker that has just been started."""
    figures = str(course.root / "course" / "checks" / "expected")
    return subprocess.Popen(
        [sys.executable, "-m", "grading", "autograde", NAME, "--workers", "1"],
        cwd=course.root,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COURSE_EXPECTED": figures},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


@pytest.mark.slow
def test_a_grader_that_is_killed_goes_on_where_it_was(klass):
    """kill -9 amid the class: what was judged is kept, and the rest comes with the next run."""
    for student in BODIES:
        hand_in(klass, student, SLOW)
    kept = klass.root / ".judge" / "judgements" / NAME
    grader = grader_of(klass)
    until = time.monotonic() + 200
    while len(list(kept.glob("*.json"))) < 2 and time.monotonic() < until:
        time.sleep(0.02)
    grader.send_signal(signal.SIGKILL)
    grader.wait()
    found = {path.name: path.read_bytes() for path in kept.glob("*.json")}
    assert 2 <= len(found) < len(BODIES)
    done = klass.grading("autograde", NAME)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {row[2] for row in grades(klass) if row[1] == "weighted_mean-check"} == {16.0}
    assert len(list(kept.glob("*.json"))) == len(BODIES)
    for name, content in found.items():  # they were not judged a second time
        assert (kept / name).read_bytes() == content


@pytest.mark.slow
def test_force_judges_again(klass):
    """What has not changed is left alone, also for a person's score; --force judges it anew."""
    klass.grading("autograde", NAME, "--students", "ann,bob")
    path = judgements.path_of(klass.root, NAME, "bob")
    tree = json.loads(path.read_text())
    tree["seconds"] = 1234.5
    path.write_text(json.dumps(tree))
    done = klass.grading("autograde", NAME, "--students", "ann,bob")
    assert "2 of 2 submissions have not changed" in done.stdout
    assert json.loads(path.read_text())["seconds"] == 1234.5
    done = klass.grading("autograde", NAME, "--students", "ann,bob", "--force")
    assert "grading 2 submissions" in done.stdout
    assert json.loads(path.read_text())["seconds"] != 1234.5


def test_students_that_handed_in_nothing_are_named(klass):
    """A name that is mistyped is one sentence, and nobody is graded."""
    done = klass.grading("autograde", NAME, "--students", "ann,zoe")
    assert done.returncode == 2
    assert "no submission of 'zoe'" in done.stderr
    assert not (klass.root / "gradebook.db").exists()


def enrolled(course, workers=1, **options) -> Classroom:
    """A classroom with everybody in it."""
    room = Classroom(course.root, workers, **options)
    for student in BODIES:
        room.enrol(NAME, student, course.root / "submitted" / student / NAME)
    return room


@pytest.fixture
def own_figures(klass, monkeypatch):
    monkeypatch.setenv("COURSE_EXPECTED", str(klass.root / "course" / "checks" / "expected"))
    return klass


def workers() -> list[psutil.Process]:
    """The processes that this one's server of forks has forked."""
    servers = [p for p in psutil.Process().children() if "forkserver" in " ".join(p.cmdline())]
    return [worker for server in servers for worker in server.children()]


@pytest.mark.slow
@pytest.mark.parametrize("busy", [True, False])
def test_a_worker_that_is_killed_costs_nobody_a_grade(own_figures, busy):
    """Its submission is judged by another one; and so are those that are still to come where it
    had nothing to do."""
    told, others = [], workers()
    room = enrolled(own_figures, tell=lambda done, expected: told.append((done, expected)))
    try:
        room.ready()
        if not busy:
            room.judged("fay")
        (worker,) = set(workers()) - set(others)
        worker.kill()
        if not busy:
            worker.wait()
            hand_in(own_figures, "ann", RIGHT)  # so that there is something to do again
        for student in sorted(set(BODIES) - {"fay"}):
            verdict = room.judged(student).judgement.verdicts[0]
            assert (verdict.verdict == "pass") == (BODIES[student] == RIGHT), student
    finally:
        room.close()
    if busy:
        assert told[-1] == (len(BODIES), len(BODIES))
    assert set(workers()) <= set(others)


@pytest.mark.slow
def test_work_that_a_dying_pool_never_heard_of_is_done(own_figures, monkeypatch):
    """As where its last worker is ended in the moment in which there is something to do again:
    pebble then forgets what it had not yet taken note of."""
    others, room = workers(), Classroom(own_figures.root, 1)

    def gone(task):
        raise BrokenProcessPool("All workers expired")

    try:
        room.ready()
        monkeypatch.setattr(room._pool._pool_manager, "schedule", gone)
        room.enrol(NAME, "ann", own_figures.root / "submitted" / "ann" / NAME)
        assert room.judged("ann").judgement.verdicts[0].verdict == "pass"
    finally:
        room.close()
    assert set(workers()) <= set(others)


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "amid"])
def test_a_shared_sandbox_that_dies_costs_nobody_a_grade(own_figures, when):
    """Whether it was still getting warm or had rooms: every worker goes on with one of its own."""
    room = enrolled(own_figures, 2)
    try:
        if when == "amid":
            room.ready()
        os.kill(room._sandbox.process.pid, signal.SIGKILL)
        room.ready()
        for student in sorted(BODIES):
            verdict = room.judged(student).judgement.verdicts[0]
            assert (verdict.verdict == "pass") == (BODIES[student] == RIGHT), student
    finally:
        room.close()


@pytest.mark.slow
def test_the_same_judgement_whenever_its_turn_comes(own_figures):
    """The last first or the first first, with one worker or three."""

    def judged_in(order, workers):
        room = enrolled(own_figures, workers, again=True)
        try:
            found = {student: room.judged(student) for student in order}
        finally:
            room.close()
        return {
            n: (f.judgement.verdicts, f.judgement.outputs, f.notebook) for n, f in found.items()
        }

    assert judged_in(sorted(BODIES), 1) == judged_in(sorted(BODIES, reverse=True), 3)


@pytest.mark.slow
def test_what_was_judged_is_not_judged_again(own_figures):
    """The kept judgement is found, unless somebody wants a new one or the submission has changed;
    and a fault of the grader's own is no judgement."""
    room = enrolled(own_figures)
    before = {student: room.judged(student).judgement for student in BODIES}
    room.close()
    hand_in(own_figures, "bob", RIGHT)
    path = judgements.path_of(own_figures.root, NAME, "cat")
    tree = json.loads(path.read_text())
    tree["verdicts"][0]["verdict"] = "internal"
    path.write_text(json.dumps(tree))
    room = enrolled(own_figures)
    after = {student: room.judged(student).judgement for student in BODIES}
    room.close()
    assert {n for n in BODIES if after[n] != before[n]} == {"bob", "cat"}
    assert after["bob"].verdicts[0].verdict == "pass"
    assert after["cat"].verdicts == before["cat"].verdicts


@pytest.mark.slow
def test_a_submission_that_changes_while_it_waits_is_judged_as_it_is(own_figures):
    """Who hands in anew between the judging and the writing gets the grade of what lies there."""
    room = enrolled(own_figures)
    try:
        room.judged("fay")  # the last one: all have been judged
        hand_in(own_figures, "cat", RIGHT)
        found = room.judged("cat")
    finally:
        room.close()
    assert found.judgement.verdicts[0].verdict == "pass"
    assert RIGHT[0] in found.notebook
    assert judgements.find(own_figures.root, NAME, "cat") == found.judgement


def test_a_task_is_plain_data_and_so_is_its_judgement(own_figures):
    """Both go through JSON, so that any scheduler can carry them; a fault is a sentence."""
    room = enrolled(own_figures)
    room.close()
    task = json.loads(json.dumps(room._tasks["cat"]))
    assert all(type(value) is str for value in task.values())
    found = json.loads(json.dumps(judged(task)))
    assert found["judgement"]["verdicts"][0]["verdict"] == "wrong"
    task["chapter"] = "ch97_none"
    assert set(judged(task)) == {"error"}


@pytest.mark.slow
def test_ctrl_c_loses_nothing(klass):
    """An interrupt amid the class: one line, no grade half written, and the rest comes next."""
    for student in BODIES:
        hand_in(klass, student, SLOW)
    kept = klass.root / ".judge" / "judgements" / NAME
    grader = grader_of(klass, start_new_session=True)
    until = time.monotonic() + 200
    while len(list(kept.glob("*.json"))) < 2 and time.monotonic() < until:
        time.sleep(0.02)
    os.killpg(grader.pid, signal.SIGINT)  # a terminal tells all of them
    said = grader.communicate(timeout=60)[1]
    assert grader.returncode == 130, said
    assert "Traceback" not in said
    found = {path.name: path.read_bytes() for path in kept.glob("*.json")}
    assert 2 <= len(found) < len(BODIES)
    done = klass.grading("autograde", NAME)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {row[2] for row in grades(klass) if row[1] == "weighted_mean-check"} == {16.0}
    for name, content in found.items():
        assert (kept / name).read_bytes() == content


@pytest.mark.parametrize("missing", ["bwrap"])
def test_without_walls_no_class_is_graded(klass, tmp_path, missing):
    """One sentence on how to get them; no grade is written and none is lost."""
    for name in ("python", "alembic", "env", "sh"):
        source = Path(sys.executable).parent / name
        if source.exists():
            (tmp_path / name).symlink_to(source)
    done = subprocess.run(
        [sys.executable, "-m", "grading", "autograde", NAME],
        cwd=klass.root,
        env={**os.environ, "PATH": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2, done.stdout
    assert "bubblewrap is missing" in done.stderr
    assert grades(klass) == []


def test_a_key_that_is_gone_is_told_for_everybody(own_figures):
    """Whoever waits for a judgement hears why there is none."""
    room = enrolled(own_figures)
    (own_figures.root / "answers" / NAME / "weighted_mean.py").write_text("solution = (")
    try:
        with pytest.raises(CantJudge, match="weighted_mean"):
            room.judged("eve")
    finally:
        room.close()
