"""Reading a chapter: one MyST Markdown file into cells that know their line and their options.

jupytext's MyST reader does the reading; this module adds the course's own cell options and
refuses, with file and line, whatever would look wrong in a student's notebook.
"""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jupytext.myst
from IPython.core.inputtransformer2 import TransformerManager
from markdown_it import MarkdownIt
from mdit_py_plugins.myst_role import myst_role_plugin

from grading.errors import BuildError

CODE_OPTIONS = {"exercise", "quiz", "points", "tags", "prints", "covers"}
MARKDOWN_OPTIONS = {"question", "written", "points", "tags", "covers"}
TAGS = {"setup", "demo", "scale-up"}
CHOICE = re.compile(r"^- \*\*([A-Z])\.\*\* ", re.MULTILINE)
COLON_FENCE = re.compile(r":{3,} *\{")
PARSER = MarkdownIt().use(myst_role_plugin)


@dataclass
class Cell:
    """One cell: its text, the line where its text starts, and its options."""

    kind: str  # "code" or "markdown"
    source: str
    line: int
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def exercise(self) -> str | None:
        """The name of the exercise or quiz whose stub this is."""
        return self.options.get("exercise") or self.options.get("quiz")

    @property
    def tags(self) -> list[str]:
        return list(self.options.get("tags", []))


@dataclass
class Chapter:
    """A chapter's name, title and cells."""

    name: str
    title: str
    path: Path
    cells: list[Cell]

    def stubs(self) -> Iterator[Cell]:
        """The cells that hold an exercise's or quiz's stub, in order."""
        return (cell for cell in self.cells if cell.exercise)

    def error(self, cell: Cell | None, message: str) -> BuildError:
        """A `BuildError` at a cell."""
        return BuildError(self.path, cell.line if cell else None, message)


def read(path: Path) -> Chapter:
    """Read and check one chapter file. Raises `BuildError`."""
    text = path.read_text(encoding="utf-8")
    try:
        notebook = jupytext.myst.myst_to_notebook(text, add_source_map=True)
    except jupytext.myst.MystMetadataParsingError as error:
        message = f"the options of a cell are no YAML: {error}"
        raise BuildError(path, _bad_options(text), message) from None
    title = notebook.metadata.get("title")
    if not title:
        raise BuildError(path, 1, "the front matter has no title; begin with `title: ...`.")
    cells = []
    lines = text.splitlines()
    for raw, start in zip(notebook.cells, notebook.metadata["source_map"], strict=True):
        line = _text_line(lines, start, raw.source)
        cells.append(Cell(raw.cell_type, raw.source, line, dict(raw.metadata)))
    chapter = Chapter(path.stem, title, path, cells)
    if not re.fullmatch(r"ch\d\d_[a-z0-9_]+", chapter.name):
        raise BuildError(path, None, "a chapter's file is called like ch04_rnn.md.")
    for cell in cells:
        _check_cell(chapter, cell)
    _check_setup(chapter)
    _check_quizzes(chapter)
    return chapter


def _text_line(lines: list[str], start: int, source: str) -> int:
    """The 1-based line of a cell's first line of text, past its options."""
    first = source.split("\n", 1)[0]
    for offset, line in enumerate(lines[start:], start + 1):
        if line == first:
            return offset
    return start + 1


def _bad_options(text: str) -> int | None:
    """The first cell whose options can't be read, found by reading ever longer beginnings."""
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if line.startswith(("```{code-cell}", "+++")):
            end = next(
                (k for k in range(number, len(lines)) if lines[k].startswith("```")), len(lines)
            )
            stop = number if line.startswith("+++") else end + 1
            try:
                jupytext.myst.myst_to_notebook("\n".join(lines[number - 1 : stop]))
            except jupytext.myst.MystMetadataParsingError:
                return number
    return None


def _check_cell(chapter: Chapter, cell: Cell) -> None:
    allowed = CODE_OPTIONS if cell.kind == "code" else MARKDOWN_OPTIONS
    for option in cell.options:
        if option not in allowed:
            raise chapter.error(
                cell, f"unknown option {option!r}; a {cell.kind} cell takes {_listed(allowed)}."
            )
    for tag in cell.tags:
        if tag not in TAGS:
            raise chapter.error(cell, f"unknown tag {tag!r}; the tags are {_listed(TAGS)}.")
    for marker in ("BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN", "END HIDDEN", "MARK SCHEME"):
        if marker in cell.source:
            raise chapter.error(cell, f"{marker!r} is typed by hand; the build sets all markers.")
    if cell.kind == "code":
        _check_code(chapter, cell)
    else:
        _check_text(chapter, cell)


def _check_code(chapter: Chapter, cell: Cell) -> None:
    try:
        tree = ast.parse(TransformerManager().transform_cell(cell.source))
    except SyntaxError as error:
        line = cell.line + (error.lineno or 1) - 1
        raise BuildError(chapter.path, line, f"the cell does not parse: {error.msg}.") from None
    name = cell.exercise
    if "points" in cell.options and not name:
        raise chapter.error(cell, "points belong to an exercise, a quiz or a written question.")
    if not name:
        return
    points = cell.options.get("points")
    if not isinstance(points, int | float) or isinstance(points, bool) or points <= 0:
        raise chapter.error(cell, f"{name} has no points; add `:points: 4` below `:exercise:`.")
    if len(tree.body) != 1 or not isinstance(tree.body[0], ast.FunctionDef | ast.ClassDef):
        raise chapter.error(
            cell, f"the cell of {name} must hold one function or class and nothing else."
        )
    stub = tree.body[0]
    if stub.name != name:
        raise chapter.error(cell, f"the cell of {name} defines {stub.name}.")
    if isinstance(stub, ast.ClassDef):
        _check_class(chapter, cell, stub)
    elif not _raises(stub):
        raise chapter.error(
            cell, f"the stub of {name} does not raise; end it with `raise NotImplementedError`."
        )


def _check_class(chapter: Chapter, cell: Cell, stub: ast.ClassDef) -> None:
    """A class holds a docstring and methods that do nothing but raise."""
    inside = stub.body[1:] if ast.get_docstring(stub) is not None else stub.body
    if "quiz" in cell.options or len(methods(stub)) != len(inside):
        raise chapter.error(
            cell, f"the class {stub.name} must hold a docstring and methods, and nothing else."
        )
    if "forward" not in [method.name for method in methods(stub)]:
        raise chapter.error(cell, f"the class {stub.name} has no method forward.")
    for method in methods(stub):
        if not _raises(method):
            raise chapter.error(
                cell,
                f"the method {method.name} of {stub.name} does not raise; end it with "
                "`raise NotImplementedError`.",
            )


def methods(stub: ast.ClassDef) -> list[ast.FunctionDef]:
    """The methods of a class, in order."""
    return [node for node in stub.body if isinstance(node, ast.FunctionDef)]


def _raises(stub: ast.FunctionDef) -> bool:
    """Whether a stub does nothing but raise NotImplementedError."""
    body = stub.body[1:] if ast.get_docstring(stub) is not None else stub.body
    return len(body) == 1 and ast.unparse(body[0]) == "raise NotImplementedError"


def _check_text(chapter: Chapter, cell: Cell) -> None:
    for line, shown, what in _myst_only(cell.source):
        raise BuildError(
            chapter.path,
            cell.line + line,
            f"{shown!r} is a MyST {what}, which JupyterLab shows raw; use plain Markdown.",
        )
    if ("written" in cell.options) != ("points" in cell.options):
        raise chapter.error(cell, "a written question has both `written` and `points`.")


def _myst_only(text: str) -> Iterator[tuple[int, str, str]]:
    """(line in the text, what stands there, "directive" or "role") of all that is no Markdown."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if COLON_FENCE.match(line):
            yield number, line, "directive"
    for token in PARSER.parse(text):
        if token.type == "fence" and token.info.startswith("{") and token.map:
            yield token.map[0], lines[token.map[0]], "directive"
        for child in token.children or []:
            if child.type == "myst_role" and token.map:
                role = f"{{{child.meta['name']}}}`{child.content}`"
                number = token.map[0] + token.content.split(role)[0].count("\n")
                yield number, role, "role"


def _check_setup(chapter: Chapter) -> None:
    code = [cell for cell in chapter.cells if cell.kind == "code"]
    if not code or "setup" not in code[0].tags:
        cell = code[0] if code else None
        raise chapter.error(cell, "the first code cell must carry the tag `setup`.")


def _check_quizzes(chapter: Chapter) -> None:
    """Questions are numbered 1, 2, 3 ..., have lettered choices, and a quiz cell follows them."""
    waiting: list[Cell] = []
    last = 0
    for cell in chapter.cells:
        if "question" in cell.options:
            number = cell.options["question"]
            if number != last + 1:
                raise chapter.error(cell, f"question {number} follows question {last}.")
            last = number
            letters = choices(cell)
            if len(letters) < 2 or letters != list(string.ascii_uppercase[: len(letters)]):
                raise chapter.error(
                    cell, "a question's choices are list lines `- **A.** ...`, A, B, C in order."
                )
            waiting.append(cell)
        elif "quiz" in cell.options:
            if not waiting:
                raise chapter.error(cell, "a quiz cell needs `question` cells before it.")
            waiting = []
    if waiting:
        raise chapter.error(waiting[0], "these questions have no quiz cell after them.")


def choices(cell: Cell) -> list[str]:
    """The letters of a question cell's choices."""
    return CHOICE.findall(cell.source)


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))
