"""Comparing two arrays as a teacher would: shape first, then values, NaN never equal.

A number is close when it lies within `relative` of the expected one, plus an allowance scaled to
the size of its part, so that rounding in a large neighbour is not held against a small number.
The allowance depends on the precision of the answer: a right float32 answer passes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

# Allowance in units of the part's largest number, by the answer's bytes a number. Float32 sums
# of a hundred terms were seen to lose 2e-7; tighter bounds refuse right answers.
ALLOWANCE = {8: 1e-9, 4: 1e-6, 2: 5e-3}
RELATIVE_HALF = 2e-2  # float16 and bfloat16 keep three or two decimal digits


def scale(expected: np.ndarray) -> float:
    """The size of a part: its largest finite magnitude, at least 1e-3."""
    magnitudes = np.abs(expected[np.isfinite(expected)])
    return max(float(magnitudes.max(initial=0.0)), 1e-3)


def close(
    got: np.ndarray, expected: np.ndarray, relative: float = 1e-5, itemsize: int = 8
) -> np.ndarray:
    """Elementwise: is `got` close to `expected`, both of one shape? NaN is close to nothing.

    `itemsize` is the bytes a number of the answer's own dtype: 8, 4 or 2.
    """
    relative = max(relative, RELATIVE_HALF if itemsize <= 2 else 0.0)
    with np.errstate(all="ignore"):  # what overflows is simply not close
        got = np.asarray(got, dtype=np.float64)
        expected = np.asarray(expected, dtype=np.float64)
        bound = relative * np.abs(expected) + ALLOWANCE.get(itemsize, 1e-9) * scale(expected)
        near = np.isfinite(expected) & (np.abs(got - expected) <= bound)
        return near | (np.isinf(expected) & (got == expected))


def agree(got: Any, expected: Any, relative: float = 1e-5, itemsize: int = 8) -> bool:
    """Whether two leaves are the same: arrays by shape and closeness, anything else by equality."""
    if isinstance(got, np.ndarray) != isinstance(expected, np.ndarray):
        return False
    if not isinstance(expected, np.ndarray):
        if isinstance(expected, float) and isinstance(got, float):
            return agree(np.asarray(got), np.asarray(expected), relative, itemsize)
        return type(got) is type(expected) and got == expected
    if got.shape != expected.shape:
        return False
    if expected.dtype.kind in "iu" and got.dtype.kind in "iuf":
        return bool(np.array_equal(got, expected))
    if expected.dtype.kind == "b" or got.dtype.kind == "b":
        return got.dtype.kind == expected.dtype.kind and bool(np.array_equal(got, expected))
    # Most answers are right to the last digit, and that is quicker to see.
    return bool((got == expected).all() or close(got, expected, relative, itemsize).all())


def distance(got: Any, expected: Any) -> float:
    """How far apart two leaves are, in units of `expected`'s size; infinite for other shapes."""
    if isinstance(got, np.ndarray) and isinstance(expected, np.ndarray):
        if got.shape != expected.shape:
            return float("inf")
        if got.size == 0:
            return 0.0
        expected = np.asarray(expected, dtype=np.float64)
        with np.errstate(all="ignore"):
            apart = np.abs(np.asarray(got, dtype=np.float64) - expected)
            return float(np.max(apart) / scale(expected))
    return 0.0 if agree(got, expected) else float("inf")
