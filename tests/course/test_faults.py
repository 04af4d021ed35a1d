"""Errors, interruptions and side effects of a student's function, told as what they are."""

import numpy as np
import pytest

from course import check
from grading.keys import Case

torch = pytest.importorskip("torch")

HEAD = "def elman(x, h0, W_xh, W_hh, b_h, W_hy, b_y):\n"


def everything(report):
    return " ".join(report.messages)


def test_an_error_is_told_with_line_and_code_of_the_students_own_cell(cell):
    """The innermost line of the student's own, as it stands in the cell."""
    source = (
        HEAD + "    h = h0\n    for x_t in x:\n        h = W_xh @ x_t + missing\n    return h, h\n"
    )
    report = check(cell(source, "elman"))
    (message,) = report.messages
    assert message.startswith(
        "It stopped in line 4, `h = W_xh @ x_t + missing` with NameError: "
        "name 'missing' is not defined"
    )
    assert (report.state, report.score, report.hints) == ("wrong", 0, [])


def test_an_error_inside_a_library_is_told_at_the_students_line(cell):
    """Nobody is sent to read torch."""
    source = HEAD + "    H = torch.stack([x,\n                     h0])\n    return H, H\n"
    (message, *_) = check(cell(source, "elman", torch=torch)).messages
    assert "in line 2, `H = torch.stack([x,`" in message
    assert "RuntimeError: stack expects each tensor to be equal size" in message


def test_an_exception_that_lies_about_itself_is_told_all_the_same(cell):
    """Its message ends the program or is no text, its class has no name: check() goes on."""
    source = (
        "class Kind(type):\n    __name__ = property(lambda self: exit())\n"
        "class Text(str):\n    strip = None\n"
        "class Odd(Exception, metaclass=Kind):\n    def __str__(self): {}\n" + HEAD
    ) + "    raise Odd\n"
    for says, told in (("exit()", "no message"), ("return Text('a lie')", "a lie")):
        (message,) = check(cell(source.format(says), "elman")).messages
        assert f"with Odd: {told}" in message


def test_an_error_in_another_cells_function_is_told_where_it_was_called(cell):
    """The line quoted is in the cell of the exercise."""
    helper = cell("\n\n\ndef step(h):\n    return h / 'x'\n", "step")
    report = check(cell(HEAD + "    h = step(h0)\n    return h, h\n", "elman", step=helper))
    assert "in line 2, `h = step(h0)` with TypeError" in report.messages[0]


def test_an_error_below_a_decorator_is_told_at_the_students_line(cell):
    """@torch.no_grad() above the function does not lead into torch's own files."""
    source = "@torch.no_grad()\n" + HEAD + "    h = x @ 5\n    return h, h\n"
    report = check(cell(source, "elman", torch=torch))
    assert "in line 3, `h = x @ 5`" in report.messages[0]


def test_one_error_in_one_line_is_told_once(cell):
    """An error whose text differs from case to case, by its sizes, is not told seven times."""
    report = check(cell(HEAD + "    h = W_xh @ x\n    return h, h\n", "elman"))
    assert len([text for text in report.messages if "W_xh @ x" in text]) == 1


def test_an_error_in_some_cases_is_told_with_the_first_of_them(cell, solution):
    """The case that is named is the failing call that the report shows."""
    source = HEAD + "    if len(x) > 4:\n        raise ValueError('too long')\n"
    source += "    return right(x, h0, W_xh, W_hh, b_h, W_hy, b_y)\n"
    report = check(cell(source, "elman", right=solution.elman))
    case = report.failing.splitlines()[0].rstrip(":")
    assert case == "2 inputs, 3 hidden units, 4 outputs, 5 steps"
    assert f"(in the case: {case}" in report.messages[0]
    assert "ValueError: too long" in report.messages[0]
    assert 0 < report.score < 1


def test_a_stub_in_one_branch_is_an_error_and_says_so(cell, solution):
    """One branch left to write is not "not attempted", and the line is quoted."""
    source = "def jordan(hybrid, **inputs):\n    if hybrid:\n        raise NotImplementedError\n"
    source += "    return right(hybrid=hybrid, **inputs)\n"
    report = check(cell(source, "jordan", right=solution.jordan))
    assert report.state == "wrong"
    assert 0 < report.score < 1
    assert "NotImplementedError" in report.messages[0]
    assert "line 3" in report.messages[0]


def test_a_stub_in_one_line_is_a_stub(cell):
    """def f(): raise NotImplementedError is not attempted, with a reason or without."""
    for end in ("", "()", "('later')", "  # to do"):
        source = f"def elman(**inputs): raise NotImplementedError{end}\n"
        assert check(cell(source, "elman")).state == "not attempted"


def test_an_unfinished_other_exercise_is_an_error_and_not_a_stub(cell):
    """Calling a stub of another cell is an attempt that failed."""
    other = cell("def other():\n    raise NotImplementedError\n", "other")
    report = check(cell(HEAD + "    return other()\n", "elman", other=other))
    assert report.state == "wrong"
    assert "in line 2, `return other()` with NotImplementedError" in report.messages[0]


def test_not_implemented_in_torch_is_an_error(cell):
    """torch raises NotImplementedError, too; that is no stub."""
    source = HEAD + "    h = torch.zeros(2, device='meta').numpy()\n    return h, h\n"
    report = check(cell(source, "elman", torch=torch))
    assert report.state == "wrong"
    assert "line 2" in report.messages[0]


@pytest.mark.parametrize(
    ("raised", "words"),
    [
        ("KeyboardInterrupt", "You stopped it while it ran"),
        ("SystemExit(3)", "SystemExit: 3"),
        ("__import__('sys').exit()", "SystemExit"),
        ("RecursionError('deep')", "RecursionError: deep"),
        ("MemoryError", "MemoryError"),
        ("StopIteration", "StopIteration"),
        ("GeneratorExit", "GeneratorExit"),
        ("__import__('asyncio').CancelledError", "CancelledError"),
        ("type('Own', (BaseException,), {})", "Own"),
    ],
)
def test_nothing_that_is_raised_gets_out(cell, raised, words):
    """Ctrl-C, sys.exit() and every other way to stop end as a report."""
    report = check(cell(HEAD + f"    raise {raised}\n", "elman"))
    assert report.state == "wrong"
    assert words in report.messages[0]
    assert "line 2" in report.messages[0]


def test_an_error_that_cannot_be_printed_is_told_all_the_same(cell):
    """An exception whose own text fails is told by its name."""
    source = "class Mute(Exception):\n    def __str__(self):\n        raise ValueError\n\n" + HEAD
    report = check(cell(source + "    raise Mute\n", "elman"))
    assert "Mute" in report.messages[0]


def test_after_an_interruption_no_further_case_is_run(cell):
    """Whoever stops a loop that never ends need not stop it twelve times."""
    calls = []
    source = HEAD + "    calls.append(1)\n    while True:\n        raise KeyboardInterrupt\n"
    report = check(cell(source, "elman", calls=calls))
    assert len(calls) == 1
    assert report.score == 0
    assert "raise KeyboardInterrupt" in report.messages[0]


INPLACE = """
def clip_norm(grads, max_norm):
    norm = torch.sqrt(sum((g**2).sum() for g in grads))
    for g in grads:
        g *= FACTOR
    return [g * 1 for g in grads]
"""


@pytest.mark.parametrize("factor", ["min(1, max_norm / (norm + 1e-30))", "2 * max_norm"])
def test_a_changed_input_is_told(cell, factor):
    """Right numbers or wrong ones: whoever called still needs the old values."""
    report = check(cell(INPLACE.replace("FACTOR", factor), "clip_norm", torch=torch))
    assert report.state == "wrong"
    assert "changes its input grads[0], grads[1]" in everything(report)


def test_a_change_in_place_that_changes_nothing_is_none(cell):
    """W += 0 is harmless."""
    report = check(cell(INPLACE.replace("FACTOR", "1"), "clip_norm", torch=torch))
    assert "changes its input" not in str(report)
    source = INPLACE.replace(
        "return [g * 1", "scale = min(1, max_norm / (norm + 1e-30))\n    return [g * scale"
    ).replace("g *= FACTOR", "g += 0")
    report = check(cell(source, "clip_norm", torch=torch))
    assert (report.state, report.messages, report.notes) == ("right", [], [])


@pytest.mark.parametrize(
    "change", ["grads.append(grads)", "grads.clear()", "grads[0] = None", "grads[0].resize_(0)"]
)
def test_inputs_may_be_wrecked_and_the_check_goes_on(cell, change, solution):
    """A list that is emptied, or made to hold itself, is a changed input and no crash."""
    source = "def clip_norm(grads, max_norm):\n    out = right(grads, max_norm)\n"
    source += f"    {change}\n    return out\n"
    report = check(cell(source, "clip_norm", right=solution.clip_norm))
    assert report.headline.startswith("clip_norm: ")


FORGETFUL = """
state = {"calls": 0}

def unroll_loss(y, x):
    state["calls"] += 1
    L = (y - x[1:]) ** 2 + CHANGE
    return L, L.sum()
"""


@pytest.mark.parametrize("change", ["state['calls']", "torch.rand(1)"])
def test_a_function_with_a_memory_gets_a_note(cell, change):
    """Two results for the same inputs are told, whatever else is wrong."""
    source = FORGETFUL.replace("CHANGE", change)
    report = check(cell(source, "unroll_loss", torch=torch))
    assert "Called twice with the same inputs it gives two different results." in report.notes


def test_a_function_without_a_memory_gets_no_note(cell):
    """Counting its calls is no crime while the result stays the same."""
    report = check(cell(FORGETFUL.replace("CHANGE", "0"), "unroll_loss"))
    assert (report.state, report.notes) == ("right", [])


def test_cut_off_decimals_are_told_although_gradients_are_lost_too(cell, solution):
    """Whole numbers explain more than the gradient that they lost."""
    source = "def elman(**inputs):\n    H, Y = right(**inputs)\n    return H.int(), Y\n"
    report = check(cell(source, "elman", right=solution.elman))
    assert "decimals were cut off" in everything(report)


def test_truth_values_are_told_and_taken_for_no_lost_digits(cell):
    """A comparison returned as it stands: nothing is rounded, and the numbers are not close."""
    report = check(cell("def step(z):\n    return z >= 0\n", "step"))
    assert report.state == "wrong" and report.hints == []
    assert report.messages == ["The result holds True and False; expected numbers."]


def test_a_lost_gradient_is_told_and_the_values_keep_their_points(cell, solution):
    """.detach() costs the criterion of the gradients and no other."""
    source = "def elman(**inputs):\n    H, Y = right(**inputs)\n    return H.detach(), Y.detach()\n"
    report = check(cell(source, "elman", right=solution.elman))
    assert "no gradient flows back" in everything(report)
    states = {line.title: line.state for line in report.lines}
    assert states.pop("gradients reach every weight") == "wrong"
    assert set(states.values()) == {"right"}


def test_a_notebook_without_gradients_is_not_held_against_the_student(solution, named):
    """check(elman) under torch.no_grad() judges the function and not the notebook."""
    with torch.no_grad():
        assert check(named(solution.elman, "elman")).state == "right"


def test_a_wrong_shape_is_told_with_both_shapes(cell, solution):
    """And an axis of size 1 is spoken of only where one is missing or too many."""
    shown = "def elman(**inputs):\n    H, Y = right(**inputs)\n    return CHANGED, Y\n"
    report = check(cell(shown.replace("CHANGED", "H[:, None]"), "elman", right=solution.elman))
    assert "H has shape (4, 1, 1); expected (4, 1)" in everything(report)
    assert "An axis of size 1 is too many or missing." in everything(report)
    report = check(cell(shown.replace("CHANGED", "H.T"), "elman", right=solution.elman))
    assert "H has shape (1, 4); expected (4, 1)" in everything(report)
    assert "An axis of size 1" not in everything(report)


WRONG_KINDS = {
    "bools": "x > 0",
    "other bools": "x * 0 == x * 0",
    "list of bools": "[True] * 20",
    "input changed after use": "[2 * x, x.zero_()][0]",
    "None": "None",
}


@pytest.mark.parametrize("wrong", WRONG_KINDS.values(), ids=WRONG_KINDS.keys())
def test_long_results_of_another_kind_are_shown(mini, cell, wrong):
    """Bools where numbers of the same value are expected, or right numbers at a price."""

    def double(x):
        return 2 * x

    mini(double, [Case("all", "twenty numbers", {"x": np.full(20, 0.5)}, diagnostic=False)])
    report = check(cell(f"def double(x):\n    return {wrong}\n", "double"))
    assert report.state == "wrong"
    assert report.failing


def test_an_endless_whole_number_is_shown(mini, cell):
    """A count of five thousand digits where a small one is expected is a wrong count."""

    def count(x):
        return len(x)

    mini(count, [Case("all", "three numbers", {"x": np.zeros(3)}, diagnostic=False)])
    report = check(cell("def count(x):\n    return 10**5000\n", "count"))
    assert report.state == "wrong"
    assert "expected 3" in report.failing
