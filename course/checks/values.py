"""Value trees: what goes into an exercise and what comes out of it.

A value is null, bool, int, float, string, a list, a dict with string keys, or a NumPy array of
bools, integers or floats; nesting is bounded. A tree is stored as JSON in which each array is a
place in one flat array of its dtype, so that thousands of small arrays cost one tensor of a
safetensors file. Nothing is ever pickled.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

MAX_DEPTH = 8


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
        if value is None or isinstance(value, bool | int | str):
            return value
        if isinstance(value, np.ndarray):
            if value.dtype.kind not in "biuf":
                raise TypeError(f"an array of dtype {value.dtype} is not a value")
            dtype = str(value.dtype)
            offset = lengths.get(dtype, 0)
            pieces.setdefault(dtype, []).append(value.ravel())
            lengths[dtype] = offset + value.size
            return {"$array": [dtype, offset, list(value.shape)]}
        if isinstance(value, float):
            return value if math.isfinite(value) else {"$float": str(value)}
        if isinstance(value, Mapping):
            for key in value:
                if not isinstance(key, str) or key.startswith("$"):
                    raise TypeError(f"{key!r} can't be a key of a value")
            return {key: encode(item, depth + 1) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [encode(item, depth + 1) for item in value]
        raise TypeError(f"{type(value).__name__} is not a value")

    json_tree = encode(tree, 0)
    return json_tree, {dtype: np.concatenate(parts) for dtype, parts in pieces.items()}


def unpack(json_tree: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    """Put a tree together again from what `pack` returned; every array is a fresh copy."""
    if isinstance(json_tree, list):
        return [unpack(item, arrays) for item in json_tree]
    if not isinstance(json_tree, dict):
        return json_tree
    if "$float" in json_tree:
        return float(json_tree["$float"])
    if "$array" in json_tree:
        dtype, offset, shape = json_tree["$array"]
        size = math.prod(shape)
        return arrays[dtype][offset : offset + size].reshape(shape).copy()
    return {key: unpack(item, arrays) for key, item in json_tree.items()}


def leaves(tree: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (name, leaf) for everything in a tree that is not a list or dict.

    >>> list(leaves({"H": 1.0, "gates": [2, 3]}))
    [('H', 1.0), ('gates[0]', 2), ('gates[1]', 3)]
    """
    if isinstance(tree, Mapping):
        for key, item in tree.items():
            yield from leaves(item, f"{name}.{key}" if name else key)
    elif isinstance(tree, list | tuple):
        for index, item in enumerate(tree):
            yield from leaves(item, f"{name or 'result'}[{index}]")
    else:
        yield name or "result", tree
