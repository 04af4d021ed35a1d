"""Where judgements are kept: one JSON file a submission, for reports and for grading again."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grading.files import place
from grading.judge.verdict import Judgement


def path_of(root: Path, chapter: str, student: str) -> Path:
    """The file of one submission's judgement, whatever a student is called."""
    return root / ".judge" / "judgements" / _safe(chapter) / f"{_safe(student)}.json"


def keep(root: Path, judgement: Mapping[str, Any]) -> None:
    """Store a judgement's plain data whole or not at all.

    Raises `BuildError` where the disk is full.
    """
    path = path_of(root, judgement["chapter"], judgement["student"])
    place(json.dumps(judgement).encode(), path)


def find(root: Path, chapter: str, student: str) -> Judgement | None:
    """The last judgement on a submission, None if there is none that can be read."""
    try:
        tree = json.loads(path_of(root, chapter, student).read_bytes())
        return Judgement.from_plain(tree)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _safe(name: str) -> str:
    """A file name for any name: itself where it is harmless, else a part and a digest of it."""
    if re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,79}", name):
        return name
    start = re.sub(r"[^A-Za-z0-9_]", "_", name)[:40]
    return f"{start}~{hashlib.sha256(os.fsencode(name)).hexdigest()[:16]}"
