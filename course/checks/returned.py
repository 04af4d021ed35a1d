"""What a student's function returned, brought into the form of the expected result.

NumPy arrays, floats, lists of tensors, named tuples and dicts in another order are all welcome;
what can't be read is refused with a sentence that says what came and what was expected.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import numpy as np


class Refused(Exception):
    """A returned value that can't be read as the expected result; its message is one sentence."""


def fit(got: Any, expected: Any, parts: tuple[str, ...] = ()) -> dict[str, Any]:
    """Arrange `got` like the tree `expected`; return its raw leaves by name.

    `parts` names the items of a tuple: then `expected` is a dict of those names, and a tuple, a
    list, a named tuple or a dict of the same names is accepted. Leaves keep their own type (a
    tensor stays a tensor, with its graph). Raises `Refused`.
    """
    found: dict[str, Any] = {}
    if parts:
        got = _items(got, parts)
    _fit(got, expected, "", found)
    return found


def _items(got: Any, parts: tuple[str, ...]) -> dict[str, Any]:
    wanted = f"{len(parts)} results, {', '.join(parts)}"
    if isinstance(got, Mapping):
        if set(got) == set(parts):
            return dict(got)
        names = ", ".join(map(str, got)) or "nothing"
        raise Refused(f"It returned a dict with {names}; expected {wanted}.")
    if isinstance(got, tuple) and set(getattr(got, "_fields", ())) == set(parts):
        return {name: getattr(got, name) for name in parts}
    if not isinstance(got, tuple | list):
        raise Refused(f"It returned {describe(got)}; expected {wanted}.")
    if len(got) != len(parts):
        raise Refused(f"It returned {len(got)} results; expected {wanted}.")
    return dict(zip(parts, got, strict=True))


def _fit(got: Any, expected: Any, name: str, found: dict[str, Any]) -> None:
    shown = name or "The result"
    if isinstance(expected, Mapping):
        if not isinstance(got, Mapping):
            raise Refused(f"{shown} is {describe(got)}; expected a dict with {_keys(expected)}.")
        missing = [key for key in expected if key not in got]
        if missing:
            raise Refused(f"{shown} lacks {', '.join(missing)}; expected {_keys(expected)}.")
        extra = [str(key) for key in got if key not in expected]
        if extra:
            raise Refused(f"{shown} also holds {', '.join(extra)}; expected {_keys(expected)}.")
        for key, item in expected.items():
            _fit(got[key], item, f"{name}.{key}" if name else key, found)
    elif isinstance(expected, list):
        if not isinstance(got, list | tuple):
            raise Refused(f"{shown} is {describe(got)}; expected a list of {len(expected)}.")
        if isinstance(got, tuple) and any(isinstance(item, list | tuple) for item in got):
            raise Refused(f"{shown} is a tuple of {len(got)}; expected the list alone.")
        if len(got) != len(expected):
            raise Refused(f"{shown} holds {len(got)} items; expected {len(expected)}.")
        for index, item in enumerate(expected):
            _fit(got[index], item, f"{name or 'result'}[{index}]", found)
    else:
        found[name or "result"] = _stacked(got, shown) if isinstance(expected, np.ndarray) else got


def loose(got: Any, expected: Any, parts: tuple[str, ...] = (), name: str = "") -> str:
    """A sentence on what `fit` accepted though it is no tensor (or tuple), "" if all is as asked.

    A list of rows holds the right numbers, but H[:, 0] does not work on it.
    """
    if parts and not isinstance(got, tuple):
        return f"It returns {describe(got)}; return {', '.join(parts)} as a tuple."
    if parts:
        items = _items(got, parts)
        return next((text for p in parts if (text := loose(items[p], expected[p], (), p))), "")
    if isinstance(expected, Mapping):
        pairs = [(got[key], item, f"{name}.{key}".lstrip(".")) for key, item in expected.items()]
    elif isinstance(expected, list):
        pairs = [(got[i], item, f"{name or 'result'}[{i}]") for i, item in enumerate(expected)]
    elif isinstance(expected, np.ndarray) and expected.ndim and not is_tensor(got):
        advice = "; torch.stack makes one tensor of it" if isinstance(got, list | tuple) else ""
        return f"{name or 'The result'} is {describe(got)}, not a tensor{advice}."
    else:
        return ""
    return next((text for pair in pairs if (text := loose(pair[0], pair[1], (), pair[2]))), "")


def _stacked(got: Any, shown: str) -> Any:
    """One tensor or array of a list of them, so that a list of rows is as good as a matrix."""
    if not isinstance(got, list | tuple) or not got:
        return got
    rows = [_stacked(row, shown) for row in got]
    if not any(is_tensor(row) for row in rows):
        return rows
    torch = sys.modules["torch"]
    try:
        rows = [row if is_tensor(row) else torch.as_tensor(row) for row in rows]
    except (RuntimeError, TypeError, ValueError):
        odd = next(row for row in got if not is_tensor(row))
        raise Refused(f"{shown} is a list with {describe(odd)} among tensors.") from None
    if len({tuple(row.shape) for row in rows}) > 1:
        shapes = ", ".join(str(tuple(row.shape)) for row in rows)
        raise Refused(f"{shown} is a list of tensors of different shapes: {shapes}.")
    return torch.stack(rows)


def leaf(value: Any, expected: Any, name: str) -> Any:
    """One raw leaf as NumPy array, bool, int, float, string or None, after `expected`'s kind.

    Raises `Refused` for complex, object and unreadable values.
    """
    shown = "The result" if name == "result" else name
    if isinstance(expected, np.ndarray):
        return _array(value, shown)
    if is_tensor(value) or isinstance(value, np.ndarray | np.generic):
        array = _array(value, shown)
        if array.size != 1:
            raise Refused(f"{shown} is {describe(value)}; expected {describe(expected)}.")
        value = array.reshape(()).item()
    if isinstance(expected, float) and type(value) in (int, float):
        return float(value)
    if type(value) is not type(expected):
        raise Refused(f"{shown} is {describe(value)}; expected {describe(expected)}.")
    return value


def _array(value: Any, shown: str) -> np.ndarray:
    if value is None:
        raise Refused(f"{shown} is None; is a return missing?")
    try:
        if is_tensor(value):
            value = value.detach().to_dense().cpu() if value.is_sparse else value.detach().cpu()
            if str(value.dtype) == "torch.bfloat16":
                return value.float().numpy()
            array = value.resolve_conj().resolve_neg().numpy()
        else:
            array = np.asarray(value)
    except (ValueError, TypeError, RuntimeError, NotImplementedError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise Refused(f"{shown} can't be read as numbers ({reason}).") from None
    if array.dtype.kind == "c":
        raise Refused(f"{shown} holds complex numbers; expected real ones.")
    if array.dtype.kind not in "biuf":
        raise Refused(f"{shown} is {describe(value)}, which can't be read as numbers.")
    return array


def itemsize(raw: Any, array: np.ndarray) -> int:
    """Bytes a number of what came back; bfloat16 is read as float32 to keep its range."""
    return 2 if is_tensor(raw) and raw.dtype.itemsize == 2 else array.dtype.itemsize


def is_tensor(value: Any) -> bool:
    """Whether `value` is a torch tensor, without importing torch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def describe(value: Any) -> str:
    """A few words for any value: "a tensor of shape (2, 3)", "None", "a str".

    >>> describe(np.zeros((2, 3)))
    'an array of shape (2, 3)'
    """
    if value is None:
        return "None (is a return missing?)"
    if is_tensor(value):
        return f"a tensor of shape {tuple(value.shape)}"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, list | tuple):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, bool | int | float):
        return f"the number {value}" if not isinstance(value, bool) else str(value)
    kind = type(value).__name__
    return f"{'an' if kind[:1] in 'aeiouAEIOU' else 'a'} {kind}"


def _keys(tree: Mapping[str, Any]) -> str:
    return ", ".join(map(str, tree))
