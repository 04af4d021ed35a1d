"""Frames: how the judge and a room talk, and how the judge distrusts what comes back.

A frame is a header (magic, length of the tree, length of the arrays), a value tree as JSON, and
the tree's arrays as safetensors. Lengths are checked before anything is read, the tree before
anything is built; what comes from a room is never unpickled.

An order goes the other way, and the judge may be believed: it is pickled, which takes a third of
the time, by a pickler that lets no functions, classes or objects into a room.
"""

from __future__ import annotations

import io
import json
import pickle
import socket
import struct
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
from safetensors.numpy import load, save

from course.checks.given import Given, Rng
from course.checks.values import DTYPES, pack, unpack

HEADER = struct.Struct(">4sII")
MAGIC, ORDER = b"NNW1", b"NNWO"
LARGEST = 64 * 2**20  # bytes of one frame, both ways
# What a hostile sender may make the judge build: Python objects cost fifty times their text.
LONGEST, BRACKETS, BLOB_HEADER = 2 * 2**20, 50_000, 4096


class Malformed(Exception):
    """What came over the channel is no frame, or holds no value tree."""


class Closed(Exception):
    """The other side is gone."""


class Late(Exception):
    """The deadline passed before a whole frame had come."""


def encode(tree: Any) -> bytes:
    """A value tree as one frame. Raises TypeError for what is no value tree."""
    json_tree, arrays = pack(tree)
    text = json.dumps(json_tree, separators=(",", ":")).encode("utf-8", "replace")
    blob = save(arrays) if arrays else b""
    return HEADER.pack(MAGIC, len(text), len(blob)) + text + blob


def decode(text: bytes, blob: bytes) -> Any:
    """The tree of a frame's two parts. Raises `Malformed`."""
    try:
        _look(text, blob)
        json_tree = json.loads(text, parse_constant=_refuse)
        arrays = load(blob) if blob else {}
        return unpack(json_tree, arrays)
    except Exception as error:  # whatever a hostile sender makes json, safetensors or NumPy raise
        raise Malformed(f"{type(error).__name__}: {str(error)[:200]}") from None


class _Orders(pickle.Pickler):
    """Pickles value trees, and refuses functions, classes and objects."""

    def reducer_override(self, value: Any) -> Any:
        """Whatever is not of Python's simplest types passes here."""
        if type(value) in VALUES or any(value is part for part in PARTS):
            return NotImplemented
        for kind, plain in PLAIN.items():  # a NumPy float or a named tuple goes as what it is, too
            if isinstance(value, kind):
                return plain, (plain(value),)
        raise TypeError(f"{type(value).__name__} is not a value")


PLAIN = {float: float, int: int, str: str, Mapping: dict, list: list, tuple: tuple}
VALUES = (np.ndarray, Given, Rng, *(type(np.dtype(name)) for name in DTYPES))
PARTS = (*PLAIN.values(), Given, Rng, np.ndarray, np.dtype, np.zeros(0).__reduce__()[0])


def send_order(channel: socket.socket, order: Mapping[str, Any]) -> None:
    """Send an order to a room. Raises `Closed`, and TypeError for what is no value tree."""
    text = io.BytesIO()
    _Orders(text, 4).dump(order)
    try:
        channel.sendall(HEADER.pack(ORDER, text.tell(), 0) + text.getbuffer())
    except (OSError, ValueError):
        raise Closed from None


def receive_order(channel: socket.socket) -> Any:
    """The judge's next order, in a room. Raises `Closed` or `Malformed`."""
    magic, length, _ = HEADER.unpack(_exactly(channel, HEADER.size, None))
    if magic != ORDER:
        raise Malformed("what came is no order")
    return pickle.loads(_exactly(channel, length, None))


def send(channel: socket.socket, tree: Any) -> None:
    """Send a frame. Raises `Closed`."""
    try:
        channel.sendall(encode(tree))
    except (OSError, ValueError):
        raise Closed from None


def receive(channel: socket.socket, seconds: float | None = None, limit: int = LARGEST) -> Any:
    """The next frame's tree. Raises `Late`, `Closed` or `Malformed`."""
    deadline = None if seconds is None else time.monotonic() + seconds
    magic, *lengths = HEADER.unpack(_exactly(channel, HEADER.size, deadline))
    if magic != MAGIC or sum(lengths) > limit:
        raise Malformed("what came is no frame, or one that is too large")
    text, blob = (_exactly(channel, length, deadline) for length in lengths)
    return decode(text, blob)


def _exactly(channel: socket.socket, length: int, deadline: float | None) -> bytes:
    parts, missing = [], length
    while missing:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise Late
            channel.settimeout(left)
        try:
            part = channel.recv(min(missing, 2**20))
        except TimeoutError:
            raise Late from None
        except OSError:
            raise Closed from None
        if not part:
            raise Closed
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _look(text: bytes, blob: bytes) -> None:
    """Refuse what would be small on the wire and huge in memory."""
    if len(text) > LONGEST or text.count(b"[") + text.count(b"{") > BRACKETS:
        raise ValueError("the tree is too large")
    if blob and int.from_bytes(blob[:8], "little") > BLOB_HEADER:
        raise ValueError("the arrays' header is too long")


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
