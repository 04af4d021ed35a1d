"""The skeletons of a new chapter and a new exercise."""

import pytest

from grading.build import Layout, build
from grading.errors import BuildError
from grading.skeleton import new_chapter, new_exercise


@pytest.fixture
def layout(course) -> Layout:
    return Layout.at(course.root)


def fill(path, *pairs) -> None:
    text = path.read_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)


def test_a_new_chapter_and_exercise_build_once_they_are_filled_in(layout):
    """An author who fills in the gaps gets a chapter that builds."""
    text, quiz = new_chapter(layout, "ch05_lstm_gru", "LSTM and GRU")
    assert text.name == "ch05_lstm_gru.md" and quiz.name == "quiz.py"
    _, key = new_exercise(layout, "ch05_lstm_gru", "double")
    with pytest.raises(BuildError, match=r"double\.py: a key lists at least two mistakes"):
        build(layout, ["ch05_lstm_gru"])
    fill(
        key,
        ("raise NotImplementedError  # what a student", "return 2 * x  # what a student"),
        ("raise NotImplementedError  # another", "return x + x  # another"),
        (
            "in_another_style(x):\n    raise NotImplementedError",
            "in_another_style(x):\n    return x * 2",
        ),
        (
            "mistakes = [",
            "mistakes = [\n    Mistake('a', 'it is squared', 'No.', '2 * x', 'x * x'),\n"
            "    Mistake('b', 'it is tripled', 'No.', '2 *', '3 *'),",
        ),
    )
    fill(text, (":points: 1\n", ":points: 0.3\n"))
    build(layout, ["ch05_lstm_gru"])
    assert (layout.release / "ch05_lstm_gru" / "ch05_lstm_gru.ipynb").is_file()


def test_nothing_is_written_over(layout):
    """An existing chapter, key or id is left as it is."""
    before = (layout.chapters / "ch98_mini.md").read_bytes()
    with pytest.raises(BuildError, match="exists already"):
        new_chapter(layout, "ch98_mini", "Again")
    with pytest.raises(BuildError, match="weighted_mean exists already"):
        new_exercise(layout, "ch98_mini", "weighted_mean")
    assert (layout.chapters / "ch98_mini.md").read_bytes() == before


@pytest.mark.parametrize(
    ("chapter", "exercise", "said"),
    [("ch07_none", "a", "no such chapter"), ("ch98_mini", "Two words", "like a function")],
)
def test_names_that_cannot_be(layout, chapter, exercise, said):
    """A chapter that is not there and a name that is no function's are refused."""
    with pytest.raises(BuildError, match=said):
        new_exercise(layout, chapter, exercise)
    with pytest.raises(BuildError, match="called like"):
        new_chapter(layout, "lstm", "LSTM")
