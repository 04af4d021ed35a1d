"""What a check shows: three states, twice the same words, nothing unescaped, nothing raised."""

import html.parser
import re

import pytest

from course import check
from course.checks import CheckFailed, Report, finished
from course.checks.report import Line

torch = pytest.importorskip("torch")

MARKUP = {"div", "p", "strong", "ul", "li", "span", "code", "pre"}
ATTACK = "<script>alert('x')</script><img src=x onerror=\"alert(1)\">"


class Page(html.parser.HTMLParser):
    """The text of an HTML fragment, and every tag and attribute in it."""

    def __init__(self, fragment):
        super().__init__()
        self.text, self.tags, self.attributes = "", set(), set()
        self.feed(fragment)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.text += data


def plain(text):
    """Words alone: no backticks, one space between."""
    return " ".join(text.replace("`", "").split())


def reports(keys, named, cell):
    """Reports of every kind: all listed mistakes, errors, notes, stubs, strangers, quizzes."""
    for name, key in keys.items():
        for mistake in key.mistakes:
            yield check(named(key.wrong(mistake), name))
        yield check(named(key.solution, name))
        yield check(cell(f"def {name}(**k):\n    raise NotImplementedError", name))
        yield check(cell(f"def {name}(**k):\n    return `no` + 1".replace("`", "'"), name))
        yield check(named(lambda k=key, **i: [v.float() for v in k.solution(**i)], name))
    yield check(None)
    yield check(cell("def elmann(x): pass", "elmann"))
    yield check(cell("def ch04_quiz():\n    return {1: 'A', 2: 'Z', 7: 'B'}", "ch04_quiz"))


def test_text_and_html_say_the_same(keys, named, cell):
    """Every headline, line, message, hint, figure and note stands in both."""
    seen = set()
    for report in reports(keys, named, cell):
        page, text = plain(Page(report.html()).text), plain(str(report))
        said = [report.headline, *report.messages, *report.hints, report.failing, *report.notes]
        said += [line.title for line in report.lines] + [line.note for line in report.lines]
        for words in map(plain, said):
            assert words in page
            assert words in text
        seen.add(report.state)
    assert seen == {"right", "wrong", "not attempted"}


def test_the_three_states_are_told_by_words():
    """Neither colour nor a sign alone carries the state."""
    for state, word in (("right", "right"), ("wrong", "wrong"), ("not attempted", "no answer")):
        line = Report("f", "wrong", lines=[Line("one step", state)])
        assert f"one step ({word})" in Page(line.html()).text
    heads = {s: Report("f", s).headline for s in ("right", "wrong", "not attempted")}
    assert heads == {
        "right": "f: right.",
        "wrong": "f: not right yet.",
        "not attempted": "f: not attempted yet.",
    }


def test_html_is_markup_without_scripts(keys, named, cell):
    """A handful of tags and attributes, no links, no events, no classes."""
    for report in reports(keys, named, cell):
        page = Page(report.html())
        assert page.tags <= MARKUP
        assert page.attributes <= {"style", "role", "aria-label", "aria-hidden", "tabindex"}


class Marked(dict):
    pass


Marked.__name__ = ATTACK

ATTACKS = {
    "in an exception": "raise ValueError(ATTACK)",
    "in an exception's name": "raise type(ATTACK, (Exception,), {})('x')",
    "in a line of code": "raise ValueError('x')  # " + ATTACK,
    "printed": "print(ATTACK); return 1",
    "returned": "return ATTACK",
    "as a key": "return {ATTACK: 1}",
    "as a type": "return Marked()",
    "in backticks": "raise ValueError('`' + ATTACK + '`')",
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_nothing_of_the_students_becomes_markup(cell, attack):
    """Exceptions, prints, names, code and keys are shown as text."""
    source = f"def elman(**inputs):\n    {attack}\n"
    report = check(cell(source, "elman", ATTACK=ATTACK, Marked=Marked))
    page = Page(report.html())
    assert page.tags <= MARKUP
    assert not {name for name in page.attributes if name.startswith("on")}
    if attack != ATTACKS["returned"] and attack != ATTACKS["as a type"]:
        assert plain(ATTACK)[:40] in plain(page.text)


@pytest.mark.parametrize("name", [ATTACK, '" onmouseover="alert(1)', "a`<b>`c"])
def test_a_name_is_shown_as_text(named, name):
    """Also where it stands in an attribute, also for a quiz."""
    report = check(named(lambda: None, name))
    assert report.state == "wrong"
    page = Page(report.html())
    assert page.tags <= MARKUP
    assert page.attributes <= {"style", "role", "aria-label"}
    assert "is one of" not in page.text


def test_the_search_for_markup_finds_it():
    """A report that did not escape would be caught."""
    page = Page(f"<p>{ATTACK}</p>")
    assert page.tags - MARKUP == {"script", "img"}
    assert "onerror" in page.attributes


def test_a_long_print_is_shortened(cell, solution):
    """A loop that prints a thousand lines leaves a readable report."""
    source = "def elman(**k):\n    print('spam ' * 100000)\n    return right(**k)\n"
    report = check(cell(source, "elman", right=solution.elman))
    assert len(str(report)) < 1000


def test_notes_tell_precision_and_what_was_to_be_built(cell, solution, keys):
    """float32 is accepted with a note; nn.RNN gives the values, and the note says it is not it."""
    source = "def elman(**k):\n    return [v.float() for v in right(**k)]\n"
    report = check(cell(source, "elman", right=solution.elman))
    assert report.state == "right"
    assert any("float32" in note for note in report.notes)
    source = "def elman(**inputs):\n    nn.RNN\n    return oracle(**inputs)\n"
    oracle = keys["elman"].module.oracle
    report = check(cell(source, "elman", nn=torch.nn, oracle=oracle))
    assert "It calls `nn.RNN`; the exercise asks you to do without it." in report.notes
    report = check(cell(source.replace("    nn.RNN\n", ""), "elman", oracle=oracle))
    assert report.notes == []


def test_notes_tell_what_later_cells_cannot_use(named, solution, capsys):
    """Arrays and lists of the right numbers pass, with a note, and finished() asks for tensors."""
    for change in (lambda H: H.numpy(), list, lambda H: H.tolist()):
        function = named(
            lambda change=change, **k: tuple(map(change, solution.jordan(**k))), "jordan"
        )
        report = check(function)
        assert (report.state, report.score, len(report.notes)) == ("right", 1.0, 1)
        assert "not a tensor" in report.notes[0]
        assert not finished(function)
        assert capsys.readouterr().out.startswith("Finish jordan first")


def test_code_above_a_forgotten_stub_line_is_seen(cell):
    """Whoever forgets to delete the last line of the stub is told so."""
    lines = ["def elman(**k):", '    """Docstring."""', "    raise NotImplementedError"]
    assert check(cell("\n".join(lines), "elman")).messages == []
    lines.insert(2, "    h = 1")
    report = check(cell("\n".join(lines), "elman"))
    assert report.state == "not attempted"
    assert "delete it" in report.messages[0]


def test_a_changed_signature_is_told(cell):
    """Renamed, reordered and missing arguments, before anything is run."""
    for arguments in ("x, y", "y, x, z", "series, y", "y"):
        report = check(cell(f"def unroll_loss({arguments}):\n    return 1", "unroll_loss"))
        assert report.state == "wrong"
        assert f"(y, x), in this order; yours are ({arguments})." in report.messages[0]
    report = check(cell("def unroll_loss(y, x, more=1):\n    return 1", "unroll_loss"))
    assert "in this order" not in report.messages[0]


def test_the_failing_call_can_be_repeated(keys, named):
    """`elman(**check(elman).inputs)` runs the first failing case, as often as one likes."""
    key = keys["elman"]
    wrong = named(key.wrong(key.mistakes[0]), "elman")
    inputs = check(wrong).inputs
    assert all(isinstance(value, torch.Tensor) for value in inputs.values())
    H, _ = wrong(**inputs)
    assert not torch.allclose(H, key.solution(**inputs)[0])


@pytest.fixture
def grading(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")


def test_a_grader_reads_the_points(grading, keys, named):
    """Under nbgrader the plain text is a number between 0 and the points, and nothing else."""
    for name, key in keys.items():
        for function in (key.solution, *(key.wrong(m) for m in key.mistakes)):
            try:
                report = check(named(function, name))
            except CheckFailed:
                continue
            bundle = report._repr_mimebundle_()
            points = float(bundle["text/plain"])
            assert 0 < points <= report.points
            assert points == pytest.approx(report.score * report.points, abs=0.005)
            assert (points == report.points) is (report.state == "right")
            assert report.headline in Page(bundle["text/html"]).text


def test_a_grader_sees_a_zero_as_a_failure(grading, keys, named, cell):
    """Nothing reached, nothing attempted and an unknown name raise, with the diagnosis."""
    key = keys["elman"]
    with pytest.raises(CheckFailed, match=re.escape(key.mistakes[0].hint)):
        check(named(key.wrong(key.mistakes[0]), "elman"))
    for source, name, words in (
        ("def elman(**k):\n    raise NotImplementedError", "elman", "not attempted yet"),
        ("def elman(**k): return 1 / 0", "elman", "division by zero"),
        ("def elmann(**k): pass", "elmann", "Did you mean elman?"),
        ("def ch04_quiz(): return {1: 'A'}", "ch04_quiz", "0 of 10 questions right"),
    ):
        with pytest.raises(CheckFailed, match=re.escape(words)):
            check(cell(source, name))


def test_outside_a_grader_the_plain_text_is_the_report(keys, named):
    """A student without HTML reads sentences."""
    report = check(named(keys["elman"].solution, "elman"))
    assert report._repr_mimebundle_()["text/plain"] == str(report) == repr(report)


def test_strict_checks_raise_on_any_shortfall(monkeypatch, keys, named, cell):
    """COURSE_CHECK=raise lets only what is right go on."""
    monkeypatch.setenv("COURSE_CHECK", "raise")
    key = keys["elman"]
    assert check(named(key.solution, "elman")).state == "right"
    (partial,) = [m for m in key.mistakes if m.name == "output_late"]
    for function in (
        named(key.wrong(partial), "elman"),
        cell("def elman(**k):\n    raise NotImplementedError", "elman"),
        cell("def nobody(): pass", "nobody"),
    ):
        with pytest.raises(CheckFailed):
            check(function)


def test_a_failed_check_shows_its_sentences_and_no_frames():
    """IPython prints the report instead of the course's own code."""
    assert CheckFailed("elman: wrong.")._render_traceback_() == ["CheckFailed: elman: wrong."]


def test_finished_says_what_to_do_first(keys, named, cell, capsys, records):
    """True for a right function; for any other one line with its name, and no record."""
    assert finished(named(keys["elman"].solution, "elman"))
    assert capsys.readouterr().out == ""
    for source in ("raise NotImplementedError", "return 1"):
        assert not finished(cell(f"def elman(**k): {source}", "elman"))
        assert capsys.readouterr().out == "Finish elman first, then run this cell again.\n"
    assert not records.exists()
