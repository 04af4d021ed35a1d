"""What the build, and whoever reads a course's folder, refuses."""

from __future__ import annotations

from pathlib import Path


class BuildError(Exception):
    """Something in a chapter or key that the build refuses; the message names file and line."""

    def __init__(self, path: Path | str, line: int | None, message: str) -> None:
        place = f"{path}:{line}" if line else f"{path}"
        super().__init__(f"{place}: {message}")
