"""A submission's cells: which are run, what they gave, and which names they make."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from nbformat import NotebookNode

from grading.judge import forbidden
from grading.judge.parsing import TooLarge, parse
from grading.judge.sandbox import Died
from grading.judge.verdict import Output

NOT_RUN = {"demo", "scale-up"}
LEFT_OUT = {"timeout": "it ran for too long", "memory": "it asked for too much memory"}
# What is kept: characters and pictures of one cell, and of the whole submission.
TEXT, PICTURES, PICTURE = 25_000, 4, 300_000
ALL_TEXT, ALL_PICTURES = 500_000, 20
ROWS = 200
_IN_CELL = re.compile(r"^\s*Cell In\[\d+\], line (\d{1,5})$", re.MULTILINE)  # as IPython says it


class Script:
    """The cells of a restored notebook that are run, and what is known of them."""

    def __init__(self, notebook: NotebookNode) -> None:
        self.cells = [cell for cell in notebook.cells if _runs(cell)]
        self.sources = {
            _grade_id(cell): cell.source
            for cell in notebook.cells
            if cell.metadata.get("nbgrader", {}).get("solution")
        }
        self.outputs: dict[str, tuple[Output, ...]] = {}  # by cell id
        self.fatal: dict[str, str] = {}  # cells that ended their room, and how

    @cached_property
    def imports(self) -> dict[str, str]:
        """What the names that the cells import stand for. Raises `TooLarge`."""
        return forbidden.imports(cell.source for cell in self.cells)

    def to_run(self, demo: bool) -> Iterator[NotebookNode]:
        """The cells of one run, from top to bottom."""
        for cell in self.cells:
            if cell.id not in self.fatal and (demo or not _is_demo(cell)):
                yield cell

    def trains(self, demo: bool) -> bool:
        """Whether the cells of a run seem to use an optimiser."""
        return any("optim" in cell.source for cell in self.to_run(demo))

    def ran(self, cell_id: str, reply: Mapping[str, Any]) -> None:
        """Keep what a cell gave. Raises `Died` for a reply that no honest shell sends."""
        others = [o for key, found in self.outputs.items() if key != cell_id for o in found]
        text = ALL_TEXT - sum(len(o.text) for o in others if o.kind != "image")
        pictures = ALL_PICTURES - sum(o.kind == "image" for o in others)
        self.outputs[cell_id] = tuple(_outputs(reply.get("outputs"), text, pictures))

    def leave_out(self, cell_id: str, how: str) -> None:
        """Remember that a cell ended its room, so that the next run goes without it."""
        self.fatal[cell_id] = how
        why = LEFT_OUT.get(how, "it ended the whole program")
        text = f"This cell was left out of the grading: {why}."
        self.outputs[cell_id] = (Output("error", text),)

    def helpers_of(self, source: str, released: Collection[str]) -> list[str]:
        """The student's own cells that make a name which `source` reads."""
        own = [text for text in self._ungraded if text not in released]
        if not own:
            return []
        read = {node.id for node in ast.walk(parse(source)) if isinstance(node, ast.Name)}
        return [text for text in own if read & binds(text)]

    @cached_property
    def _ungraded(self) -> list[str]:
        return [cell.source for cell in self.cells if not _grade_id(cell)]

    def cell_of(self, exercise: str) -> NotebookNode | None:
        """The cell of an exercise, None if it is not run."""
        return next((cell for cell in self.cells if _grade_id(cell) == exercise), None)

    def error_of(self, cell: NotebookNode) -> str:
        """Where in a cell its error rose and the error's last line, "" if it had none."""
        texts = [o.text.strip() for o in self.outputs.get(cell.id, ()) if o.kind == "error"]
        if not texts or not texts[-1]:
            return ""
        line = _IN_CELL.search(texts[-1])
        where = f"line {line[1]}, " if line else ""
        return where + texts[-1].splitlines()[-1][:300]

    def wants_demo(self, messages: Iterable[str]) -> bool:
        """Whether an error in a cell, or in `messages`, names what only a demo cell makes."""
        made = {name for cell in self.cells if _is_demo(cell) for name in binds(cell.source)}
        texts = [o.text for outputs in self.outputs.values() for o in outputs if o.kind == "error"]
        texts += messages
        return any(f"name '{name}' is not defined" in text for name in made for text in texts)


@functools.lru_cache(maxsize=512)  # most cells of a class are the released ones
def binds(source: str) -> frozenset[str]:
    """The names that code makes, at its top level or anywhere else."""
    return frozenset(_binds(source))


def _binds(source: str) -> Iterator[str]:
    try:
        tree = parse(source)
    except TooLarge:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.split(".")[0]


def _outputs(rows: Any, text_left: int, pictures_left: int) -> Iterator[Output]:
    """A cell's outputs, as far as there is room for them. Raises `Died` for other than rows."""
    if not isinstance(rows, list):
        raise Died("garbage")
    text_left, pictures_left = min(text_left, TEXT), min(pictures_left, PICTURES)
    for row in rows[:ROWS]:
        if not (isinstance(row, list) and len(row) == 2 and all(type(x) is str for x in row)):
            raise Died("garbage")
        kind, text = row
        if kind == "image" and len(text) <= PICTURE and pictures_left > 0:
            pictures_left -= 1
            yield Output(kind, text)
        elif kind in ("stdout", "stderr", "result", "error") and text_left > 0:
            yield Output(kind, text[:text_left])
            text_left -= len(text)


def _runs(cell: NotebookNode) -> bool:
    """Whether a cell is code that is run: no locked check, nothing put back for show."""
    about = cell.metadata.get("nbgrader", {})
    if cell.cell_type != "code" or cell.metadata.get("course", {}).get("run") is False:
        return False
    return not about.get("grade") or bool(about.get("solution"))


def _is_demo(cell: NotebookNode) -> bool:
    return bool(NOT_RUN & set(cell.metadata.get("tags", ())))


def _grade_id(cell: NotebookNode) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")
