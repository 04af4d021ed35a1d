"""What a judgement was made from, as one key: the same key, the same judgement.

The key changes with the submission's cells, the student, the chapter's keys and figures, the
course's secret, the grader's own code, and whether student code was shut in.
"""

from __future__ import annotations

import functools
import hashlib
import sys
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

import course
import grading
from grading.build import Layout
from grading.judge import hidden, warm

LIBRARIES = ("torch", "numpy", "scipy", "ipython")  # what a verdict may turn on


def key(root: Path, chapter: str, student: str, notebook: str) -> str:
    """The key of a judgement on a restored notebook (its JSON text).

    Raises OSError where the course's files or its secret can't be read.
    """
    parts = [grader(), material(root, chapter), chapter, student, notebook, str(warm.shut_in())]
    return _digest(part.encode("utf-8", "surrogatepass") for part in parts)


@functools.cache
def grader() -> str:
    """The version of the code that judges: this project's, and the libraries below it."""
    folders = [Path(package.__file__).parent for package in (course, grading)]
    files = sorted(path for folder in folders for path in folder.rglob("*.py"))
    versions = [f"{name} {version(name)}" for name in LIBRARIES]
    return _digest([sys.version.encode(), *map(str.encode, versions), *map(_read, files)])


def material(root: Path, chapter: str) -> str:
    """The version of what a chapter's submissions are judged by."""
    layout = Layout.at(root)
    files = [layout.chapters / f"{chapter}.md", layout.expected / f"{chapter}.safetensors"]
    files += sorted((layout.answers / chapter).glob("*.py"))
    return _digest([hidden.secret(root / ".judge"), *map(_read, files)])


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _digest(parts: Iterable[bytes]) -> str:
    """A hash of a list of texts, of the list as well as of what is in it."""
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
