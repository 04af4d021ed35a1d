"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from grading.errors import BuildError


def place(data: bytes, path: Path) -> None:
    """Write a file whole or not at all, and only where it differs."""
    if path.is_file() and path.read_bytes() == data:
        return
    temporary = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(data)
        os.replace(temporary, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise BuildError(path, None, f"can't be written: {error.strerror}.") from None


def clean_copy(source: Path, target: Path) -> None:
    """Copy a folder without caches."""
    shutil.copytree(
        source,
        target,
        dirs_exist_ok=True,
        ignore=shutil.ignore_patterns("__pycache__", "*.pyc", ".ipynb_checkpoints", "*.egg-info"),
    )
