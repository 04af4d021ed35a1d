"""Samples of students' code for a report: short, and without names.

The code comes from the autograded notebooks. They hold what students wrote, so they are read by
`reading`, like a submission. Names are looked for as the students' table has them, in any case,
with and without accents; a name that is spelled otherwise is not found.
"""

from __future__ import annotations

import ast
import hashlib
import keyword
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbgrader.coursedir import CourseDirectory

from grading.errors import BuildError
from grading.judge import reading
from grading.judge.escaping import plain
from grading.judge.parsing import LARGEST, TooLarge, parse
from grading.judge.releases import Releases

LINES, WIDTH = 20, 100  # what is shown of a cell
LOOKED_INTO = 5  # submissions that are looked into for one sample
SHORT = 3  # letters up to which a name must stand alone to count as one
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Sample:
    """A student's code without names; `left_out` lines of it are not shown."""

    code: str
    left_out: int = 0


class Names:
    """What the students' table says of the students: ids, names, addresses."""

    def __init__(self, fields: Iterable[str | None]) -> None:
        words: set[str] = set()
        for text in map(_composed, filter(None, fields)):
            local = text.partition("@")[0]
            parts = {part for part in re.split(r"[\W_]+", local) if len(part) >= SHORT}
            words |= {text.strip(), local.strip(), *parts}
        words |= {_bare(word) for word in words}
        words |= {word.casefold() for word in words}
        # A single letter names nobody, and would take every variable of that name along.
        self.words = {word for word in words if len(word) > 1 or word > "\x7f"}

    def removed(self, text: str) -> str:
        """A text with "student" for every name.

        >>> Names(["ada", "Lovelace"]).removed("# by Ada LOVELACE: adaptive")
        '# by student student: adaptive'
        """
        text = _composed(text)
        folded = text.casefold()
        found = sorted({word for word in self.words if word.casefold() in folded})
        if not found:
            return text
        alone = r"(?<![^\W\d_]){}(?![^\W\d_])"
        patterns = [
            alone.format(re.escape(word)) if len(word) <= SHORT else re.escape(word)
            for word in sorted(found, key=len, reverse=True)
        ]
        return re.sub(
            "|".join(patterns),
            lambda match: match[0] if keyword.iskeyword(match[0]) else "student",
            text,
            flags=re.IGNORECASE,
        )


class Samples:
    """Finds samples in the autograded notebooks of one chapter."""

    def __init__(self, course: CourseDirectory, names: Names) -> None:
        self.course, self.names = course, names
        self.releases = Releases(Path(course.root))
        self._read: dict[str, dict[str, str]] = {}

    def find(self, exercise: str, students: Sequence[str]) -> Sample | None:
        """The shortest code for an exercise of some of these students; None if there is none."""

        # An order of no meaning: else the first of the alphabet would always be shown.
        def shuffled(student: str) -> bytes:
            return hashlib.sha256(f"{exercise} {student}".encode("utf-8", "replace")).digest()

        some = sorted(students, key=shuffled)[:LOOKED_INTO]
        found = [self._sources(student).get(exercise, "") for student in some]
        texts = [text for text in (essence(source) for source in found) if text.strip()]
        return self.sample(min(texts, key=len)) if texts else None

    def sample(self, code: str) -> Sample:
        """Code without names, cut to what can be shown."""
        lines = self.names.removed(plain(code)).split("\n")
        shown = [text if len(text) <= WIDTH else text[: WIDTH - 1] + "…" for text in lines[:LINES]]
        return Sample("\n".join(shown), max(0, len(lines) - LINES))

    def _sources(self, student: str) -> dict[str, str]:
        """A student's cells by the name of their exercise; empty if they can't be read."""
        if student not in self._read:
            self._read[student] = self._taken(student)
        return self._read[student]

    def _taken(self, student: str) -> dict[str, str]:
        chapter = self.course.assignment_id
        step = self.course.autograded_directory
        try:
            folder = Path(self.course.format_path(step, student, chapter))
            restored = reading.read(folder, chapter, self.releases)
        except (BuildError, OSError):
            return {}  # a report without this sample is better than none
        if restored.problem:
            return {}
        return {
            cell.metadata.nbgrader["grade_id"]: cell.source
            for cell in restored.notebook.cells
            if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution")
        }


def essence(source: str) -> str:
    """A cell without the released docstrings, and with each signature on one line.

    >>> print(essence('def f(\\n    x,  # (n,)\\n):\\n    \"""Twice x.\"""\\n    return 2 * x'))
    def f(x):
        return 2 * x
    """
    lines = source[: LARGEST + 1].splitlines()
    try:
        tree = parse("\n".join(lines))
        edits = [edit for node in ast.walk(tree) for edit in _edits(node, lines)]
    except (TooLarge, RecursionError, ValueError):
        edits = []
    for first, last, text in sorted(edits, reverse=True):
        lines[first - 1 : last] = text
    lines = [text.rstrip() for text in lines]
    kept = [text for i, text in enumerate(lines) if text or (i and lines[i - 1])]
    return "\n".join(kept).strip("\n")


def _edits(node: ast.AST, lines: list[str]) -> list[tuple[int, int, list[str]]]:
    """Which lines of a function or class are written shorter: first, last, and by what."""
    if not isinstance(node, Function | ast.ClassDef):
        return []
    found = []
    body = node.body[0]
    start = min([body.lineno, *(d.lineno for d in getattr(body, "decorator_list", []))])
    if isinstance(node, Function) and start > node.lineno + 1:
        indent = lines[node.lineno - 1][: node.col_offset]
        returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
        kind = "def" if isinstance(node, ast.FunctionDef) else "async def"
        text = f"{indent}{kind} {node.name}({ast.unparse(node.args)}){returns}:"
        found.append((node.lineno, start - 1, [text]))
    if ast.get_docstring(node, clean=False) is not None and len(node.body) > 1:
        last = body.end_lineno or body.lineno
        after = lines[last - 1].encode()[body.end_col_offset :]
        if not after.strip():  # no comment, and no statement that is written behind it
            found.append((body.lineno, last, []))
    return found


def _composed(text: str) -> str:
    """A text in composed form, without the signs that can't be seen."""
    text = unicodedata.normalize("NFC", text)
    return "".join(letter for letter in text if unicodedata.category(letter) != "Cf")


def _bare(text: str) -> str:
    """A text without accents."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in parts if not unicodedata.combining(letter))
