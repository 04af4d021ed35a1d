"""The build refuses what would go wrong in class, and says where: file and line."""

import re

import pytest

from grading.build import Layout, build
from grading.errors import BuildError

STUB = "def weighted_mean("
SETUP = "from course import check, quiz"


def refused(course) -> str:
    """What the build says as it refuses; nothing is written."""
    with pytest.raises(BuildError) as error:
        build(Layout.at(course.root))
    assert not (course.root / "source").exists()
    return str(error.value)


def line_of(course, text: str) -> int:
    lines = course.chapter.read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


# (what is replaced, by what, the sentence, the line's text that the sentence must point to)
CHAPTER_FAULTS = {
    "points missing": (":points: 16\n", "", "has no points", STUB),
    "unknown option": (":points: 16", ":point: 16", "unknown option 'point'", STUB),
    "unknown tag": ("tags: [demo]", "tags: [demos]", "unknown tag 'demos'", "print(f"),
    "stub does not raise": (
        'a single number."""\n    raise NotImplementedError',
        'a single number."""\n    return 0',
        "does not raise",
        STUB,
    ),
    "cell does not parse": (SETUP, SETUP + "\nx = = 1", "does not parse", "x = = 1"),
    "stub under another name": (
        "def weighted_mean(",
        "def weighed_mean(",
        "defines weighed_mean",
        "def weighed_mean(",
    ),
    "directive": (
        "It has one of each",
        "```{note}\nCareful.\n```\n\nIt has one of each",
        "is a MyST directive",
        "```{note}",
    ),
    "colon directive": (
        "It has one of each",
        ":::{tip}\nCareful.\n:::\n\nIt has one of each",
        "is a MyST directive",
        ":::{tip}",
    ),
    "role": ("one of each", "one of {math}`x`", "is a MyST role", "{math}`x`"),
    "marker typed by hand": (
        "import torch\n",
        "import torch\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n",
        "typed by hand",
        "import torch",
    ),
    "no setup cell": (":tags: [setup]\n", ":tags: [demo]\n", "tag `setup`", "import torch"),
    "signature differs": ("    w,  # (n,)", "    v,  # (n,)", "solution(x, w)", STUB),
    "exercise without a key": (
        ":exercise: weighted_mean",
        ":exercise: median",
        "median",
        STUB,
    ),
    "quiz above a tenth": (
        ":points: 2\n\ndef mini",
        ":points: 3\n\ndef mini",
        "a tenth",
        "def mini",
    ),
    "choice without explanation": (
        "- **B.** It leaves its number out.",
        "- **B.** It leaves its number out.\n- **C.** Nothing.",
        "choices A, B, C",
        "**Question 1.**",
    ),
    "question without number": ('{"question": 1}', '{"question": 2}', "follows", "**Question 1.**"),
    "code options that are no YAML": ("tags: [demo]", "tags: [demo", "no YAML", None),
}


@pytest.mark.torch_free
@pytest.mark.parametrize("fault", CHAPTER_FAULTS)
def test_a_fault_in_a_chapter_is_named_with_its_line(course, fault):
    """Each planted fault stops the build with one message that points to its line."""
    old, new, sentence, place = CHAPTER_FAULTS[fault]
    course.edit(course.chapter, old, new)
    said = refused(course)
    assert sentence in said
    match = re.search(r"ch98_mini\.md:(\d+): ", said)
    assert match, said
    if place:
        assert int(match[1]) == line_of(course, place), said


def test_no_title(course):
    """A chapter without a title is refused."""
    course.edit(course.chapter, "title: A mini chapter", "name: x")
    assert "title" in refused(course)


def test_a_key_without_a_cell(course):
    """A key that no cell asks for is refused by its path."""
    (course.answers / "median.py").write_text("solution = None\n")
    assert "median.py: this key has no cell" in refused(course)


def test_an_id_used_twice(course):
    """An exercise's id is unique in the whole course; both places are named."""
    other = course.root / "chapters" / "ch99_other.md"
    other.write_text(course.chapter.read_text())
    said = refused(course)
    assert "weighted_mean is taken by" in said and "ch99_other.md" in said


def test_a_written_question_without_an_answer(course):
    """A written question needs a model answer."""
    (course.answers / "mini_essay.md").unlink()
    assert "mini_essay" in refused(course)


def test_a_stray_file_in_source(built):
    """A file in source/ that the build did not make would reach every student: refused."""
    stray = built.root / "source" / "ch98_mini" / "solutions.txt"
    stray.write_text("the answers")
    done = built.grading("build")
    assert done.returncode == 2
    assert "solutions.txt: the build did not make this file" in done.stderr
    assert "Traceback" not in done.stderr
    assert stray.exists()


KEY_FAULTS = {
    "mistake without effect": ('new="len(w)"', 'new="sum(w)"', "'by_n' differs from the solution"),
    "two mistakes that give the same": (
        'old="(w * x)",\n        new="x"',
        'old="return total / w.sum()",\n        new="return total / w.numel()"',
        "'by_n' and 'unweighted' differ on 0",
    ),
    "patch that does not apply": ('old="(w * x)"', 'old="(x * w)"', "occurs 0 times"),
    "patch that is no Python": ('new="x"', 'new="(x"', "gives no Python"),
    "solution that differs from its oracle": (
        "np.average(x.numpy(), weights=w.numpy())",
        "x.mean()",
        "solution and oracle differ",
    ),
    "one mistake only": ("mistakes = [", "mistakes = []\nspare = [", "at least two mistakes"),
    "no alternative": ("alternatives = [dot]", "alternatives = []", "at least one alternative"),
    "one hint": ("hints = [", "hints = ['Think.']\nspare = [", "two or three hints"),
    "criterion to learn by heart": (
        "rng.normal(size=1)",
        "np.array([7.0])",
        "criterion 'one number' has the same cases in every drawing",
    ),
    "case without criterion": ('Case("one number"', 'Case("a number"', "names no criterion"),
    "key that can't be loaded": ("import numpy as np", "import nunpy", "can't be loaded"),
    "key that lacks its cases": ("def cases(rng)", "def case(rng)", "lacks cases"),
}


@pytest.mark.parametrize("fault", KEY_FAULTS)
def test_a_fault_in_a_key_is_named(course, fault):
    """Each planted fault in an answer key stops the build with the key's path and a reason."""
    old, new, sentence = KEY_FAULTS[fault]
    course.edit(course.answers / "weighted_mean.py", old, new)
    said = refused(course)
    assert sentence in said
    assert "weighted_mean.py" in said


def test_a_wrong_answer_that_no_case_notices(course):
    """A change of the solution that every case accepts is named: adding 0 or taking it away."""
    course.edit(course.answers / "weighted_mean.py", "/ w.sum()", "/ (w.sum() + 0)")
    said = refused(course)
    assert "no case notices the mutant 'return total / (w.sum() + 0): Add to Sub'" in said


def test_an_excuse_for_a_mutant_that_is_gone(course):
    """An excuse that no longer excuses anything is refused."""
    with (course.answers / "weighted_mean.py").open("a") as file:
        file.write('excused_mutants = {"no such line: Add to Sub": "?"}\n')
    assert "does not exist" in refused(course)


def test_a_criterion_may_be_fixed_for_a_reason(course):
    """Where a key says why, a criterion's cases may be the same for everybody; only then."""
    key = course.answers / "weighted_mean.py"
    course.edit(key, "rng.normal(size=1)", "np.array([7.0])")
    reason = 'fixed_criteria = {"one number": "there is but one"}\n'
    key.write_text(key.read_text() + reason)
    done = course.grading("build")
    assert done.returncode == 0, done.stderr


def test_a_reason_for_a_fixed_criterion_that_is_gone(course):
    """A reason that no longer excuses anything is refused."""
    with (course.answers / "weighted_mean.py").open("a") as file:
        file.write('fixed_criteria = {"one number": "there is but one"}\n')
    assert "does not exist or is drawn" in refused(course)


def test_an_unknown_chapter(course):
    """Building a chapter that isn't there names those that are."""
    done = course.grading("build", "ch01_an")
    assert done.returncode == 2
    assert "ch98_mini" in done.stderr
