"""Inputs of a derivation: numbers, lists, arrays and tensors become float64 arrays or one sentence.

A single number stands for a 1x1 matrix, and for a vector with this number in every entry.
"""

from __future__ import annotations

from typing import Any

import numpy as np

LISTED = 6  # a longer sequence of vectors is given as one matrix


def numeric(where: str, name: str, value: Any) -> np.ndarray:
    """Return the value as a float64 array; raise ValueError if it isn't finite numbers."""
    if hasattr(value, "detach"):  # a torch tensor, perhaps with a graph or on a GPU
        value = value.detach().cpu().numpy()
    try:
        array = np.array(value)
    except ValueError:
        raise ValueError(f"{where}: {name} has rows of different lengths.") from None
    if array.dtype.kind not in "buif":
        raise ValueError(f"{where}: {name} must be numbers, and {value!r} came.")
    if not np.isfinite(array).all():
        raise ValueError(f"{where}: {name} holds nan or an infinite number.")
    return array.astype(np.float64)


def matrix(
    where: str, name: str, value: Any, shape: tuple[int | str, int | str], because: str = ""
) -> np.ndarray:
    """Return the value as a matrix; a letter in `shape` leaves that side free.

    >>> matrix("elman", "W_xh", 2, ("n_h", "n_x"))
    array([[2.]])
    >>> matrix("elman", "W_hh", [[1, 2]], (2, 2))
    Traceback (most recent call last):
        ...
    ValueError: elman: W_hh has shape (1, 2), expected (2, 2).
    """
    array = numeric(where, name, value)
    if array.ndim == 0:
        array = array.reshape(1, 1)
    fits = array.ndim == 2 and all(
        isinstance(side, str) or side == got for side, got in zip(shape, array.shape, strict=True)
    )
    if not fits or array.size == 0:
        raise ValueError(_mismatch(where, name, array.shape, shape, because))
    return array


def vector(where: str, name: str, value: Any, n: int, because: str = "") -> np.ndarray:
    """Return the value as a vector of n entries; a number is repeated.

    >>> vector("elman", "h0", 0, 3)
    array([0., 0., 0.])
    """
    array = numeric(where, name, value)
    if array.ndim == 0:
        return np.full(n, array)
    if array.shape != (n,):
        raise ValueError(_mismatch(where, name, array.shape, (n,), because))
    return array


def sequence(
    where: str, name: str, value: Any, n: int, T: int | None = None, because: str = ""
) -> np.ndarray:
    """Return the value as T rows of n entries; where n is 1, a plain list of T numbers will do.

    >>> sequence("elman", "x", (1, 2, 3), 1).shape
    (3, 1)
    """
    array = numeric(where, name, value)
    if array.ndim == 0:
        array = array.reshape(1)
    if array.ndim == 1 and n == 1:
        array = array[:, None]
    fits = array.ndim == 2 and array.shape[1] == n and T in (None, len(array))
    if not fits or array.size == 0:
        expected = ("T" if T is None else T, n)
        raise ValueError(_mismatch(where, name, np.shape(value), expected, because))
    return array


def finite(where: str, *arrays: np.ndarray) -> None:
    """Raise ValueError if a result has left the range of float64."""
    if not all(np.isfinite(array).all() for array in arrays):
        raise ValueError(
            f"{where}: the numbers grow beyond 1e308; take smaller weights or fewer steps."
        )


def _mismatch(where: str, name: str, came: tuple, expected: tuple, because: str) -> str:
    wanted = ", ".join(map(str, expected)) + ("," if len(expected) == 1 else "")
    return f"{where}: {name} has shape {came}, expected ({wanted}){because}."
