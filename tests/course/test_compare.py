"""Comparing numbers: strict about shapes and wrong values, forgiving about rounding."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from course.checks.compare import agree, close, distance, scale

pytestmark = pytest.mark.torch_free

SHAPES = arrays.array_shapes(min_dims=1, max_dims=3, max_side=4)
NUMBERS = st.floats(-1e6, 1e6, allow_subnormal=False)
SOME = arrays.arrays("float64", SHAPES, elements=NUMBERS)


@given(SOME)
def test_an_array_agrees_with_itself(array):
    """A right answer is right, whatever its size."""
    assert agree(array, array.copy())


@given(SOME)
def test_a_right_answer_in_float32_passes(array):
    """Rounding each number to float32 is no mistake."""
    assert agree(array.astype("float32"), array, itemsize=4)


@given(st.integers(0, 10_000), st.integers(1, 120), st.sampled_from([1e-3, 1.0, 1e4]))
def test_a_right_computation_in_float32_passes(seed, n, size):
    """A matrix product and tanh, computed throughout in float32, agree with float64."""
    rng = np.random.default_rng(seed)
    A, x = rng.normal(size=(8, n)) / np.sqrt(n), size * rng.normal(size=n)
    product = A.astype("float32") @ x.astype("float32")
    assert agree(product, A @ x, itemsize=4)
    assert agree(np.tanh(product / np.float32(size)), np.tanh(A @ x / size), itemsize=4)


@given(SOME, st.data())
def test_one_wrong_number_is_noticed(array, data):
    """A number off by a thousandth of the largest, anywhere, makes the whole array wrong."""
    index = tuple(data.draw(st.integers(0, n - 1)) for n in array.shape)
    sign = data.draw(st.sampled_from([-1, 1]))
    wrong = array.copy()
    wrong[index] += sign * 1e-3 * scale(array)
    for itemsize in (8, 4):
        assert not agree(wrong, array, itemsize=itemsize)
    good = close(wrong, array)
    assert not good[index]
    assert good.sum() == array.size - 1


@given(st.floats(-1e-3, 1e-3).filter(lambda x: abs(x) > 1e-5), st.floats(1, 100))
def test_a_wrong_small_number_beside_a_large_one_is_noticed(small, large):
    """The size of a neighbour excuses rounding and nothing more."""
    assert not agree(np.array([0.0, large]), np.array([small, large]))
    assert not agree(np.array([2 * small, large]), np.array([small, large]))


@given(SOME, st.floats(1e-2, 1e6))
def test_the_tolerance_grows_with_the_size_of_the_numbers(array, factor):
    """Answers in other units are judged alike: the same relative error passes and fails."""
    array = np.where(np.abs(array) < 1, 1.0, array)
    for error, verdict in ((1e-7, True), (1e-3, False)):
        assert agree(factor * array * (1 + error), factor * array) is verdict


@given(SOME)
def test_the_stated_tolerance_is_the_one_used(array):
    """`relative` decides: the same error passes under a wide one and fails under a narrow one."""
    array = np.where(np.abs(array) < 1, 1.0, array)
    off = array * (1 + 1e-4)
    assert agree(off, array, relative=1e-3)
    assert not agree(off, array, relative=1e-5)


@given(SOME.filter(lambda a: a.shape != a.T.shape))
def test_the_shape_comes_before_the_values(array):
    """Arrays of another shape are never equal, even where broadcasting would make them so."""
    ones = np.ones_like(array)
    assert not agree(ones.T, ones)
    assert not agree(ones[np.newaxis], ones)
    assert not agree(ones.ravel()[0], ones)


def test_a_column_is_no_row():
    """(3, 1) and (1, 3) differ, although np.allclose calls them equal."""
    column, row = np.ones((3, 1)), np.ones((1, 3))
    assert np.allclose(column, row)
    assert not agree(column, row)
    assert not agree(np.ones(1), np.ones(()))
    assert not agree(np.zeros((0, 3)), np.zeros((3, 0)))


@given(SOME, st.data())
def test_nan_is_equal_to_nothing(array, data):
    """One NaN makes an answer wrong, even where NaN stands in the expected array."""
    holed = array.copy()
    holed.flat[data.draw(st.integers(0, array.size - 1))] = np.nan
    assert not agree(holed, array)
    assert not agree(array, holed)
    assert not agree(holed, holed)


@pytest.mark.parametrize("got", [0.0, 5.0, 1e308, -np.inf, np.nan])
def test_an_infinity_equals_only_itself(got):
    """Where +inf is expected, neither a finite number nor -inf is right."""
    assert agree(np.array([np.inf, 1.0]), np.array([np.inf, 1.0]))
    assert not agree(np.array([got, 1.0]), np.array([np.inf, 1.0]))
    assert not agree(np.array([-got, 1.0]), np.array([-np.inf, 1.0]))


def test_an_infinity_is_not_a_large_number():
    """Where a finite number is expected, an infinity is wrong and excuses nothing beside it."""
    assert not agree(np.array([np.inf]), np.array([1e300]))
    assert not agree(np.array([np.inf, 2.0]), np.array([np.inf, 1.0]))


def test_huge_answers_are_wrong_without_a_warning():
    """Numbers whose difference overflows are simply wrong."""
    with np.errstate(all="raise"):
        assert not agree(np.array([1.7e308]), np.array([-1.7e308]))
        assert not agree(np.array([1e308]), np.array([1.0]))
        assert not agree(np.array([1.0]), np.array([1e-320]))
        assert distance(np.array([1e308]), np.array([1e-3])) > 1


def test_bools_are_no_numbers():
    """True is not 1, in arrays and alone; equal bools are equal."""
    mask = np.array([True, False])
    assert agree(mask, mask.copy())
    assert not agree(mask, ~mask)
    assert not agree(mask.astype(float), mask)
    assert not agree(mask, mask.astype(float))
    assert agree(True, True)
    assert not agree(1, True)
    assert not agree(True, 1)


def test_other_leaves_are_compared_exactly():
    """Strings, None, ints and floats; a list of one is not the number in it."""
    assert agree("gru", "gru")
    assert not agree("gru", "lstm")
    assert agree(None, None)
    assert not agree(None, 0)
    assert agree(3, 3)
    assert not agree(3, 4)
    assert agree(1.0 + 1e-9, 1.0)
    assert not agree(1.01, 1.0)
    assert not agree(float("nan"), float("nan"))
    assert not agree(np.array(3.0), 3.0)


@given(st.integers(100_000, 10**9))
def test_whole_numbers_are_compared_exactly(number):
    """An index or a count that is one off is wrong, however large it is."""
    assert agree(np.array([number]), np.array([number]))
    assert not agree(np.array([number + 1]), np.array([number]))


@given(SOME, st.floats(0.01, 100))
def test_distance_counts_in_units_of_the_expected_size(array, step):
    """It is 0 for the same array, grows with the error, and is infinite for another shape."""
    assert distance(array, array) == 0
    moved = array.copy()
    moved.flat[0] += step * scale(array)
    assert distance(moved, array) == pytest.approx(step, rel=1e-6)
    assert distance(array[np.newaxis], array) == np.inf


def test_distance_of_leaves_that_are_no_arrays():
    """They are at the same place or nowhere near, and empty arrays lie on one another."""
    assert distance("a", "a") == 0
    assert distance("a", "b") == np.inf
    assert distance(np.zeros(0), np.zeros(0)) == 0
