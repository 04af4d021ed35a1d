"""The instructors' page on a class: what it counts, what it shows, and that it stays text."""

import errno
import os
import sqlite3
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbgrader.api import Gradebook

from grading.errors import BuildError
from grading.judge.escaping import plain
from grading.judge.verdict import (
    ERROR,
    INTERNAL,
    NOT_ATTEMPTED,
    PASS,
    WRONG,
    Criterion,
    Judgement,
    Verdict,
)
from grading.notebook import insert
from grading.overview import diagnosed, histogram, overview
from grading.report import page, write
from grading.samples import LINES, WIDTH, Names, Samples, essence
from grading.standing import Part, Row

HOSTILE = st.one_of(
    st.sampled_from(
        [
            "</style><script>alert(1)</script>",
            '" onmouseover="alert(1)" x="',
            "{{ 7 * 7 }}{% raw %}",
            "</code></pre><img src=x onerror=alert(1)>",
            "<!--",
            "]]>&lt;b&gt;",
            "\x1b]0;title\x07\x9b31mred\u202e\u2066\x00\ud800",
        ]
    ),
    st.text(min_size=1),
)


def judged(student, *verdicts, **rest) -> Judgement:
    return Judgement(student, "ch98_mini", verdicts, **rest)


def mean(verdict, *met, messages=(), review=(), name="mean"):
    """A verdict on an exercise of 4 points with the criteria "a" and "b"."""
    criteria = tuple(Criterion(t, ok) for t, ok in zip("ab", met, strict=False))
    share = None if verdict == INTERNAL else float(verdict == PASS)
    return Verdict(name, verdict, share, 4.0, criteria, tuple(messages), review=tuple(review))


def row(student, *verdicts, score=0.0, parts=None, **rest) -> Row:
    parts = (Part("mean-check", score, 4.0),) if parts is None else parts
    return Row(student, score=score, parts=parts, judgement=judged(student, *verdicts, **rest))


def test_a_criterion_is_shared_among_those_who_tried():
    """Untouched, unjudged and unreadable attempts are no attempts; an error is one."""
    found = overview(
        [
            row("ann", mean(PASS, True, True), score=4.0),
            row("bob", mean(WRONG, True, False), score=1.0),
            row("cat", mean(ERROR)),
            row("dan", mean(NOT_ATTEMPTED)),
            row("eve", mean(INTERNAL), score=None),
            row("fay", mean(NOT_ATTEMPTED), problem="damaged"),
            Row("gus", handed_in=False),
        ],
        4.0,
    )
    [exercise] = found.exercises
    assert [(c.title, c.met, c.of) for c in exercise.criteria] == [("a", 2, 3), ("b", 1, 3)]
    assert (exercise.whole.met, exercise.whole.of, exercise.whole.percent) == (1, 3, 33)
    assert (exercise.untouched, exercise.unjudged) == (1, 1)
    assert exercise.mean == pytest.approx(5 / 3)
    assert found.scores == [4.0, 1.0, 0.0, 0.0, 0.0]
    assert found.total == {PASS: 1, WRONG: 1, ERROR: 1, NOT_ATTEMPTED: 1, INTERNAL: 1}


def test_a_mistake_counts_each_student_once_and_the_commonest_comes_first():
    """Said of the whole or of some cases, it is one mistake; of another exercise, another."""
    whole = "This is what you get when n is used."
    some = "Where it is wrong (3 numbers; and 2 more), this is what you get when n is used."
    rare = "Two things at once: this is what you get when n is used, and w is not."
    found = overview(
        [
            row("ann", mean(WRONG, messages=[rare])),
            row("bob", mean(WRONG, messages=[whole, some, "n is right."])),
            row("cat", mean(WRONG, messages=[some]), mean(WRONG, messages=[whole], name="total")),
        ],
        4.0,
    )
    assert [(m.exercise, m.text, m.students) for m in found.mistakes] == [
        ("mean", whole, ("bob", "cat")),
        ("mean", rare, ("ann",)),
        ("total", whole, ("cat",)),
    ]


@pytest.mark.parametrize(
    "message",
    [
        "It stopped in line 3, `raise E` with E: This is what you get when I say so.",
        "The result is a This is what you get when; expected a list of 1.",
        "W_hy is right in every case; W_xh is not.",
    ],
)
def test_what_a_program_says_is_no_diagnosis(message):
    """A student's exception can't write into the list of mistakes."""
    assert diagnosed(message) == ""


def test_a_mistake_in_one_result_is_named_like_the_mistake():
    """The other sentence that course.checks.diagnosis has for it."""
    said = "One thing that is wrong: Y is what you get when b_y is left out."
    assert diagnosed(said) == "This is what you get when b_y is left out."


@given(st.lists(st.floats(0, 70)), st.sampled_from([1.0, 7.5, 20.0, 60.0]))
def test_every_score_is_in_one_bar(scores, most):
    """Scores above the maximum, too, and none of the bars is empty of a meaning."""
    bars = histogram(scores, most)
    assert sum(bar.count for bar in bars) == len(scores)
    for bar in bars[:-1]:
        inside = sum(bar.low - 1e-6 <= s < bar.high + 1e-6 for s in scores)
        assert bar.count <= inside
    assert histogram(scores, 0.0) == ()


ESSAY = Part("essay", None, 2.0, written=True, open=True)


@pytest.mark.parametrize(
    ("given_row", "reasons"),
    [
        (row("a", mean(PASS)), ()),
        (Row("a", handed_in=False), ()),
        (Row("a"), ("Handed in, but not graded yet.",)),
        (
            Row("a", parts=(Part("mean-check", 1.0, 4.0),)),
            ("Its judgement can't be found; grade it again.",),
        ),
        (
            row(
                "a",
                mean(NOT_ATTEMPTED),
                parts=(Part("mean-check", 0.0, 4.0, open=True), ESSAY),
                problem="It is damaged.",
            ),
            ("It is damaged.",),
        ),
        (row("a", mean(NOT_ATTEMPTED), problem="It is damaged."), ()),  # a person has decided
        (
            row("a", mean(INTERNAL, review=["no probe"]), score=None),
            ("mean: a fault of the grader, no zero (no probe).",),
        ),
        (row("a", mean(PASS), parts=(ESSAY,)), ("essay: an answer in words waits for its score.",)),
        (
            row("a", mean(PASS, review=["it calls np.mean"]), parts=(Part("mean-check", 4, 4),)),
            (),  # a person has looked
        ),
        (
            row(
                "a",
                mean(PASS, review=["it calls np.mean"]),
                parts=(Part("mean-check", 4, 4, open=True),),
            ),
            ("mean: it calls np.mean",),
        ),
        (
            row("a", mean(PASS), parts=(Part("mean-check", 4, 4, open=True, by_hand=True),)),
            ("mean: it was graded again; does the score given by hand still hold?",),
        ),
    ],
)
def test_who_waits_for_a_person_and_why(given_row, reasons):
    """Only what the gradebook still asks for."""
    assert given_row.reasons == reasons


class Structure(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        links = [(name, value) for name, value in attributes if name in ("href", "src", "style")]
        self.tags.append((tag, [name for name, _ in attributes], links))

    def handle_endtag(self, tag):
        self.tags.append("/" + tag)
        self.text += " " * (tag in ("td", "th", "dt", "dd"))

    def handle_comment(self, data):
        self.tags.append("comment")

    def handle_data(self, data):
        self.text += data


def _nameless():
    finder = object.__new__(Samples)
    finder.names = Names([])
    return finder


def class_page(text: str) -> str:
    """The page of a class in which everything that can be a text is this one."""
    says = [f"This is what you get when {plain(text)}."]  # a key's own words: no controls
    fails = Verdict(text, WRONG, 0.5, 4.0, (Criterion(text, True, text),), tuple(says))
    broken = Verdict(f"{text}2", INTERNAL, None, 4.0, review=(text,))
    rows = [
        Row(
            text,
            text,
            score=1.0,
            parts=(Part(f"{text}2-check", None, 4.0, open=True), ESSAY),
            judgement=judged(text, fails, broken, sandboxed=False),
        ),
        row("b", problem=f"bad: {text}", parts=(Part(text, 0.0, 4.0, written=True, open=True),)),
        Row(text, text, handed_in=False),
    ]
    return page(text, overview(rows, 8.0), [_nameless().sample(text)])


PLAIN = Structure(class_page("plain"))


@settings(max_examples=40, deadline=None)
@given(HOSTILE)
def test_whatever_a_text_holds_the_page_is_built_alike(text):
    """The same tags and attributes as with a harmless text, nothing to load, no controls."""
    made = class_page(text)
    assert Structure(made).tags == PLAIN.tags
    assert not {"script", "img", "link", "comment"} & {tag[0] for tag in PLAIN.tags}


def test_the_page_loads_and_runs_nothing():
    """Links lead into the page itself, and the browser is told to refuse all else."""
    links = [value for tag in PLAIN.tags if tag[0] != "/" for _, value in tag[2]]
    assert links and all(v.startswith(("#", "width: ")) for v in links)
    assert "default-src 'none'" in class_page("plain")
    assert "http://" not in class_page("plain") and "https://" not in class_page("plain")


def test_terminal_escapes_and_turned_text_are_taken_out():
    """Of names, of titles, of reasons."""
    made = class_page("a\x1b[31mb\u202ec\x00")
    assert "abc" in made
    assert not any(letter in made for letter in "\x1b\u202e\x00")


def test_names_go_from_code_in_any_spelling_of_case_and_accents():
    """Ids, first and last names, addresses and their parts; a keyword stays one."""
    table = ["ml42", "José María", "Müller-Straße", "jm.mueller@uni.example", "In", "W", None]
    names = Names(table)
    code = (
        "# ML42, JOSE, josé mari\u0301a, muller, STRASSE, jm.Mueller@uni.example, J\u200bosé\n"
        "for x in W: my_ml42, mariachi = IN, 'ml42'"
    )
    assert names.removed(code) == (
        "# student, student, student, student, student, student, student\n"
        "for x in W: my_student, studentchi = student, 'student'"
    )


@given(st.text("abcABC", min_size=4, max_size=6), st.text("abcABC_# \n"))
def test_a_longer_name_is_found_everywhere(name, code):
    """Also within words."""
    assert name.casefold() not in Names([name]).removed(f"{code}{name}{code}").casefold()


@given(st.one_of(HOSTILE, st.text("def():\n \"'x,=@\\\x0c\u2028")))
def test_any_cell_can_be_shortened(source):
    """Whatever it is; what is no Python is left as it is."""
    essence(source)


DEEP = f"def f(\n  x={'+'.join('1' * 900)},\n):\n    return x"  # too deep to be written anew


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        (
            'def mean(\n    x,  # (n,)\n    w=None,\n) -> float:\n    """The mean.\n\n    Of x.\n'
            '    """\n    # mine\n    return x.mean()\n',
            "def mean(x, w=None) -> float:\n    # mine\n    return x.mean()",
        ),
        (
            'class Net:\n    """A net."""\n\n    def f(self,\n          x):\n        "f"\n'
            "        return x",
            "class Net:\n\n    def f(self, x):\n        return x",
        ),
        (
            'def f(x):\n    "doc"  # mine\n    return x',
            'def f(x):\n    "doc"  # mine\n    return x',
        ),
        ('def f(x): "doc"; return x', 'def f(x): "doc"; return x'),
        ('def f(x):\n    """only this"""', 'def f(x):\n    """only this"""'),
        ("def f(:\n    nonsense", "def f(:\n    nonsense"),
        ("a = 1\u2028b = 2\ndef f(\n  x):\n  return x", "a = 1\nb = 2\ndef f(x):\n  return x"),
        (DEEP, DEEP),
    ],
)
def test_a_sample_is_what_the_student_typed(source, wanted):
    """Without docstrings, with signatures on one line."""
    assert essence(source) == wanted


def test_a_sample_is_short():
    """Lines and width have a limit, and it is said how much is missing."""
    sample = Samples.sample(_nameless(), "\n".join(["x" * 500] * (LINES + 7)))
    assert sample.left_out == 7
    assert [len(line) for line in sample.code.split("\n")] == [WIDTH] * LINES


def test_the_sample_is_of_any_student_not_of_the_first(monkeypatch):
    """Of a hundred with the same code the alphabet does not choose one."""
    finder = _nameless()
    asked = []
    monkeypatch.setattr(finder, "_sources", lambda s: asked.append(s) or {}, raising=False)
    students = [f"s{i:02}" for i in range(100)]
    for exercise in "abcdefgh":
        assert finder.find(exercise, students) is None
    assert len(set(asked)) > 8 and len(asked) == 40


# End to end: a class of six, graded by the judge.

RIGHT = ["return (w * x).sum() / w.sum()"]
WRONG_BODY = ["# by Cat O'Hara (cat): <b>mine</b>", "return (w * x).sum() / len(w)"]


def place(course, student):
    path = course.root / "submitted" / student / "ch98_mini" / "ch98_mini.ipynb"
    path.parent.mkdir(parents=True)
    return path


def submit(course, student, body, essay=""):
    book = nbformat.read(course.notebook("release"), as_version=4)
    for cell in book.cells:
        if body and "def weighted_mean" in cell.source:
            cell.source = insert(cell.source, body)
        if essay and cell.metadata.get("nbgrader", {}).get("grade_id") == "mini_essay":
            cell.source = essay
    nbformat.write(book, place(course, student))


def gradebook(course):
    return Gradebook(f"sqlite:///{course.root / 'gradebook.db'}", "neural-networks-worked-out")


@pytest.fixture(scope="module")
def graded(shared_course):
    """Right with an essay, wrong twice, untouched, broken; and one who handed in nothing."""
    submit(shared_course, "ann", RIGHT, essay="Because weights need not add up to n.")
    submit(shared_course, "cat", WRONG_BODY)
    submit(shared_course, "cid", WRONG_BODY)
    submit(shared_course, "dan", None)
    place(shared_course, "eve").write_text('{"cells": [{"cell_type": "code", "sour')
    done = shared_course.grading("autograde", "ch98_mini")
    assert done.returncode == 1, done.stderr
    with gradebook(shared_course) as book:
        book.update_or_create_student("cat", first_name="Cat", last_name="O'Hara")
        book.update_or_create_student("zoe", first_name="Zoe", last_name="Quill")
    return shared_course


def reported(course):
    """The report's text, and its HTML."""
    path = write(course.root, "ch98_mini")
    assert path == course.root / "grades" / "ch98_mini.html"
    made = path.read_text(encoding="utf-8")
    return " ".join(Structure(made).text.split()), made


def test_a_graded_class_on_one_page(graded):
    """Who, how much, how hard, which mistake with whose code but not by whom, and who waits."""
    text, made = reported(graded)
    assert "students 6 graded 5 handed in nothing 1 not readable 1 need a person 2" in text
    assert "0 to 2 points: 4 students; " in text and "16 to 18 points: 1 student; " in text
    assert "any weights 1 of 3 33 %" in text and "one number 1 of 3 33 %" in text
    assert "This is what you get when the sum is divided by n. weighted_mean: 2 students" in text
    sample = (
        "def weighted_mean(x, w):\n    # by student student (student): &lt;b&gt;mine&lt;/b&gt;\n"
        "    return (w * x).sum() / len(w)</code>"
    )
    assert sample in made
    assert "mini_essay: an answer in words waits for its score." in text
    assert "eve ch98_mini.ipynb is damaged or no notebook" in text
    assert "ann 16 so far 1 0 1 yes" in text
    assert "cat (Cat O'Hara) 0 0 1 1 no" in text
    assert "zoe (Zoe Quill) 0 handed in nothing no" in text
    assert (graded.root / "grades" / "ch98_mini.csv").is_file()


def test_a_score_by_hand_counts(graded):
    """Once a person has scored the essay, it is in the total, and nobody waits for it."""
    database = graded.root / "gradebook.db"
    before = database.read_bytes()
    with gradebook(graded) as book:
        for notebook in book.find_submission("ch98_mini", "ann").notebooks:
            for grade in notebook.grades:
                if grade.name == "mini_essay":
                    grade.manual_score, grade.needs_manual_grade = 1.5, False
        book.db.commit()
    text, _ = reported(graded)
    database.write_bytes(before)
    assert "ann 17.5 1 0 1 no" in text and "mini_essay 4 0 1 1.5 of 2" in text


def test_a_page_elsewhere_and_one_that_cant_be_written(graded, tmp_path):
    """`--to` names another file; where there can be none, it is one sentence."""
    path = tmp_path / "new" / "page.html"
    done = graded.grading("report", "ch98_mini", "--to", str(path))
    assert (done.returncode, done.stdout) == (0, f"written: {path}\n"), done.stderr
    assert path.stat().st_size > 5000
    done = graded.grading("report", "ch98_mini", "--to", str(tmp_path))
    assert done.returncode == 2
    assert "can't be written: " in done.stderr and done.stderr.count("\n") == 1
    with one_sentence("can't be written: "):
        write(graded.root, "ch98_mini", path / "page.html")


def test_a_full_disk_is_one_sentence(graded, monkeypatch):
    """The page of before stays."""
    path = graded.root / "grades" / "ch98_mini.html"
    path.parent.mkdir(exist_ok=True)
    path.write_text("old")

    def full(self, data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    with one_sentence("can't be written: No space left on device."):
        write(graded.root, "ch98_mini")
    assert path.read_text() == "old"


def test_a_notebook_that_is_a_link_is_not_followed(graded, tmp_path):
    """The page is made without that sample."""
    paths = [
        graded.root / "autograded" / name / "ch98_mini" / "ch98_mini.ipynb"
        for name in ("cat", "cid")
    ]
    for path in paths:
        path.rename(tmp_path / path.parts[-3])
        path.symlink_to(tmp_path / path.parts[-3])
    text, made = reported(graded)
    for path in paths:
        path.unlink()
        (tmp_path / path.parts[-3]).rename(path)
    assert "The code can't be shown" in text and "len(w)" not in made


def test_a_gradebook_in_use_or_missing_is_one_sentence(graded):
    """And none is made where there was none."""
    database, away = graded.root / "gradebook.db", graded.root / "away.db"
    holder = sqlite3.connect(database)
    holder.execute("begin exclusive")
    with one_sentence("the gradebook can't be read (database is locked)"):
        write(graded.root, "ch98_mini")
    holder.close()
    database.rename(away)
    with one_sentence("there is no gradebook; nothing of ch98_mini is graded yet"):
        write(graded.root, "ch98_mini")
    assert not database.exists()
    database.write_text("no database at all")
    with one_sentence("the gradebook can't be read (file is not a database)"):
        write(graded.root, "ch98_mini")
    away.replace(database)


def test_no_chapter_and_nothing_graded_are_one_sentence(graded):
    """What is not there can't be reported."""
    with one_sentence("there is no such chapter; build first."):
        write(graded.root, "ch97")
    source = graded.root / "source" / "ch97" / "ch97.ipynb"
    source.parent.mkdir()
    source.touch()
    said = "nothing of ch97 is graded yet; run `grading autograde ch97`."
    with one_sentence(said):
        write(graded.root, "ch97")
    with gradebook(graded) as book:
        book.update_or_create_assignment("ch97")
    with one_sentence(said):
        write(graded.root, "ch97")
    source.unlink()
    source.parent.rmdir()


@contextmanager
def one_sentence(text):
    """A problem that a person can mend."""
    with pytest.raises(BuildError) as error:
        yield
    assert text in str(error.value) and "\n" not in str(error.value)


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1100])
def test_everybody_can_read_the_page(browser, tmp_path, scheme, width):
    """axe-core finds nothing; long words widen nothing but tables; the file is all there is."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    (tmp_path / "page.html").write_text(class_page("a <b> " + "long" * 60), encoding="utf-8")
    # The page's own rules would keep axe-core out, too.
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True
    )
    page, requests = context.new_page(), []
    page.on("request", lambda request: requests.append(request.url))
    page.goto((tmp_path / "page.html").as_uri())
    assert requests == [(tmp_path / "page.html").as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    response = axe.run(page).response
    assert response["passes"]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in response["violations"]] == []
    context.close()
