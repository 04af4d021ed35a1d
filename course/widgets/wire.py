"""What travels between kernel and browser besides pictures: numbers, words and arrays."""

from __future__ import annotations

import base64
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np


def pack(arrays: Mapping[str, Any], as_text: bool = False) -> tuple[dict[str, Any], list[bytes]]:
    """Return numbers, words and arrays as a JSON message and float32 buffers.

    Colab drops buffers; with `as_text` the arrays' bytes are in the message, as base64.

    >>> pack({"w": 2.0, "x": np.zeros((1, 2))})[0]
    {'w': 2.0, 'x': {'shape': [1, 2], 'at': 0}}
    >>> pack({"x": np.zeros((1, 2))}, as_text=True)
    ({'x': {'shape': [1, 2], 'base64': 'AAAAAAAAAAA='}}, [])
    """
    message: dict[str, Any] = {}
    buffers: list[bytes] = []
    for name, value in arrays.items():
        if not isinstance(value, np.ndarray):
            message[name] = value
            continue
        raw = np.ascontiguousarray(value, dtype=np.float32).tobytes()
        message[name] = {"shape": list(value.shape)}
        if as_text:
            message[name]["base64"] = base64.b64encode(raw).decode("ascii")
        else:
            message[name]["at"] = len(buffers)
            buffers.append(raw)
    return message, buffers


def in_colab() -> bool:
    """Whether the notebook runs in Colab, where only text travels."""
    return "google.colab" in sys.modules
