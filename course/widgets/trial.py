"""A trial: the student's function called once, and in a sentence what is wrong with it."""

from __future__ import annotations

import linecache
import os
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

OURS = os.path.dirname(os.path.abspath(__file__))


@dataclass(frozen=True)
class Trial:
    """What a call gave: arrays by name, float64, and in `problem` what is wrong, or nothing.

    `arrays` holds what can be drawn, also where something else is wrong.
    """

    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    problem: str = ""


class Refused(Exception):
    """What is wrong, already in a sentence for the student: shown as it stands."""


def trial(
    function: Callable, inputs: Mapping[str, Any], shapes: Mapping[str, tuple[int, ...]]
) -> Trial:
    """Call `function(**inputs)` and look at what it returns.

    `shapes` names the results, in order, with the shape that each must have; where there is one,
    the function returns it bare, else a tuple, or a dict with these names. Never raises for a
    fault of the function.

    >>> trial(lambda x: x + 1, {"x": np.zeros(2)}, {"y": (2,)}).arrays["y"].tolist()
    [1.0, 1.0]
    >>> def double(x): return x.sum()
    >>> trial(double, {"x": np.zeros(2)}, {"y": (2,)}).problem
    'double returned y of shape (); expected (2,).'
    """
    name = name_of(function)
    try:
        returned = function(**inputs)
    except Exception as error:
        return Trial(problem=sentence(error, name))
    if isinstance(returned, Mapping):
        missing = [letter for letter in shapes if letter not in returned]
        if missing:
            what = f"a dict without {_list(missing)}"
            return Trial(problem=f"{name} returned {what}; expected {_list(shapes)}.")
        returned = tuple(returned[letter] for letter in shapes)
    elif len(shapes) == 1:
        returned = (returned,)
    elif not isinstance(returned, tuple | list) or len(returned) != len(shapes):
        wanted = f"the pair {_list(shapes)}" if len(shapes) == 2 else _list(shapes)
        return Trial(problem=f"{name} returned {kind(returned)}; expected {wanted}.")
    arrays, problems = {}, []
    for (letter, shape), value in zip(shapes.items(), returned, strict=True):
        try:
            array = plain(value)
        except (TypeError, ValueError):
            problems.append(f"{name} returned {kind(value)} for {letter}; expected a tensor.")
            continue
        if array.shape != shape:
            problems.append(f"{name} returned {letter} of shape {array.shape}; expected {shape}.")
            continue
        arrays[letter] = array
        if not np.isfinite(array).all():
            number = "nan" if np.isnan(array).any() else "inf"
            problems.append(f"{name} returned {letter} with {number} in it; expected numbers.")
    return Trial(arrays, "\n".join(problems))


def _list(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def sentence(error: BaseException, name: str) -> str:
    """Return what an error says, in a sentence with the student's own line."""
    if isinstance(error, Refused):
        return str(error)
    if isinstance(error, NotImplementedError):
        return f"{name} is not written yet: write it above, then run this cell again."
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not os.path.abspath(frame.filename).startswith(OURS)
        and "site-packages" not in frame.filename
    ]
    what = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no message'}"
    if not frames:
        return f"{name} could not be called: {what}"
    line = linecache.getline(frames[-1].filename, frames[-1].lineno or 0).strip()
    where = f"line {frames[-1].lineno}" + (f", {line}" if line else "")
    return f"{name} stopped in {where}\n{what}"


def name_of(function: Any) -> str:
    """Return what a student calls a function or a model."""
    return getattr(function, "__name__", type(function).__name__)


def callable_or_error(where: str, function: Any, example: str) -> None:
    """Raise TypeError in a sentence unless `function` can be called."""
    if not callable(function):
        raise TypeError(f"{where}() takes your function, as in {example}; it got {kind(function)}.")


def kind(value: Any) -> str:
    """Return what a value is, in a few words."""
    if value is None:
        return "None (is there a return?)"
    shape = getattr(value, "shape", None)
    if shape is not None:
        return f"a single {type(value).__name__} of shape {tuple(shape)}"
    if isinstance(value, tuple | list):
        return f"a {type(value).__name__} of {len(value)}"
    return repr(value) if len(repr(value)) < 40 else f"a {type(value).__name__}"


def plain(value: Any) -> np.ndarray:
    """Return a tensor, array or number as a NumPy array of float64."""
    if value is None:
        raise TypeError("None is no number")  # NumPy would make it nan
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    return np.array(value, dtype=np.float64)
