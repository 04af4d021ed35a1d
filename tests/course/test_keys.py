"""The guarantee: solutions, alternatives, stubs, mistakes and pairs end as their key says."""

from pathlib import Path

import numpy as np
import pytest

from course import check, quiz
from course.checks.expected import Quiz, chapters, find

pytest.importorskip("torch")

ROOT = Path(__file__).resolve().parents[2]
NAMES = sorted(path.stem for path in ROOT.glob("answers/*/*.py") if path.stem != "quiz")
QUIZZES = sorted(path.parent.name for path in ROOT.glob("answers/*/quiz.py"))
CHAPTERS = sorted(path.stem for path in ROOT.glob("chapters/*.md"))
DRAWINGS = 100

each_key = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="module")
def stubs():
    """Every stub of every chapter by name, as (chapter, points, source)."""
    from grading.chapter import read

    return {
        cell.exercise: (chapter, cell.options["points"], cell.source)
        for chapter in CHAPTERS
        for cell in read(ROOT / "chapters" / f"{chapter}.md").stubs()
    }


def test_chapters_keys_and_compiled_figures_name_the_same_exercises(stubs):
    """No exercise lacks a key or its figures, and none is left over."""
    compiled = {name: chapter.name for chapter in chapters() for name in chapter.exercises}
    assert compiled == {name: chapter for name, (chapter, _, _) in stubs.items()}
    quizzes = {name for name in compiled if isinstance(find(name), Quiz)}
    assert sorted(compiled.keys() - quizzes) == NAMES
    assert sorted(compiled[name] for name in quizzes) == QUIZZES


def test_every_stub_is_not_attempted(stubs, cell, records):
    """An untouched exercise is neither right nor wrong, worth 0 points, and leaves no record."""
    assert set(NAMES) <= set(stubs)
    for name, (_, points, source) in stubs.items():
        report = check(cell(source, name))
        assert (report.state, report.score, report.points) == ("not attempted", 0, points)
        assert str(report) == f"{name}: not attempted yet."
    assert not records.exists()


@each_key
def test_the_solution_gets_full_marks(keys, named, stubs, name):
    """And not a word of complaint."""
    report = check(named(keys[name].solution, name))
    assert (report.state, report.score) == ("right", 1.0), str(report)
    assert report.earned == stubs[name][1]
    assert [line.state for line in report.lines] == ["right"] * len(keys[name].criteria)
    assert not (report.messages or report.hints or report.notes or report.failing)


@each_key
def test_every_alternative_gets_full_marks(keys, named, name):
    """Another style, another library or another container is as good."""
    for alternative in keys[name].module.alternatives:
        report = check(named(alternative, name))
        assert (report.state, report.score) == ("right", 1.0), f"{alternative}: {report}"
        assert not report.messages


@each_key
def test_every_mistake_fails_with_its_own_hint_alone(keys, named, name):
    """The report names what was done, hints at the way out, and names nothing else."""
    key = keys[name]
    for mistake in key.mistakes:
        report = check(named(key.wrong(mistake), name))
        assert report.state == "wrong", mistake.name
        assert report.score < 1
        if not key.named:  # predictions prove no mistake; what is wrong with them is said
            assert report.messages and not report.hints
            continue
        assert report.hints == [mistake.hint], f"{mistake.name}: {report}"
        assert f"This is what you get when {mistake.when}." in report.messages
        others = [m.when for m in key.mistakes if m.name != mistake.name]
        assert not [when for when in others if when in str(report)], mistake.name
        assert report.failing


@each_key
def test_every_stored_pair_of_mistakes_gets_both_hints(keys, named, name):
    """Two mistakes made at once are told as two."""
    key = keys[name]
    stored = {pair.when for pair in find(name).pairs}
    seen = set()
    for first, second, function in key.pairs():
        if (first.when, second.when) not in stored:
            continue
        seen.add((first.when, second.when))
        report = check(named(function, name))
        both = f"{first.name} and {second.name}: {report}"
        assert report.state == "wrong", both
        assert first.hint in report.hints[0], both
        assert second.hint in report.hints[0], both
        assert report.messages[0].startswith("Two things at once"), both
        assert first.when in report.messages[0], both
        assert second.when in report.messages[0], both
    assert seen == stored


def test_some_pairs_are_stored():
    """The test above has something to look at."""
    assert sum(len(find(name).pairs) for name in NAMES) > 10


@each_key
def test_solution_and_oracle_agree_on_a_hundred_drawings(keys, name):
    """Two independent ways lead to the same results and the same gradients."""
    from grading.compiling import draw
    from grading.gates import passes

    key = keys[name]
    assert key.module.oracle is not key.solution
    for seed in range(1000, 1000 + DRAWINGS):
        assert passes(key.solution, draw(key, 1, np.random.default_rng(seed))), f"seed {seed}"


@each_key
def test_a_mistake_for_a_solution_would_not_agree_with_the_oracle(keys, name):
    """The comparison with the oracle catches every listed mistake at once."""
    from grading.compiling import draw
    from grading.gates import passes

    key = keys[name]
    for mistake in key.mistakes:
        assert not passes(key.wrong(mistake), draw(key, 1, np.random.default_rng(1000)))


@each_key
def test_hints_are_two_or_three_different_sentences(keys, name):
    """From a nudge to a strategy; none is a mistake's."""
    hints = find(name).hints
    assert hints == tuple(keys[name].module.hints)
    assert 2 <= len(set(hints)) == len(hints) <= 3
    assert all(text.strip().endswith((".", "?")) for text in hints)


@pytest.mark.parametrize("chapter", QUIZZES)
def test_quiz_keys_mark_as_they_say(chapter):
    """The right letters get full marks; each wrong one is wrong and gets its own explanation."""
    from grading.answers import load_quiz

    questions = load_quiz(ROOT / "answers" / chapter / "quiz.py")
    (name,) = [n for c in chapters() if c.name == chapter for n in c.exercises if is_quiz(n)]
    right = {number: question.right for number, question in questions.items()}
    report = quiz(answering(name, right))
    assert (report.state, report.score) == ("right", 1.0)
    for number, question in questions.items():
        for letter, why in question.why.items():
            report = quiz(answering(name, right | {number: letter}))
            assert why in report.lines[number - 1].note
            assert report.state == ("right" if letter == question.right else "wrong")


def is_quiz(name):
    return isinstance(find(name), Quiz)


def answering(name, letters):
    def function():
        return dict(letters)

    function.__name__ = name
    return function
