"""What students see of a judgement, up to nbgrader's real feedback page."""

import base64
import copy
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat import v4

from course.checks.report import Report
from grading.autograde import register
from grading.judge import escaping, feedback
from grading.judge.verdict import VERDICTS, Criterion, Judgement, Output, Verdict
from grading.notebook import insert

NAME = "ch98_mini"
PIXEL = base64.b64encode(
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89"
).decode()
EVIL = "<script>alert(1)</script>"
ATTACKS = (
    EVIL,
    "</pre></div><img src=x onerror=alert(1)>",
    "'\" onmouseover=alert(1) x='",
    "<a href='javascript:alert(1)'>here</a>",
    "[here](javascript:alert(1)) `<svg onload=alert(1)>`",
    "\x1b]0;title\x07\x1b[31mred\x1b[0m \x1b]8;;javascript:alert(1)\x1b\\link\x1b]8;;\x1b\\",
    "&lt;script&gt;alert(2)&lt;/script&gt; {{ 7 * 7 }} {% raw %} $\\href{javascript:alert(1)}{x}$",
)


def verdict(kind, **more) -> Verdict:
    score = {"pass": 1.0, "internal": None}.get(kind, 0.0)
    return Verdict("elman", kind, more.pop("score", score), 4.0, **more)


def text(html) -> str:
    return BeautifulSoup(html, "html.parser").get_text(" ", strip=True)


# --- a verdict


@pytest.mark.parametrize(
    ("kind", "headline"),
    [
        ("pass", "elman: right."),
        ("wrong", "elman: not right yet; 1 of 2 criteria met."),
        ("error", "elman: stopped by an error; 1 of 2 criteria met."),
        ("timeout", "elman: it ran too long and was stopped; 1 of 2 criteria met."),
        ("memory", "elman: it needed too much memory and was stopped; 1 of 2 criteria met."),
        ("not attempted", "elman: not attempted yet."),
        ("internal", "elman: not graded yet."),
    ],
)
def test_every_verdict_has_its_headline(kind, headline):
    """The state in words, first in the text and in the page."""
    lines = (Criterion("one step", True), Criterion("a batch", False, "wrong sign"))
    report = feedback.report(verdict(kind, criteria=lines))
    assert str(report).splitlines()[0] == headline
    assert text(report.html()).startswith(headline)


def test_all_verdicts_are_told():
    """No verdict that the judge may give is unknown here."""
    for kind in VERDICTS:
        assert feedback.report(verdict(kind)).html()


def test_a_verdict_is_told_as_check_tells_it():
    """The same page as the student's own check, with messages, hints and notes in order."""
    lines = (Criterion("one step", True), Criterion("a batch", False, "wrong sign"))
    more = {"messages": ("You forgot `b_h`.",), "hints": ("Look at b_h.",), "notes": ("float32",)}
    shown = feedback.report(verdict("wrong", criteria=lines, **more)).html()
    report = Report("elman", "wrong", points=4.0, messages=["You forgot `b_h`."])
    report.lines = feedback.report(verdict("wrong", criteria=lines)).lines
    report.hints, report.notes = ["Look at b_h."], ["float32"]
    assert shown == report.html()
    assert "✗ a batch (wrong): wrong sign" in text(shown)


def test_a_quiz_counts_questions():
    lines = (Criterion("Question 1", True), Criterion("Question 2", False))
    assert "1 of 2 questions right" in str(feedback.report(verdict("wrong", criteria=lines)))


def test_our_fault_is_said_to_be_ours():
    """No zero, no reason that the student can do nothing about."""
    told = text(feedback.report(verdict("internal", messages=("KeyError: 'x'",))).html())
    assert "a fault of the grader, not yours. A person will look at it" in told
    assert "KeyError" not in told


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_a_student_wrote_is_markup(attack):
    """In each field that may hold a student's words."""
    lines = (Criterion(attack, False, attack),)
    told = Verdict(attack, "wrong", 0.0, 1.0, lines, (attack,), (attack,), (attack,))
    page = BeautifulSoup(feedback.report(told).html(), "html.parser")
    assert {tag.name for tag in page.find_all()} <= {"div", "p", "ul", "li", "span", "strong"} | {
        "code"
    }
    assert {name for tag in page.find_all() for name in tag.attrs} <= {
        *("role", "aria-label", "aria-hidden", "style"),
    }
    assert "\x1b" not in str(page)


# --- a cell's outputs


def test_outputs_are_text_and_checked_pictures():
    """Each kind becomes what nbformat has for it; an image that is no PNG becomes a sentence."""
    found = [
        *(Output("stdout", "a\n"), Output("stderr", "b\n"), Output("result", "array([1])")),
        *(Output("error", "line 1\nNameError: q"), Output("image", PIXEL)),
        *(Output("image", "PHN2Zz4="), Output("image", '" onload="alert(1)')),
    ]
    cell = v4.new_code_cell("x", outputs=list(feedback.outputs(found)))
    nbformat.validate(v4.new_notebook(cells=[cell]))
    kinds = [output.output_type for output in cell.outputs]
    assert kinds == ["stream", "stream", "display_data", "error", *["display_data"] * 3]
    assert cell.outputs[4].data == {"image/png": PIXEL}
    assert cell.outputs[3].traceback == ["line 1", "NameError: q"]
    for output in cell.outputs[5:]:
        assert output.data == {"text/plain": "(a picture that is no PNG)"}


def test_terminal_escapes_are_taken_out():
    """Colours, titles, links and movements go; what a progress bar showed last stays."""
    assert escaping.plain("\x1b[1;31mred\x1b[0m\x9b2J\x1b]0;title\x07!\x1b(B") == "red!"
    assert escaping.plain("10%\r50%\r100%\r\ndone\r\n") == "100%\ndone\n"
    assert escaping.plain("a\0b\x08c\x7f\u202ed\tе") == "abcd\tе"
    assert escaping.plain("half \ud800").encode() == b"half ?"
    assert escaping.line(" a\n\n b ") == "a b"


def test_endless_escapes_take_no_time():
    """The length of a text is bounded; what is done with it must not grow faster."""
    for piece in ("\x1b", "\x1b[", "\x1b]", "\x1b[1;", "\r", "\x1bP", "\x9b"):
        assert len(escaping.plain(piece * 300_000)) <= 1


# --- the notebook


def judged(**more) -> tuple[Judgement, nbformat.NotebookNode]:
    """A judgement and a notebook with one exercise, after `show`."""
    judgement = Judgement("ann", NAME, more.pop("verdicts", (verdict("pass"),)), **more)
    check = v4.new_code_cell("check(elman)", id="c", metadata={"nbgrader": {"grade": True}})
    check.metadata.nbgrader["grade_id"] = "elman-check"
    cells = [v4.new_markdown_cell("# Title", id="t"), v4.new_code_cell("1", id="a"), check]
    notebook = v4.new_notebook(cells=cells)
    feedback.show(judgement, notebook)
    nbformat.validate(notebook)
    return judgement, notebook


def test_what_was_put_right_stands_above_all():
    """Repairs, problems, a missing sandbox and missing grades, as one cell that is no HTML trap."""
    _, plain = judged()
    assert [cell.id for cell in plain.cells] == ["t", "a", "c"]
    _, notebook = judged(repairs=(f"{EVIL} was not used.\n\n{EVIL}",), sandboxed=False)
    first = notebook.cells[0]
    assert first.cell_type == "markdown" and [c.id for c in notebook.cells[1:]] == ["t", "a", "c"]
    assert "What was put right before grading" in first.source
    assert feedback.UNSAFE in text(first.source)
    assert "<script" not in first.source and "\n\n" not in first.source
    _, notebook = judged(verdicts=(verdict("internal"),), problem="It is empty.")
    assert "It is empty." in notebook.cells[0].source
    assert "Not graded yet, and not in the total: elman" in notebook.cells[0].source


def test_reasons_to_look_are_for_the_grader_alone():
    """formgrader shows them, the feedback page does not."""
    _, notebook = judged(verdicts=(verdict("pass", review=(f"calls {EVIL}",)),))
    shown = notebook.cells[-1].outputs
    assert len(shown) == 2 and "&lt;script&gt;" in shown[1].data["text/html"]
    assert EVIL in shown[1].data["text/plain"] and EVIL not in shown[1].data["text/html"]
    hidden, _ = feedback.HideReviews().preprocess(notebook, {})
    assert [o.data["text/plain"] for o in hidden.cells[-1].outputs] == ["elman: right."]


def test_only_the_judges_outputs_are_in_the_notebook():
    """What a cell showed before is gone."""
    notebook = v4.new_notebook(cells=[v4.new_code_cell("1", id="a"), v4.new_code_cell("2", id="b")])
    for cell in notebook.cells:
        cell.outputs = [v4.new_output("display_data", {"text/html": EVIL})]
    outputs = {"a": (Output("stdout", EVIL),)}
    feedback.show(Judgement("ann", NAME, (), outputs), notebook)
    assert notebook.cells[0].outputs == [v4.new_output("stream", name="stdout", text=EVIL)]
    assert notebook.cells[1].outputs == []


# --- nbgrader's feedback page


@pytest.fixture(scope="module")
def pages(shared_course):
    """Feedback pages of a harmless and of a hostile submission, and all that was said."""
    course = shared_course
    register(course.root, NAME)
    with (course.root / "nbgrader_config.py").open("a") as file:
        file.write('\nc.Judge.judge_with = "fake.judge"\nc.JudgeExporter.ready_with = "fake.ready"')
    (course.root / "fake.py").write_text(FAKE.replace("PIXEL", PIXEL))
    for student, attacks in {"ann": ("All fine.",), "mal": ATTACKS}.items():
        (course.root / f"{student}.json").write_text(json.dumps(attacks))
        place = course.root / "submitted" / student / NAME
        place.mkdir(parents=True)
        file = "<img src=x onerror=alert(1)>.ipynb" if student == "mal" else f"{NAME}.ipynb"
        book = nbformat.read(course.notebook("release"), as_version=4)
        for cell in book.cells:
            said = itertools.chain.from_iterable((attack, "") for attack in attacks)
            if "def weighted_mean" in cell.source:
                cell.source = insert(cell.source, [f"return {list(said)!r}"])
            elif cell.metadata.get("nbgrader", {}).get("solution") and cell.cell_type != "code":
                cell.source = "\n\n".join(said)
        note = v4.new_markdown_cell("\n\n".join(attacks))
        book.cells.insert(2, note)
        nbformat.write(book, place / file)
    slow = ["--GenerateFeedback.exporter_class=nbconvert.exporters.HTMLExporter"]
    slow.append("--CourseDirectory.feedback_directory=usual")
    for job in (["autograde"], ["generate_feedback"], ["generate_feedback", *slow]):
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", job[0], NAME, *job[1:]],
            cwd=course.root,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
    files = {
        f"{student}{' usual' * (folder == 'usual')}": course.root / folder / student / NAME
        for student in ("ann", "mal")
        for folder in ("feedback", "usual")
    }
    return {
        name: BeautifulSoup((place / f"{NAME}.html").read_text(), "html.parser")
        for name, place in files.items()
    }


FAKE = """
import json
from grading.judge.verdict import Criterion, Judgement, Output, Verdict

def ready():
    pass

def judge(notebook, student, course):
    said = tuple(json.loads((course.root / f"{student}.json").read_text()))
    lines = tuple(Criterion(text, False, text) for text in said)
    mean = Verdict("weighted_mean", "wrong", 0.0, 16.0, lines, said, said, said, ("REVIEW",))
    quiz = Verdict("mini_quiz", "internal", None, 2.0, review=("REVIEW",))
    kinds = ("stdout", "stderr", "result", "error", "image")
    found = (*(Output(kind, text) for text in said for kind in kinds), Output("image", "PIXEL"))
    outputs = {cell.id: found for cell in notebook.cells if cell.cell_type == "code"}
    about = notebook.metadata.course
    return Judgement(student, about.chapter, (mean, quiz), outputs, (*about.repairs, *said))
"""


def test_the_page_holds_no_script_of_a_students(pages):
    """Compared with a harmless page: the same scripts, no handler, no address that acts."""
    harmless, hostile = pages["ann"], pages["mal"]
    assert list(map(str, hostile.find_all("script"))) == list(map(str, harmless.find_all("script")))
    assert not hostile.find_all(["iframe", "object", "embed", "svg", "form", "base"])
    for tag in hostile.find_all():
        for name, value in tag.attrs.items():
            assert not name.lower().startswith("on"), tag
            if name in ("href", "src", "action", "formaction", "xlink:href", "data"):
                assert not str(value).strip().lower().startswith(("javascript:", "vbscript:")), tag
    assert not any(img["src"] == "x" for img in hostile.find_all("img"))
    assert "\x1b" not in str(hostile)


def test_the_page_shows_what_was_written_as_text(pages):
    """A grader can see the attack; nothing was swallowed."""
    told = pages["mal"].get_text()
    assert told.count(EVIL) >= 8
    assert "onerror=alert(1)>.ipynb was graded" in " ".join(told.split())


def test_the_page_tells_the_judges_verdict(pages):
    """Scores from the gradebook, the verdicts, and what is not graded yet; no reviews."""
    told = " ".join(pages["ann"].get_text(" ", strip=True).split())
    assert f"{NAME} (Score: 0.0 / 20.0)" in told
    assert "weighted_mean: not right yet; 0 of 1 criteria met." in told
    assert "mini_quiz: not graded yet." in told
    assert "Not graded yet, and not in the total: mini_quiz" in told
    assert "REVIEW" not in told


@pytest.mark.parametrize("student", ["ann", "mal"])
def test_the_page_is_the_one_that_nbconvert_makes(pages, student):
    """Element by element; ours is there sooner, and names the exercises in the list of scores."""
    ours = copy.copy(pages[student])
    links = [a for a in ours.select("#toc a") if a["href"].endswith("-check")]
    assert [a.string for a in links] == ["weighted_mean", "mini_quiz"]
    for a in links:
        a.string = "Test cell"
    assert str(ours) == str(pages[f"{student} usual"])


def test_pictures_have_words_for_who_can_not_see_them(pages):
    """nbconvert would say that there is no description."""
    pictures = pages["ann"].find_all("img")
    assert pictures and all(picture["alt"] == feedback.DRAWN for picture in pictures)
