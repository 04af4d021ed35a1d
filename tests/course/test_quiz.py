"""Marking a quiz: right, wrong, unanswered, and whatever else may be written there."""

import pytest

from course import check, quiz
from course.checks.expected import Quiz, chapters, find

pytestmark = pytest.mark.torch_free

NAMES = [name for chapter in chapters() for name in chapter.exercises]
QUIZ = next(name for name in NAMES if isinstance(find(name), Quiz))
KEY = find(QUIZ).questions
RIGHT = {int(number): question["right"] for number, question in KEY.items()}


def answering(answers):
    def function():
        if isinstance(answers, BaseException):
            raise answers
        return answers

    function.__name__ = QUIZ
    return function


def marked(answers):
    return quiz(answering(answers))


def states(report):
    return [line.state for line in report.lines]


def test_all_letters_right_is_right():
    """Full score, and each right letter says why it is right."""
    report = marked(RIGHT)
    assert (report.state, report.score, report.notes) == ("right", 1.0, [])
    for line, question in zip(report.lines, KEY.values(), strict=True):
        assert question["why"][question["right"]] in line.note


def test_check_and_quiz_are_the_same():
    """A quiz may be handed to check()."""
    for answers in (RIGHT, {1: "A"}, {}):
        assert str(check(answering(answers))) == str(marked(answers))


@pytest.mark.parametrize("change", [str.lower, "  {}\n".format, "{}.".format, "({})".format])
def test_case_spaces_and_brackets_do_not_matter(change):
    """a, (A) and A. are A."""
    assert marked({number: change(letter) for number, letter in RIGHT.items()}).state == "right"


def test_numbers_may_be_written_as_text():
    """{"1": "A"} and {"Question 1": "A"} are {1: "A"}."""
    for name in ("{}", "question {}", "Question {}", " {} "):
        answers = {name.format(number): letter for number, letter in RIGHT.items()}
        assert marked(answers).state == "right"


@pytest.mark.parametrize("number", RIGHT)
def test_each_wrong_letter_gets_its_own_explanation(number):
    """And costs this question only."""
    right, why = RIGHT[number], KEY[str(number)]["why"]
    explanations = set()
    for letter in why.keys() - {right}:
        report = marked(RIGHT | {number: letter})
        assert report.score == pytest.approx(1 - 1 / len(RIGHT))
        line = report.lines[number - 1]
        assert (line.state, line.note) == ("wrong", f"{letter}. {why[letter]}")
        assert why[right] not in str(report)
        explanations.add(line.note)
    assert len(explanations) == len(why) - 1


@pytest.mark.parametrize("answers", [{}, {1: ""}, {1: None}, {1: ...}, {1: " ", 2: None}], ids=str)
def test_nothing_answered_is_not_attempted(answers, records):
    """Empty places are no wrong answers, and nothing is recorded."""
    report = marked(answers)
    assert (report.state, report.score) == ("not attempted", 0)
    assert set(states(report)) == {"not attempted"}
    assert not records.exists()


def test_a_stub_is_not_attempted():
    """Before the first letter the quiz is untouched."""
    assert marked(NotImplementedError()).state == "not attempted"


def test_an_unanswered_question_is_neither_right_nor_wrong():
    """The answered ones count."""
    report = marked({1: RIGHT[1]})
    assert report.state == "wrong"
    assert report.score == pytest.approx(1 / len(RIGHT))
    assert states(report) == ["right"] + ["not attempted"] * (len(RIGHT) - 1)


@pytest.mark.parametrize("letter", ["Z", "AB", 1, 2.5, True, ["A"], "<b>", "x" * 500], ids=str)
def test_what_is_no_choice_is_wrong_and_told(letter):
    """The letters that there are stand in the note, and the rest is still marked."""
    report = marked(RIGHT | {1: letter})
    assert states(report) == ["wrong"] + ["right"] * (len(RIGHT) - 1)
    assert f"is not one of {', '.join(KEY['1']['why'])}." in report.lines[0].note
    assert len(report.lines[0].note) < 80


@pytest.mark.parametrize("number", [0, 99, "one", 1.5])
def test_an_unknown_question_is_noted(number):
    """It changes no mark."""
    report = marked(RIGHT | {number: "A"})
    assert (report.state, report.score) == ("right", 1.0)
    assert report.notes == [f"There is no question {number}."]


@pytest.mark.parametrize("answers", [None, "ABCD", ["A"], 3, {"A"}, [(1, "A")]], ids=str)
def test_another_type_is_told(answers):
    """What came and what was expected."""
    report = marked(answers)
    assert (report.state, report.score) == ("wrong", 0)
    assert f"returned {type(answers).__name__}; expected a dict" in report.messages[0]


@pytest.mark.parametrize(
    "error", [ValueError("x"), SystemExit(1), KeyboardInterrupt(), RecursionError("x")], ids=repr
)
def test_an_error_in_a_quiz_is_told(error):
    """Nothing that is raised gets out."""
    try:
        report = marked(error)
    except KeyboardInterrupt:  # pytest would take it for its own
        pytest.fail("a Ctrl-C got out")
    assert report.state == "wrong"
    assert type(error).__name__ in report.messages[0] or "stopped" in report.messages[0]


class Hostile:
    def __str__(self):
        raise RuntimeError("hostile")

    __repr__ = __eq__ = __str__
    __hash__ = object.__hash__


def test_hostile_answers_are_told():
    """As a letter and as a number."""
    for answers in ({1: Hostile()}, RIGHT | {1: Hostile()}):
        assert marked(answers).lines[0].state == "wrong"
    report = marked(RIGHT | {Hostile(): "A"})
    assert report.state == "right"
    assert "There is no question" in report.notes[0]
