"""A submission's cells put back into the structure of the release.

Students delete, copy, retype and move cells, and some front ends drop what nbgrader wrote into
them. Every cell that nbgrader knows comes out exactly once, as it was released but for what the
student was to write; all other cells keep their order and lose whatever could tell the grader or a
web page what to do. Of the cells that nbgrader knows, *solution* cells hold the student's work; the
others, checks above all, are locked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode, from_dict, v4

from grading.judge import markdown


@dataclass(frozen=True)
class Submitted:
    """What is taken from one submitted cell; anything else that it holds is not looked at."""

    kind: str  # "code", "markdown" or "raw"
    source: str
    id: str = ""
    grade_id: str = ""


def restore(
    submitted: Sequence[Submitted], released: Sequence[NotebookNode]
) -> tuple[list[NotebookNode], list[str]]:
    """The restored cells, and what was put right, a sentence each."""
    work = _Restoration(submitted, released)
    cells = work.cells()
    if not work.found:
        return cells, ["No cell of this notebook is one of the chapter's; is it the right one?"]
    return cells, work.repairs


def unsolved(released: Sequence[NotebookNode]) -> list[NotebookNode]:
    """The released cells with no solution to run: for a submission that can't be read."""
    return [_not_run(cell) if _is(cell, "solution") else from_dict(cell) for cell in released]


class _Restoration:
    """One submission beside its release; cells of both are named by their place."""

    def __init__(self, submitted: Sequence[Submitted], released: Sequence[NotebookNode]) -> None:
        self.submitted, self.released = submitted, released
        self.repairs: list[str] = []
        self.tags = {cell.source.strip(): _tags(cell) for cell in released if not _graded(cell)}
        self.texts = {cell.source for cell in released if cell.cell_type == "markdown"}
        self.by_grade_id = _places(cell.grade_id for cell in submitted)
        self.by_id = _places(cell.id for cell in submitted)
        self.by_source = _places((cell.kind, cell.source.strip()) for cell in submitted)
        self.found: dict[int, int] = {}  # a released cell's place -> the submitted one's
        self.taken: set[int] = set()
        for rule in (self._same_grade_id, self._same_id, self._same_source):
            for place, cell in enumerate(released):
                if place not in self.found:
                    self._find(place, [n for n in rule(cell) if n not in self.taken])
        self._find_texts()

    def cells(self) -> list[NotebookNode]:
        """The restored cells in the student's order, missing ones after their predecessor."""
        origin = {n: place for place, n in self.found.items()}
        rows: list[tuple[int | None, NotebookNode]] = []
        for n, mine in enumerate(self.submitted):
            if n in origin:
                rows.append((origin[n], self._restored(self.released[origin[n]], mine)))
            elif mine.kind != "raw" or mine.source.strip():
                rows.append((None, self._plain(n, mine)))
        for place, cell in enumerate(self.released):
            if place in self.found or not (_graded(cell) or "setup" in _tags(cell)):
                continue
            rows.insert(self._slot(place, [row[0] for row in rows]), (place, self._put_back(cell)))
        return [cell for _, cell in rows]

    # --- which submitted cell is which released one

    def _same_grade_id(self, cell: NotebookNode) -> list[int]:
        return self.by_grade_id.get(_name(cell), []) if _graded(cell) else []

    def _same_id(self, cell: NotebookNode) -> list[int]:
        """Some front ends drop metadata."""
        return [
            n
            for n in self.by_id.get(cell.id, [])
            if _graded(cell) or self.submitted[n].kind == cell.cell_type
        ]

    def _same_source(self, cell: NotebookNode) -> list[int]:
        """Some drop ids as well."""
        if not _is(cell, "solution") or cell.cell_type != "code":
            return self.by_source.get((cell.cell_type, cell.source.strip()), [])
        return [
            n
            for n, mine in enumerate(self.submitted)
            if mine.kind == "code" and _defines(mine.source, _name(cell))
        ]

    def _find(self, place: int, candidates: list[int]) -> None:
        """Choose one of the submitted cells that could be a released one."""
        if not candidates:
            return
        cell = self.released[place]
        chosen = candidates[0]
        if _graded(cell):
            chosen = max(candidates, key=lambda n: self._rank(n, cell))
            if len(candidates) > 1:
                self.repairs.append(
                    f"The cell {_name(cell)} was there {len(candidates)} times; one of them is "
                    "graded, and the others are kept as ordinary cells."
                )
        self.found[place] = chosen
        self.taken.add(chosen)

    def _rank(self, n: int, cell: NotebookNode) -> tuple[Any, ...]:
        """How well a submitted cell stands for one of nbgrader's, beside others that also could."""
        mine = self.submitted[n]
        if not _is(cell, "solution"):
            return mine.source == cell.source, -n
        same_kind = mine.kind == cell.cell_type
        if cell.cell_type == "code":  # the last definition wins, as when the cells are run
            answered = _defines(mine.source, _name(cell))
        else:
            answered = mine.source.strip() not in ("", cell.source.strip())
        return same_kind and answered, bool(mine.source.strip()), n

    def _find_texts(self) -> None:
        """A written answer that lost its name is the text that follows its question."""
        for place, cell in enumerate(self.released):
            if place in self.found or not _is(cell, "solution") or cell.cell_type == "code":
                continue
            after = self.found.get(place - 1, len(self.submitted)) + 1
            if after < len(self.submitted) and self.submitted[after].kind == "markdown":
                self._find(place, [after] if after not in self.taken else [])

    # --- what comes out

    def _restored(self, cell: NotebookNode, mine: Submitted) -> NotebookNode:
        """A released cell with what the student was free to change in it."""
        restored = from_dict(cell)
        if _graded(cell) and mine.kind != cell.cell_type:
            self.repairs.append(
                f"The cell {_name(cell)} had become a {mine.kind} cell; it is a {cell.cell_type} "
                "cell again."
            )
        if _graded(cell) and not _is(cell, "solution"):
            if mine.source.split() != cell.source.split():
                self.repairs.append(
                    f"The locked cell {_name(cell)} was changed; it was put back as released."
                )
        elif cell.cell_type == "code":
            restored.source = mine.source
        else:
            restored.source = self._harmless(mine.source)
        return restored

    def _plain(self, n: int, mine: Submitted) -> NotebookNode:
        """A cell of the student's own, with an id that nothing else has."""
        own_id = f"student-{n + 1}"
        if mine.kind == "code":
            node = v4.new_code_cell(mine.source, id=own_id)
            # A copy of a demonstration demonstrates; a second set-up cell is nothing special.
            if tags := [tag for tag in self.tags.get(mine.source.strip(), []) if tag != "setup"]:
                node.metadata["tags"] = tags
            return node
        text = markdown.as_text(mine.source) if mine.kind == "raw" else self._harmless(mine.source)
        return v4.new_markdown_cell(text, id=own_id)

    def _put_back(self, cell: NotebookNode) -> NotebookNode:
        if not _graded(cell):
            self.repairs.append("The cell that imports what the chapter needs was put back first.")
            return from_dict(cell)
        if not _is(cell, "solution"):
            self.repairs.append(f"The cell {_name(cell)} was deleted; it was put back.")
            return from_dict(cell)
        self.repairs.append(f"The cell {_name(cell)} was deleted; it was put back, empty.")
        return _not_run(cell)

    def _slot(self, place: int, there: list[int | None]) -> int:
        """Where a missing cell goes: after the nearest released cell before it, set-up first."""
        if _graded(self.released[place]):
            for before in range(place - 1, -1, -1):
                if before in there:
                    return there.index(before) + 1
        return 0

    def _harmless(self, source: str) -> str:
        return source if source in self.texts else markdown.harmless(source)


def _places(keys: Iterable[Any]) -> dict[Any, list[int]]:
    """Where each key stands."""
    places: dict[Any, list[int]] = {}
    for n, key in enumerate(keys):
        places.setdefault(key, []).append(n)
    return places


def _graded(cell: NotebookNode) -> bool:
    """Whether nbgrader knows a cell; on others it may have left its name for them."""
    about = cell["metadata"].get("nbgrader")
    return bool(about) and any(about.get(what) for what in ("grade", "solution", "locked", "task"))


def _is(cell: NotebookNode, what: str) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get(what))


def _tags(cell: NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))


def _name(cell: NotebookNode) -> str:
    return str(cell.metadata.nbgrader.grade_id)


def _defines(source: str, name: str) -> bool:
    """Whether a cell defines a function or class on its top level.

    By a look at its lines: Python's parser can be crashed by what it reads.
    """
    pattern = rf"^(?:async[ \t]+)?(?:def|class)[ \t]+{re.escape(name)}\b"
    return re.search(pattern, source, re.MULTILINE) is not None


def _not_run(cell: NotebookNode) -> NotebookNode:
    """A released stub that the judge skips: another cell may hold the function."""
    stub = from_dict(cell)
    stub.metadata["course"] = {"run": False}
    return stub
