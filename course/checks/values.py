"""Value trees: what goes into an exercise and what comes out of it.

A value is null, bool, int, float, string, a list, a dict with string keys, a NumPy array of
bools, integers or floats, or the name of a function or the seed of a generator (`Given`, `Rng`);
nesting is bounded. A tree is stored as JSON in which each array is a place in one flat array of its
dtype, so that thousands of small arrays cost one tensor of a safetensors file. Nothing is ever
pickled.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from course.checks.given import Given, Rng

MAX_DEPTH = 8
PLAIN = (str, int, bool)  # a tuple, which isinstance goes through faster than a union
MAX_AXES = 16
DTYPES = (
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64"),
)

__all__ = ["MAX_DEPTH", "Given", "Rng", "filled", "leaves", "pack", "unpack"]


def pack(tree: Any) -> tuple[Any, dict[str, np.ndarray]]:
    """Split a value tree into JSON and one flat array a dtype.

    Returns the JSON tree, in which an array is `{"$array": [dtype, offset, shape]}`, and the flat
    arrays by dtype name. Raises TypeError for anything that is not a value.

    >>> pack({"h": np.zeros((2, 1)), "T": 2})
    ({'h': {'$array': ['float64', 0, [2, 1]]}, 'T': 2}, {'float64': array([0., 0.])})
    """
    pieces: dict[str, list[np.ndarray]] = {}
    lengths: dict[str, int] = {}

    def encode(value: Any, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise TypeError(f"a value is nested more than {MAX_DEPTH} deep")
        if isinstance(value, np.ndarray):
            if value.dtype.kind not in "biuf":
                raise TypeError(f"an array of dtype {value.dtype} is not a value")
            dtype = _name(value.dtype)
            offset = lengths.get(dtype, 0)
            pieces.setdefault(dtype, []).append(value.ravel())
            lengths[dtype] = offset + value.size
            return {"$array": [dtype, offset, list(value.shape)]}
        if value is None or isinstance(value, PLAIN):
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else {"$float": str(value)}
        if isinstance(value, (dict, Mapping)):  # the first is the quicker question
            for key in value:
                if not isinstance(key, str) or key.startswith("$"):
                    raise TypeError(f"{key!r} can't be a key of a value")
            return {key: encode(item, depth + 1) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [encode(item, depth + 1) for item in value]
        if isinstance(value, Given):
            return {"$given": value.name}
        if isinstance(value, Rng):
            return {"$rng": value.seed}
        raise TypeError(f"{type(value).__name__} is not a value")

    json_tree = encode(tree, 0)
    return json_tree, {dtype: np.concatenate(parts) for dtype, parts in pieces.items()}


def unpack(json_tree: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    """Put a tree together again from what `pack` returned; every array is a fresh copy.

    What arrives may be hostile: whatever `pack` can't have written raises ValueError. All arrays
    together are never larger than `arrays`, so that a short text can't ask for much memory.
    """
    left = {dtype: array.size for dtype, array in arrays.items()}

    def decode(value: Any, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise ValueError(f"a value is nested more than {MAX_DEPTH} deep")
        if isinstance(value, list):
            return [decode(item, depth + 1) for item in value]
        if not isinstance(value, dict):
            return value
        for mark in value:
            if mark[:1] == "$":
                if len(value) != 1 or mark not in MARKS:
                    raise ValueError(f"{mark!r} is no mark of a stored value")
                return MARKS[mark](value[mark], arrays, left)
        return {key: decode(item, depth + 1) for key, item in value.items()}

    return decode(json_tree, 0)


def _float(text: Any, arrays: Mapping, left: dict) -> float:
    if text not in ("nan", "inf", "-inf"):
        raise ValueError("a marked float is nan, inf or -inf, and nothing else")
    return float(text)


def _array(place: Any, arrays: Mapping[str, np.ndarray], left: dict[str, int]) -> np.ndarray:
    """The array at a place [dtype, offset, shape]; `left` is how much may still be taken."""
    if not (isinstance(place, list) and len(place) == 3 and isinstance(place[2], list)):
        raise ValueError("an array's place is [dtype, offset, shape]")
    dtype, offset, shape = place
    if not (isinstance(dtype, str) and dtype in DTYPES and dtype in arrays):
        raise ValueError("an array is of a dtype that did not come")
    flat = arrays[dtype]
    if flat.ndim != 1 or _name(flat.dtype) != dtype:
        raise ValueError(f"the numbers of dtype {dtype} are no flat array of it")
    if len(shape) > MAX_AXES or not all(_is_size(n) for n in (offset, *shape)):
        raise ValueError(
            f"an array's offset and at most {MAX_AXES} sizes are whole numbers, none below 0"
        )
    size = math.prod(shape)
    if offset + size > flat.size or size > left[dtype]:
        raise ValueError(f"an array of shape {tuple(shape)} is larger than the numbers that came")
    left[dtype] -= size
    return flat[offset : offset + size].reshape(shape).copy()


@functools.cache
def _name(dtype: np.dtype) -> str:
    """A dtype's name; NumPy makes it anew each time, and there are thousands of arrays."""
    return str(dtype)


def _is_size(number: Any) -> bool:
    return type(number) is int and 0 <= number < 2**31


MARKS: dict[str, Callable[[Any, Mapping[str, np.ndarray], dict[str, int]], Any]] = {
    "$float": _float,
    "$array": _array,
    "$given": lambda name, arrays, left: Given(name),
    "$rng": lambda seed, arrays, left: Rng(seed),
}


def leaves(tree: Any, name: str = "") -> list[tuple[str, Any]]:
    """(name, leaf) for everything in a tree that is not a list or dict.

    >>> leaves({"H": 1.0, "gates": [2, 3]})
    [('H', 1.0), ('gates[0]', 2), ('gates[1]', 3)]
    """
    found: list[tuple[str, Any]] = []

    def look(tree: Any, name: str) -> None:
        if isinstance(tree, np.ndarray):  # most are, and it is the quickest question
            found.append((name or "result", tree))
        elif isinstance(tree, dict) or _is_mapping(type(tree)):
            for key, item in tree.items():
                look(item, f"{name}.{key}" if name else key)
        elif isinstance(tree, (list, tuple)):
            for index, item in enumerate(tree):
                look(item, f"{name or 'result'}[{index}]")
        else:
            found.append((name or "result", tree))

    look(tree, name)
    return found


@functools.lru_cache(maxsize=256)
def _is_mapping(kind: type) -> bool:
    """Whether a class is a mapping: asked of every tensor, and no quick question."""
    return issubclass(kind, Mapping)


def filled(tree: Any, found: Mapping[str, Any], name: str = "") -> Any:
    """A tree of the same form whose leaves are those of `found`, by the names of `leaves`.

    >>> filled({"H": 0.0, "gates": [0, 0]}, {"H": 1.0, "gates[0]": 2, "gates[1]": 3})
    {'H': 1.0, 'gates': [2, 3]}
    """
    if isinstance(tree, Mapping):
        return {k: filled(item, found, f"{name}.{k}" if name else k) for k, item in tree.items()}
    if isinstance(tree, list | tuple):
        return [filled(item, found, f"{name or 'result'}[{i}]") for i, item in enumerate(tree)]
    return found[name or "result"]
