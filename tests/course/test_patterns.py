"""Patterns and contrasts: said when true, and only then."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course import check
from grading.keys import Case

torch = pytest.importorskip("torch")

PHRASES = {
    "transposed": "is right but transposed",
    "reversed": "in reverse order",
    "late": "one step late",
    "early": "one step early",
    "sign": "opposite sign",
    "factor": "times what it should be",
    "size": "by the size of",
    "nearly": "lost digits",
}


def contrast(report, right):
    """Whether it is said that of H and Y only `right` is right."""
    wrong = "HY".replace(right, "")
    start = f"{right} is right in every case; {wrong}"
    return any(text.startswith(start) for text in report.messages)


def said(report):
    """The patterns that a report speaks of."""
    return {
        name for name, phrase in PHRASES.items() if any(phrase in text for text in report.messages)
    }


def later(rows):
    return torch.cat([rows[:1] * 0 + 0.123, rows[:-1]])


def earlier(rows):
    return torch.cat([rows[1:], rows[:1] * 0 + 0.123])


PLANTED = {
    "transposed": (lambda H, T: H.T, "H is right but transposed."),
    "reversed": (lambda H, T: H.flip(0), "H is right but in reverse order along its first axis."),
    "late": (lambda H, T: later(H), "H is right but comes one step late: row t holds what belongs"),
    "early": (lambda H, T: earlier(H), "H is right but comes one step early: row t holds"),
    "sign": (lambda H, T: -H, "H has the opposite sign everywhere."),
    "factor": (lambda H, T: 2.5 * H, "Every number of H is 2.5 times what it should be."),
    "size": (lambda H, T: H * T, "H is the right result multiplied by the size of x along axis 0."),
    "nearly": (lambda H, T: H.half().double(), "H is close, but lost digits on the way"),
}


def changed(solution, change):
    """The solution with its states changed: `change(H, T)`."""

    def function(x, **inputs):
        H, Y = solution(x=x, **inputs)
        return change(H, len(x)), Y

    return function


@pytest.mark.parametrize("pattern", PLANTED)
def test_a_pattern_is_said_when_it_is_there_and_no_other(solution, named, pattern):
    """Each planted pattern gets its own sentence, with the name of the result it concerns."""
    change, sentence = PLANTED[pattern]
    report = check(named(changed(solution.elman, change), "elman"))
    assert said(report) == {pattern}, str(report)
    assert any(text.startswith(sentence) for text in report.messages)
    assert contrast(report, right="Y")
    assert not contrast(report, right="H")


def test_a_division_by_a_size_is_said(solution, named):
    """The mean where a sum was asked for is the sum divided by the number of terms."""
    report = check(named(changed(solution.elman, lambda H, T: H / T), "elman"))
    sentence = "H is the right result divided by the size of x along axis 0."
    assert sentence in report.messages


def test_a_mean_of_an_unlisted_result_is_explained_by_a_size(mini, named):
    """A single number that is wrong by the length of the input is explained, too."""

    def total(x):
        return (x**2).sum()

    rng = np.random.default_rng(0)
    mini(total, [Case("sums", f"{n} numbers", {"x": rng.normal(size=n)}) for n in (4, 7)])
    report = check(named(lambda x: (x**2).mean(), "total"))
    assert "result is the right result divided by the size of x." in report.messages


@settings(max_examples=40)
@given(seed=st.integers(0, 2**31), size=st.floats(0.01, 3))
def test_random_errors_show_no_pattern(solution, named, seed, size):
    """Independent noise is neither a shift nor a factor nor a rounding."""

    def noisy(H, T):
        return H + size * torch.as_tensor(np.random.default_rng(seed).normal(size=tuple(H.shape)))

    assert said(check(named(changed(solution.elman, noisy), "elman"))) == set()


@settings(max_examples=40)
@given(factor=st.floats(-5, 5).filter(lambda c: abs(c - 1) > 0.02 and abs(c) > 0.01))
def test_the_factor_told_is_the_factor(solution, named, factor):
    """Whatever the factor, it is told with its digits, and -1 as an opposite sign."""
    report = check(named(changed(solution.elman, lambda H, T: factor * H), "elman"))
    told = f"Every number of H is {factor:.6g} times what it should be."
    sign = "H has the opposite sign everywhere."
    assert (sign if abs(factor + 1) < 1e-6 else told) in report.messages


@pytest.mark.parametrize("factor", [0.0, 1 + 1e-4, 1 - 1e-4])
def test_zero_and_almost_one_are_no_factors(solution, named, factor):
    """Zeros are a missing result, and a factor near 1 is a loss of digits."""
    report = check(named(changed(solution.elman, lambda H, T: factor * H), "elman"))
    assert report.state == "wrong"
    assert "factor" not in said(report)


def test_a_pattern_in_one_case_is_not_said(solution, named):
    """A single diagnostic case is no evidence."""
    report = check(named(changed(solution.elman, lambda H, T: -H if T == 6 else H), "elman"))
    assert report.state == "wrong"
    assert said(report) == set()


def test_a_pattern_in_some_cases_only_is_not_told_as_one_in_all(solution, named):
    """A factor in one of two branches is told with its branch, or not as "every number"."""

    def doubled_if(*options):
        def function(hybrid, **inputs):
            H, Y = solution.jordan(hybrid=hybrid, **inputs)
            return H, 2 * Y if hybrid in options else Y

        return check(named(function, "jordan"))

    (sentence,) = [text for text in doubled_if(True, False).messages if "2 times" in text]
    assert sentence not in doubled_if(True).messages


def test_results_and_options_are_contrasted(solution, named):
    """Which result is right, and with which option, is said when it is true."""

    def wrong_if(option):
        def function(hybrid, **inputs):
            H, Y = solution.jordan(hybrid=hybrid, **inputs)
            return H, Y + torch.arange(Y.numel()).reshape(Y.shape) * (hybrid is option)

        return named(function, "jordan")

    for option in (True, False):
        report = check(wrong_if(option))
        assert contrast(report, right="H")
        assert f"Right with hybrid={not option}, wrong with hybrid={option}." in report.messages
    assert not any("Right with" in text for text in check(wrong_if(None)).messages)

    def both(**inputs):
        H, Y = solution.jordan(**inputs)
        return H, Y + 1

    assert not any("Right with" in text for text in check(named(both, "jordan")).messages)


@pytest.mark.parametrize("first", [1, 2])
def test_the_step_at_which_it_goes_wrong_is_told(solution, named, first):
    """When the first rows are right and all later ones wrong, in every case."""

    def broken(H, T):
        return torch.cat([H[:first], H[first:] + torch.rand_like(H[first:]) + 0.1])

    report = check(named(changed(solution.elman, broken), "elman"))
    rows = {1: "row 0 is right", 2: "rows 0 to 1 are right"}[first]
    assert f"In H, {rows}; it goes wrong from row {first} on." in report.messages


def test_a_single_wrong_row_is_not_told_as_wrong_from_there_on(solution, named):
    """Contrast is always true: rows after the wrong one that are right are not called wrong."""

    def spoiled(**inputs):
        H, Y = solution.elman(**inputs)
        return H, torch.cat([Y[:1], Y[1:2] + 0.5, Y[2:]])

    report = check(named(spoiled, "elman"))
    assert contrast(report, right="H")
    assert not any("from row 1 on" in text for text in report.messages)


def test_steps_are_not_told_where_they_differ_from_case_to_case(solution, named):
    """No step is named when each case goes wrong at another."""

    def broken(H, T):
        return torch.cat([H[: T - 2], H[T - 2 :] + 0.3])

    report = check(named(changed(solution.elman, broken), "elman"))
    assert report.state == "wrong"
    assert not any("goes wrong from row" in text for text in report.messages)


def masked_sum(x, mask=None, mode="sum"):
    x = x if mask is None else x * mask
    return x.sum(0) if mode == "sum" else x.mean(0)


def test_options_that_some_cases_leave_out_are_contrasted_all_the_same(mini, named):
    """A case without the option stops no report."""
    rng = np.random.default_rng(0)
    shapes = {"sum": (4, 3), "mean": (5, 2)}
    cases = [Case(m, m, {"x": rng.normal(size=shapes[m]), "mode": m}) for m in shapes]
    mini(masked_sum, [*cases, Case("sum", "no mode", {"x": rng.normal(size=(6, 3))})])
    assert check(named(masked_sum, "masked_sum")).state == "right"
    report = check(named(lambda x, **options: x.sum(0), "masked_sum"))
    assert report.state == "wrong"
    assert report.failing


def test_a_size_explains_all_cases_though_some_leave_an_input_out(mini, named):
    """The size of x is found behind a mask that is None, or missing, in other cases."""
    rng = np.random.default_rng(0)
    x, mask = rng.normal(size=(4, 3)), np.array([[1.0], [0.0], [1.0], [1.0]])
    cases = [{"mask": mask, "x": x}, {"mask": None, "x": x[:3]}, {"x": rng.normal(size=(6, 3))}]
    mini(masked_sum, [Case("masks", str(list(inputs)), inputs) for inputs in cases])
    report = check(named(lambda x, **others: masked_sum(x, **others) * len(x), "masked_sum"))
    assert "result is the right result multiplied by the size of x along axis 0." in report.messages
