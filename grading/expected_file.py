"""Writing and comparing the compiled figures that check() reads.

The files are committed, and last digits differ between processors: a file whose figures are the
same within tolerance is left as it is.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save

from course.checks.compare import agree
from course.checks.expected import FORMAT
from course.checks.values import leaves, pack, unpack
from grading.chapter import Chapter
from grading.files import place

SAME = 1e-7  # relative: far above a processor's rounding, far below a changed figure


def write(text: Chapter, trees: dict[str, Any], path: Path) -> None:
    """Write the compiled figures, unless the old ones are the same within tolerance."""
    header = {
        "format": FORMAT,
        "chapter": text.name,
        "title": text.title,
        "exercises": json.dumps(list(trees)),
    }
    tensors: dict[str, np.ndarray] = {}
    for name, tree in trees.items():
        packed, arrays = pack(tree)
        header[name] = json.dumps(packed, ensure_ascii=False, separators=(",", ":"))
        tensors |= {f"{name}.{dtype}": array for dtype, array in arrays.items()}
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / path.name
        fresh.write_bytes(_deterministic(save(tensors, metadata=header)))
        if not (path.is_file() and same(path, fresh)):
            place(fresh.read_bytes(), path)


def _deterministic(data: bytes) -> bytes:
    """A safetensors file with its header's keys sorted; the library writes them in any order."""
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(dict(sorted(header.items())), ensure_ascii=False, separators=(",", ":"))
    encoded = text.encode()
    encoded += b" " * (-len(encoded) % 8)  # tensors start at a multiple of eight
    return len(encoded).to_bytes(8, "little") + encoded + data[8 + length :]


def same(old: Path, new: Path) -> bool:
    """Whether two compiled files hold the same, numbers within tolerance."""
    try:
        a, b = _contents(old), _contents(new)
    except Exception:  # an unreadable old file is simply not the same
        return False
    if list(a) != list(b):
        return False
    pairs = zip(leaves(a), leaves(b), strict=False)
    return len(list(leaves(a))) == len(list(leaves(b))) and all(
        left == right and _same_leaf(x, y) for (left, x), (right, y) in pairs
    )


def _same_leaf(x: Any, y: Any) -> bool:
    if isinstance(x, np.ndarray) and isinstance(y, np.ndarray) and x.shape == y.shape:
        # NaN in both places is the same figure here, unlike in a student's answer.
        return agree(np.nan_to_num(x, nan=1e300), np.nan_to_num(y, nan=1e300), SAME)
    return agree(x, y, SAME)


def _contents(path: Path) -> dict[str, Any]:
    with safe_open(path, framework="numpy") as file:
        header = file.metadata()
        arrays = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    names = json.loads(header["exercises"])
    found: dict[str, Any] = {k: v for k, v in sorted(header.items()) if k not in names}
    for name in names:
        own = {k.removeprefix(f"{name}."): v for k, v in arrays.items() if k.startswith(f"{name}.")}
        found[name] = unpack(json.loads(header[name]), own)
    return found
