"""The judge plugged into nbgrader, by nbgrader's own commands and a real gradebook."""

import gc
import itertools
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import nbformat
import pytest
from nbgrader.apps.api import NbGraderAPI
from nbgrader.apps.baseapp import NbGrader

from grading.autograde import register
from grading.judge import judgements
from grading.judge.verdict import INTERNAL, PASS, Judgement, Verdict
from grading.notebook import insert

NAME = "ch98_mini"
MEAN, QUIZ, ESSAY = "weighted_mean-check", "mini_quiz-check", "mini_essay"
RIGHT = ["return (w * x).sum() / w.sum()"]
HALF = ["if len(x) == 1:", "    return x", *RIGHT]  # for one number the shape is wrong
WRONG = ["return (w * x).sum() / len(w)"]
COUNTER = itertools.count()

# nbgrader's own queries
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


@pytest.fixture(scope="module")
def registered(shared_course):
    """The mini course, built and known to its gradebook."""
    register(shared_course.root, NAME)
    return shared_course


@pytest.fixture
def klass(registered, tmp_path, monkeypatch):
    """A copy of the course to hand in to; the present folder."""
    root = tmp_path / "mini course"
    shutil.copytree(registered.root, root)
    monkeypatch.chdir(root)
    monkeypatch.setattr(sys, "path", [str(root), *sys.path])
    yield type(registered)(root)
    gc.collect()
    assert not list(root.glob(".judge/reception-*"))


def folder(course, student) -> Path:
    path = course.root / "submitted" / student / NAME
    path.mkdir(parents=True, exist_ok=True)
    return path


def submit(course, student, body=None, name=f"{NAME}.ipynb", essay=None):
    """Hand in a notebook with a body for the exercise and a text for the written question."""
    book = nbformat.read(course.notebook("release"), as_version=4)
    for cell in book.cells:
        if body and "def weighted_mean" in cell.source:
            cell.source = insert(cell.source, body)
        if essay and cell.metadata.get("nbgrader", {}).get("grade_id") == ESSAY:
            cell.source = essay
    nbformat.write(book, folder(course, student) / name)


def python(course, *arguments, **variables) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=course.root,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])} | variables,
        capture_output=True,
        text=True,
        timeout=300,
    )


def nbgrader(course, *arguments, **variables) -> subprocess.CompletedProcess:
    return python(course, "-m", "nbgrader", *arguments, **variables)


def autograde(course, student="*", force=True, success=True) -> str:
    """What formgrader's button does; returns what nbgrader logged."""
    app = NbGrader()
    app.initialize([], root=str(course.root))
    app.start()
    done = NbGraderAPI(app.coursedir, config=app.config).autograde(NAME, student, force)
    assert done["success"] is success, done
    return done["log"]


def configure(course, *lines):
    with (course.root / "nbgrader_config.py").open("a") as file:
        file.write("\n" + "\n".join(lines) + "\n")


def fake(course, *judgements_, body=""):
    """Plug in a judge that says what is laid down here; it fails for anybody else."""
    for judgement in judgements_:
        path = course.root / "said" / f"{judgement.student}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(judgement.plain()))
    name = f"fake_judge_{next(COUNTER)}"
    (course.root / f"{name}.py").write_text(
        "import json\n"
        "from grading.judge.verdict import Judgement\n\n"
        "def ready():\n"
        "    pass\n\n"
        "def judge(notebook, student, course):\n"
        + textwrap.indent(textwrap.dedent(body), "    ")
        + '    text = (course.root / "said" / f"{student}.json").read_text()\n'
        "    return Judgement.from_plain(json.loads(text))\n"
    )
    configure(
        course,
        f'c.Judge.judge_with = "{name}.judge"',
        f'c.JudgeExporter.ready_with = "{name}.ready"',
    )


def said(student, score=1.0, verdict=PASS, **more) -> Judgement:
    """A judgement with one verdict of interest and a quiz that was left out."""
    mean = Verdict("weighted_mean", verdict, score, 16.0, **more)
    return Judgement(student, NAME, (mean, Verdict("mini_quiz", "not attempted", 0.0, 2.0)))


def query(course, text, *values):
    with sqlite3.connect(course.root / "gradebook.db") as database:
        rows = database.execute(text, values).fetchall()
    database.close()
    return rows


def grades(course, student=None) -> dict:
    """(auto score, manual score, waits for a person) by student and cell."""
    rows = query(
        course,
        "select a.student_id, c.name, g.auto_score, g.manual_score, g.needs_manual_grade "
        "from grade g join base_cell c on c.id = g.cell_id "
        "join submitted_notebook n on n.id = g.notebook_id "
        "join submitted_assignment a on a.id = n.assignment_id",
    )
    found = {(s, cell): (auto, manual, bool(needs)) for s, cell, auto, manual, needs in rows}
    return found if student is None else {c: v for (s, c), v in found.items() if s == student}


def change(course, student, cell, **columns):
    """What formgrader writes when a person grades."""
    for column, value in columns.items():
        query(
            course,
            f"update grade set {column} = ? where cell_id in (select id from base_cell where "
            "name = ?) and notebook_id in (select n.id from submitted_notebook n join "
            "submitted_assignment a on a.id = n.assignment_id where a.student_id = ?)",
            *(value, cell, student),
        )


def graded(course, student) -> nbformat.NotebookNode:
    path = course.root / "autograded" / student / NAME / f"{NAME}.ipynb"
    return nbformat.read(path, as_version=4)


# --- the three ways to grade


def test_three_ways_one_grade(klass):
    """nbgrader's command, formgrader's button and our own command give the same rows."""
    for student, body in {"ann": RIGHT, "bob": HALF, "cat": WRONG, "dan": None}.items():
        submit(klass, student, body)
    submit(klass, "eve", RIGHT, name=f"{NAME} (1).ipynb", essay="Because $\\sum w$ cancels.")
    folder(klass, "fay")
    done = nbgrader(klass, "autograde", NAME)
    assert done.returncode == 0, done.stderr
    command = grades(klass)
    for student, points in {"ann": 16, "bob": 8, "cat": 0, "dan": 0, "eve": 16, "fay": 0}.items():
        assert command[student, MEAN][0] == points, student
    assert command["ann", ESSAY] == (0, None, False)
    assert command["eve", ESSAY] == (None, None, True)  # a person reads what was written
    assert command["fay", MEAN] == (0, None, True)  # and looks where nothing could be read

    shutil.rmtree(klass.root / "autograded")
    query(klass, "delete from grade")
    query(klass, "delete from comment")
    for table in ("submitted_notebook", "submitted_assignment", "student"):
        query(klass, f"delete from {table}")
    button = python(klass, "-c", BUTTON, NAME, "ann", "bob", "cat", "dan", "eve")
    assert button.returncode == 0, button.stderr
    without_fay = {key: row for key, row in command.items() if key[0] != "fay"}
    assert grades(klass) == without_fay

    done = klass.grading("autograde", NAME)
    assert done.returncode == 1, done.stderr  # fay's
    assert grades(klass) == command


BUTTON = """
import sys
from nbgrader.apps.api import NbGraderAPI
from nbgrader.apps.baseapp import NbGrader
app = NbGrader()
app.initialize([])
app.start()
api = NbGraderAPI(app.coursedir, config=app.config)
for student in sys.argv[2:]:
    said = api.autograde(sys.argv[1], student)
    assert said["success"], said
assert api.coursedir.submitted_directory == "submitted", "the server's own folders were changed"
assert api.coursedir.student_id == "*"
"""


# --- what is recorded


def test_a_person_outranks_the_judge(klass):
    """Manual scores and comments survive grading again, and are shown to be looked at again."""
    fake(klass, said("ann", 0.5, "wrong"))
    submit(klass, "ann", WRONG)
    autograde(klass)
    change(klass, "ann", MEAN, manual_score=11.0, needs_manual_grade=0)
    query(klass, "update comment set manual_comment = 'Well tried.'")
    fake(klass, said("ann", 0.25, "wrong"))
    autograde(klass)
    assert grades(klass)["ann", MEAN] == (4, 11, True)
    assert query(klass, "select distinct manual_comment from comment") == [("Well tried.",)]


def test_our_fault_is_no_zero(klass):
    """An internal verdict has no score and waits for a person, also where there was a score."""
    fake(klass, said("ann"))
    submit(klass, "ann", RIGHT)
    autograde(klass)
    assert grades(klass)["ann", MEAN] == (16, None, False)
    fake(klass, said("ann", None, INTERNAL, review=("the oracle raised KeyError",)))
    autograde(klass)
    assert grades(klass)["ann", MEAN] == (None, None, True)
    nbgrader(klass, "export", "--to=out.csv")
    header, row = (klass.root / "out.csv").read_text().splitlines()
    assert dict(zip(header.split(","), row.split(","), strict=True))["score"] == ""
    assert row.endswith(f",{MEAN}")
    change(klass, "ann", MEAN, manual_score=12.0, needs_manual_grade=0)  # a person decided
    nbgrader(klass, "export", "--to=out.csv")
    header, row = (klass.root / "out.csv").read_text().splitlines()
    assert dict(zip(header.split(","), row.split(","), strict=True))["score"] == "12.0"


def test_a_verdict_to_review_keeps_its_score(klass):
    """The score stands, and a person is asked to look."""
    fake(klass, said("ann", review=("calls `np.average`",)), said("bob"))
    submit(klass, "ann", RIGHT)
    submit(klass, "bob", RIGHT)
    autograde(klass)
    assert grades(klass)["ann", MEAN] == (16, None, True)
    assert grades(klass)["bob", MEAN] == (16, None, False)


def test_cells_without_a_verdict_wait_for_a_person(klass):
    """Also where an older judgement knew the cell: a missing verdict is no zero."""
    fake(klass, said("ann"))
    submit(klass, "ann", RIGHT)
    autograde(klass)
    fake(klass, Judgement("ann", NAME, (Verdict("mini_quiz", PASS, 1.0, 2.0),)))
    autograde(klass)
    assert grades(klass)["ann", MEAN] == (None, None, True)
    assert grades(klass)["ann", QUIZ] == (2, None, False)


def test_scores_are_shares_of_the_gradebooks_points(klass):
    """An older release may have counted an exercise differently; the gradebook decides."""
    mean = Verdict("weighted_mean", "wrong", 0.5, 100.0)
    fake(klass, Judgement("ann", NAME, (mean,)))
    submit(klass, "ann", HALF)
    autograde(klass)
    assert grades(klass)["ann", MEAN][0] == 8


def test_late_penalties_follow_the_verdicts(klass):
    """nbgrader's own plug-in for lateness sees the judge's score."""
    fake(klass, said("ann"), said("bob"))
    (klass.root / "late.py").write_text(
        "from nbgrader.plugins import BasePlugin\n"
        "class Late(BasePlugin):\n"
        "    def late_submission_penalty(self, student_id, score, total_seconds_late):\n"
        "        return score / 4\n"
    )
    configure(klass, 'c.AssignLatePenalties.plugin_class = "late.Late"')
    query(klass, "update assignment set duedate = '2030-01-01 00:00:00.000000'")
    for student, year in {"ann": 2029, "bob": 2031}.items():
        submit(klass, student, RIGHT)
        (folder(klass, student) / "timestamp.txt").write_text(f"{year}-03-01 12:00:00.0 UTC")
    autograde(klass)
    nbgrader(klass, "export", "--to=out.csv")
    header, *rows = [line.split(",") for line in (klass.root / "out.csv").read_text().splitlines()]
    table = {row[3]: dict(zip(header, row, strict=True)) for row in rows}
    assert table["ann"]["score"] == "16.0"
    assert table["bob"]["raw_score"] == "16.0" and table["bob"]["score"] == "12.0"


# --- what goes wrong while saving

LOCK = """
import sqlite3, sys, time
database = sqlite3.connect(sys.argv[1])
database.execute("begin exclusive")
print("locked", flush=True)
time.sleep(float(sys.argv[2]))
"""


def impatient(course):
    url = f"sqlite:///{course.root / 'gradebook.db'}?timeout=0.2"
    configure(course, "c.SaveVerdicts.waits = [0.1]", f'c.CourseDirectory.db_url = "{url}"')


def locks_for(student, condition="True") -> str:
    """A judge's body that has another program hold the gradebook when it comes to a student."""
    return f"""
    import subprocess, sys
    if student == {student!r} and {condition}:
        (course.root / "locked").touch()
        run = subprocess.Popen(
            [sys.executable, "-c", {LOCK!r}, str(course.root / "gradebook.db"), "1.5"],
            stdout=subprocess.PIPE,
        )
        run.stdout.readline()
    """


def test_a_gradebook_in_use_is_waited_for(klass):
    """Another program that holds it for a moment is not even noticed."""
    submit(klass, "ann", WRONG)
    impatient(klass)
    configure(klass, "c.SaveVerdicts.waits = [0.2] * 100")
    fake(klass, said("ann"), body=locks_for("ann"))
    autograde(klass)
    assert grades(klass)["ann", MEAN][0] == 16
    assert (klass.root / "locked").exists()


def test_a_locked_gradebook_costs_nobody_her_old_grade(klass):
    """While another program holds the gradebook nothing changes, and the log says why."""
    students = ("ann", "bob", "cat")
    for student in students:
        submit(klass, student, WRONG)
    impatient(klass)
    fake(klass, *(said(student, 0.5, "wrong") for student in students))
    autograde(klass)
    old = grades(klass, "cat")
    fake(klass, *(said(student) for student in students), body=locks_for("cat"))
    log = autograde(klass, success=False)
    time.sleep(1.5)
    assert grades(klass, "cat") == old
    assert grades(klass)["ann", MEAN][0] == grades(klass)["bob", MEAN][0] == 16
    assert "Not graded: cat: the gradebook can't be used (database is locked)" in log


def test_an_error_of_the_gradebook_does_not_stop_the_class(klass):
    """nbgrader would stop at it, and leave everybody after this student ungraded."""
    for student in ("ann", "bob", "cat"):
        submit(klass, student, RIGHT)
    error = """
    from sqlalchemy.exc import OperationalError
    if student == "bob":
        raise OperationalError("commit", {}, Exception("database or disk is full"))
    """
    fake(klass, *(said(student) for student in ("ann", "bob", "cat")), body=error)
    log = autograde(klass, success=False)
    assert "Not graded: bob: the gradebook can't be used (database or disk is full)" in log
    found = grades(klass)
    assert found["ann", MEAN] == found["cat", MEAN] == (16, None, False)
    assert found["bob", MEAN] == (None, None, True)


def test_who_met_a_locked_gradebook_is_graded_after_it(klass):
    """nbgrader stops a whole class at it; our command then grades those that are left."""
    for student in ("ann", "bob", "cat"):
        submit(klass, student, WRONG)
    impatient(klass)
    once = 'not (course.root / "locked").exists()'
    fake(klass, *(said(student) for student in ("ann", "bob", "cat")), body=locks_for("bob", once))
    done = klass.grading("autograde", NAME)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {grades(klass)[student, MEAN][0] for student in ("ann", "bob", "cat")} == {16}
    assert (klass.root / "locked").exists()


def test_a_gradebook_that_is_locked_from_the_start(klass):
    """One sentence, no table, nothing changed."""
    submit(klass, "ann", RIGHT)
    fake(klass, said("ann"))
    autograde(klass)
    old = grades(klass)
    impatient(klass)
    command = [sys.executable, "-c", LOCK, str(klass.root / "gradebook.db"), "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        holder.stdout.readline()
        done = klass.grading("autograde", NAME)
        holder.kill()
    assert done.returncode == 2
    assert done.stderr == (
        "the gradebook can't be used (database is locked); grade when it is free.\n"
    )
    assert grades(klass) == old


def test_all_scores_of_a_submission_or_none(klass):
    """A failure in the middle of saving leaves the scores that were there."""
    submit(klass, "ann", RIGHT)
    fake(klass, said("ann"))
    autograde(klass)
    fake(klass, said("ann", 0.0, "wrong"))
    # the second grade that is written hits a wall
    query(klass, "update grade set auto_score = 1")
    query(klass, "create table written as select id from grade where 0")
    query(
        klass,
        "create trigger wall before update on grade when (select count(*) from written) > 0 "
        "begin select raise(abort, 'no room'); end",
    )
    query(
        klass,
        "create trigger count after update on grade begin insert into written values (1); end",
    )
    log = autograde(klass, success=False)
    assert "Not graded: ann: the grader failed (IntegrityError" in log
    assert {row[0] for row in grades(klass, "ann").values()} == {1}
    assert query(klass, "select count(*) from written") == [(0,)]


def test_a_judge_that_fails_costs_nobody_her_old_grade(klass):
    """The class goes on, and the one sentence in the log says whose fault it was."""
    for student in ("ann", "bob", "cat"):
        submit(klass, student, RIGHT)
    fake(klass, *(said(student) for student in ("ann", "bob", "cat")))
    autograde(klass)
    old = grades(klass, "bob")
    (klass.root / "said" / "bob.json").unlink()
    fake(klass, said("cat", 0.5, "wrong"))
    log = autograde(klass, success=False)
    assert "Not graded: bob: the grader failed (FileNotFoundError" in log
    assert grades(klass, "bob") == old
    assert grades(klass)["cat", MEAN][0] == 8


# --- what lies in a submission's folder

LINKED = ("alink", "adevice", "apipe")


def test_folders_that_are_not_as_they_should_be(klass):
    """Renamed, missing, linked, oversized, malformed: each is graded, nothing of it is copied."""
    submit(klass, "renamed", RIGHT, name="ch98 final (2).ipynb")
    folder(klass, "empty")
    submit(klass, "files", RIGHT)
    place = folder(klass, "files")
    with (place / "huge.bin").open("wb") as file:
        file.truncate(100_000_000)
    (place / "book.db").symlink_to(klass.root / "gradebook.db")
    (place / "zero.csv").symlink_to("/dev/zero")
    (place / "numpy.py").write_text("raise SystemExit")
    (place / "course").mkdir()
    (place / "course" / "__init__.py").write_text("raise SystemExit")
    for student, text in {"garbage": "yesterday, perhaps", "bytes": "\0\1"}.items():
        submit(klass, student, RIGHT)
        (folder(klass, student) / "timestamp.txt").write_text(text)
    submit(klass, "afolder", RIGHT)
    (folder(klass, "afolder") / "timestamp.txt").mkdir()
    elsewhere = klass.root / "elsewhere.txt"
    elsewhere.write_text("2030-01-01 00:00:00.0 UTC")
    for student, target in {"alink": elsewhere, "adevice": "/dev/zero"}.items():
        submit(klass, student, RIGHT)
        (folder(klass, student) / "timestamp.txt").symlink_to(target)
    submit(klass, "apipe", RIGHT)
    os.mkfifo(folder(klass, "apipe") / "timestamp.txt")
    (klass.root / "submitted" / "linked").symlink_to(klass.root / "submitted" / "files")
    (klass.root / "submitted" / ".hidden").symlink_to(klass.root / "submitted" / "files")
    autograde(klass)
    found = grades(klass)
    for student in ("renamed", "files", "garbage", "bytes", "afolder", *LINKED):
        assert found[student, MEAN] == (16, None, False), student
    assert query(klass, "select distinct timestamp from submitted_assignment") == [(None,)]
    for student in ("empty", "linked"):
        assert found[student, MEAN] == (0, None, True), student
    assert (".hidden", MEAN) not in found
    for path in (klass.root / "autograded").rglob("*"):
        assert path.is_dir() or path.name in (
            f"{NAME}.ipynb",
            "timestamp.txt",
            "submission_secret.txt",
        ), path
        assert not path.is_symlink() and path.stat().st_size < 100_000
    assert "There is no notebook" in graded(klass, "empty").cells[0].source


def test_a_timestamp_and_a_secret_go_on_as_they_were(klass):
    """nbgrader releases feedback by them: they reach autograded/ and feedback/ to the letter."""
    fake(klass, said("ann"), said("bob"))
    submit(klass, "ann")
    stamp = "2030-02-03 04:05:06.789 America/New_York"
    (folder(klass, "ann") / "timestamp.txt").write_text(stamp)
    (folder(klass, "ann") / "submission_secret.txt").write_text("a1b2" * 32)
    submit(klass, "bob")  # placed by hand: has neither
    autograde(klass)
    done = nbgrader(klass, "generate_feedback", NAME)
    assert done.returncode == 0, done.stderr
    for step in ("autograded", "feedback"):
        place = klass.root / step / "ann" / NAME
        assert (place / "timestamp.txt").read_text() == stamp
        assert (place / "submission_secret.txt").read_text() == "a1b2" * 32
    assert query(klass, "select timestamp from submitted_assignment order by student_id") == [
        ("2030-02-03 09:05:06.789000",),
        (None,),
    ]
    (klass.root / "exchange").mkdir()
    (klass.root / "exchange").chmod(0o777)
    done = nbgrader(klass, "release_feedback", NAME, f"--Exchange.root={klass.root / 'exchange'}")
    assert done.returncode == 0, done.stderr
    assert len(list((klass.root / "exchange").rglob("*.html"))) == 2


def test_what_was_left_half_done_is_done_again(klass):
    """nbgrader takes any notebook in autograded/ for graded, also one that never was."""
    for student in ("ann", "bob", "cat"):
        submit(klass, student, RIGHT)
    fake(klass, *(said(student) for student in ("ann", "bob", "cat")))
    autograde(klass)
    query(klass, "update grade set auto_score = 1")
    for student in ("ann", "bob"):
        path = klass.root / "autograded" / student / NAME / f"{NAME}.ipynb"
        path.chmod(0o644)
        if student == "ann":  # killed after the first step
            book = graded(klass, "ann")
            del book.metadata["course"]["judged"]
            nbformat.write(book, path)
        else:  # killed before it
            path.unlink()
    autograde(klass, force=False)
    found = grades(klass)
    assert found["ann", MEAN][0] == found["bob", MEAN][0] == 16
    assert found["cat", MEAN][0] == 1  # hers was complete


# --- where it can't work


def test_no_sandbox_no_grades(klass, tmp_path):
    """Without bubblewrap nbgrader's own command says so in one sentence and touches nothing."""
    submit(klass, "ann", RIGHT)
    before = (klass.root / "gradebook.db").read_bytes()
    done = nbgrader(klass, "autograde", NAME, PATH=str(tmp_path))
    assert done.returncode == 1
    assert "Nothing was graded: bubblewrap is missing" in done.stderr
    assert "Traceback" not in done.stderr
    assert (klass.root / "gradebook.db").read_bytes() == before
    assert not (klass.root / "autograded").exists()


def test_a_configuration_that_names_nothing(klass):
    """A preprocessor that can't be imported stops the class before it starts."""
    submit(klass, "ann", RIGHT)
    fake(klass, said("ann"))
    configure(klass, 'c.Autograde.autograde_preprocessors = ["grading.judge.gradebook.Jugde"]')
    log = autograde(klass, success=False)
    assert "Nothing was graded: grading.judge.gradebook.Jugde can't be imported" in log
    assert not grades(klass)


def test_students_commands_need_no_grader(klass):
    """fetch, submit and list read the same configuration where there is no `grading`."""
    desk = klass.root.parent / "desk"
    desk.mkdir()
    shutil.copy2(klass.root / "nbgrader_config.py", desk)
    (desk / "grading.py").write_text("raise ImportError('students have no grader')\n")
    (klass.root / "exchange").mkdir()
    (klass.root / "exchange").chmod(0o777)
    exchange = f"--Exchange.root={klass.root / 'exchange'}"
    assert nbgrader(klass, "release_assignment", NAME, exchange).returncode == 0
    cache = f"--Exchange.cache={desk / 'cache'}"
    at_desk = type(klass)(desk)
    for job in (("fetch_assignment", NAME), ("submit", NAME, "--student=ann"), ("list",)):
        done = nbgrader(at_desk, *job, exchange, cache, PYTHONPATH=str(desk))
        assert done.returncode == 0, done.stderr
    done = nbgrader(klass, "collect", NAME, "--ExchangeCollect.check_owner=False", exchange)
    assert done.returncode == 0, done.stderr
    done = nbgrader(at_desk, "autograde", NAME, PYTHONPATH=str(desk))  # the guard of this test
    assert "students have no grader" in done.stdout + done.stderr


def test_judgements_are_kept_under_harmless_names(klass):
    """Whatever a student is called, her judgement is found again, and lies where it should."""
    for student in ("ann", "a/../../b", "..", "x" * 300, "<script>", "Ärger & Co", ".profile"):
        judgement = said(student)
        judgements.keep(klass.root, judgement.plain())
        path = judgements.path_of(klass.root, NAME, student)
        assert path.parent == klass.root / ".judge" / "judgements" / NAME
        assert judgements.find(klass.root, NAME, student) == judgement
    assert judgements.path_of(klass.root, NAME, "ann").name == "ann.json"
    assert judgements.find(klass.root, NAME, "nobody") is None
    path.write_text("{")
    assert judgements.find(klass.root, NAME, ".profile") is None
