"""From a chapter and its keys to the instructors' notebook, deterministic to the byte."""

from __future__ import annotations

import ast
import hashlib
import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import nbformat
from nbformat import NotebookNode, v4

from grading.answers import Body, Key, parameters
from grading.chapter import Cell, Chapter, methods

STUB = "raise NotImplementedError"
SCHEMA = 3  # of nbgrader's cell metadata


def source_notebook(
    chapter: Chapter,
    keys: Mapping[str, Key],
    quiz: Mapping[int, Any],
    written: Mapping[str, str],
    bundle: str = "",
) -> NotebookNode:
    """The instructors' notebook of a chapter.

    `keys` are the exercises' keys by name, `quiz` the questions' keys by number, `written` the
    model answers of written questions. `bundle` is the published student repository
    ("owner/name" on GitHub): with it the notebook opens in Colab and Binder. Raises `BuildError`.
    """
    cells: list[NotebookNode] = []
    for cell_id, cell in zip(cell_ids(chapter), chapter.cells, strict=True):
        if cell.kind == "markdown":
            cells.append(_with_tags(v4.new_markdown_cell(cell.source, id=cell_id), cell))
            if "written" in cell.options:
                cells.append(_written_cell(cell, written[cell.options["written"]], cell_id))
            continue
        source = cell.source
        if "setup" in cell.tags and bundle:
            source = _colab(bundle) + source
        if "exercise" in cell.options:
            source = _solved(chapter, cell, keys[cell.options["exercise"]])
        elif "quiz" in cell.options:
            right = {number: question.right for number, question in quiz.items()}
            source = insert(cell.source, _marked([f"return {right!r}"]))
        node = _with_tags(v4.new_code_cell(source, id=cell_id), cell)
        cells.append(node)
        if cell.exercise:
            node.metadata["nbgrader"] = _metadata(cell.exercise, solution=True)
            cells.append(_check_cell(cell, cell_id))
    if bundle:
        cells.insert(1, _badges(chapter, bundle))
    notebook = v4.new_notebook(cells=cells)
    notebook.metadata = {
        "course": {"chapter": chapter.name, "release": _release(chapter)},
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    nbformat.validate(notebook)
    return notebook


def cell_ids(chapter: Chapter) -> Iterator[str]:
    """One stable id a cell: chapter, heading above, position under it.

    A new cell changes only the ids below it in its own section.
    """
    section, position, sections = "top", 0, set()
    for cell in chapter.cells:
        heading = re.match(r"#+ (.+)", cell.source) if cell.kind == "markdown" else None
        if heading:
            section = re.sub(r"[^a-z0-9]+", "-", heading[1].lower()).strip("-")[:36] or "section"
            while section in sections:
                section += "-2"
            sections.add(section)
            position = 0
        position += 1
        yield f"{chapter.name.split('_')[0]}-{section}-{position:02d}"


def stated_outputs(chapter: Chapter) -> dict[str, str]:
    """What the chapter says that a cell prints, by cell id."""
    return {
        cell_id: cell.options["prints"]
        for cell_id, cell in zip(cell_ids(chapter), chapter.cells, strict=True)
        if "prints" in cell.options
    }


def with_stated_outputs(notebook: NotebookNode, stated: Mapping[str, str]) -> NotebookNode:
    """A copy whose stated figures stand as stored outputs, marked for nbval to compare."""
    copy = nbformat.from_dict(notebook)
    for cell in copy.cells:
        if cell.id in stated:
            text = stated[cell.id].rstrip("\n") + "\n"
            cell.execution_count = 1  # nbval refuses outputs of a cell that never ran
            cell.outputs = [v4.new_output("stream", name="stdout", text=text)]
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), "nbval-check-output"]
    return copy


def _with_tags(node: NotebookNode, cell: Cell) -> NotebookNode:
    if cell.tags:
        node.metadata["tags"] = cell.tags
    return node


def _solved(chapter: Chapter, cell: Cell, key: Key) -> str:
    """The stub's cell with the solution's body between nbgrader's markers."""
    stub = ast.parse(cell.source).body[0]
    if parameters(stub) != key.parameters():
        raise chapter.error(
            cell,
            f"{cell.exercise}({parameters(stub)}) in the chapter, but "
            f"solution({key.parameters()}) in {key.path}.",
        )
    body = key.body()
    if isinstance(body, dict):
        return insert(cell.source, {name: _marked(lines) for name, lines in body.items()})
    return insert(cell.source, _marked(body))


def insert(stub: str, body: Body) -> str:
    """A stub's cell with its last line, `raise NotImplementedError`, replaced by a body.

    In a class this is done for each method that `body` names.
    """
    if not isinstance(body, dict):
        lines = stub.rstrip().split("\n")
        return "\n".join(_replaced(lines, len(lines), body))
    lines = stub.rstrip().split("\n")
    tree = ast.parse(stub).body[0]
    assert isinstance(tree, ast.ClassDef)
    for method in reversed(methods(tree)):  # from below, so that line numbers hold
        if method.name in body:
            lines = _replaced(lines, method.end_lineno or 0, body[method.name])
    return "\n".join(lines)


def type_in(book: NotebookNode, bodies: Mapping[str, Body]) -> None:
    """Type bodies into a released notebook's stubs, by the names of their exercises."""
    for cell in book.cells:
        if body := bodies.get(cell.metadata.get("nbgrader", {}).get("grade_id", "")):
            cell.source = insert(cell.source, body)


def _replaced(lines: list[str], number: int, body: list[str]) -> list[str]:
    """The lines with the one of this number, a stub's last, replaced."""
    last = lines[number - 1]
    assert last.strip() == STUB, f"a stub ends with `{STUB}`, not with `{last.strip()}`"
    indented = textwrap.indent("\n".join(body), last[: -len(STUB)]).split("\n")
    return [*lines[: number - 1], *indented, *lines[number:]]


def _marked(body: list[str]) -> list[str]:
    return ["### BEGIN SOLUTION", *body, "### END SOLUTION"]


def _check_cell(cell: Cell, cell_id: str) -> NotebookNode:
    call = "quiz" if "quiz" in cell.options else "check"
    node = v4.new_code_cell(f"{call}({cell.exercise})", id=f"{cell_id}-check")
    node.metadata["nbgrader"] = _metadata(
        f"{cell.exercise}-check", grade=True, points=cell.options["points"]
    )
    return node


def _written_cell(cell: Cell, answer: str, cell_id: str) -> NotebookNode:
    text = f"<!-- BEGIN SOLUTION -->\n{answer.strip()}\n<!-- END SOLUTION -->"
    node = v4.new_markdown_cell(text, id=f"{cell_id}-answer")
    node.metadata["nbgrader"] = _metadata(
        cell.options["written"], grade=True, solution=True, points=cell.options["points"]
    )
    return node


def _metadata(
    grade_id: str, grade: bool = False, solution: bool = False, points: float | None = None
) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "grade": grade,
        "grade_id": grade_id,
        "locked": grade and not solution,
        "schema_version": SCHEMA,
        "solution": solution,
        "task": False,
    }
    if points is not None:
        metadata["points"] = points
    return metadata


def _release(chapter: Chapter) -> str:
    """A name for this edition of the chapter, from its text alone: it must not tell answers."""
    digest = hashlib.sha256(chapter.path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]


def _colab(bundle: str) -> str:
    return (
        "import sys\n\n"
        'if "google.colab" in sys.modules:\n'
        f"    %pip install --quiet git+https://github.com/{bundle}\n\n"
    )


def _badges(chapter: Chapter, bundle: str) -> NotebookNode:
    path = f"release/{chapter.name}/{chapter.name}.ipynb"
    colab = f"https://colab.research.google.com/github/{bundle}/blob/main/{path}"
    binder = f"https://mybinder.org/v2/gh/{bundle}/main?labpath={path}"
    text = f"[Open in Colab]({colab}) · [Open in Binder]({binder})"
    return v4.new_markdown_cell(text, id=f"{chapter.name.split('_')[0]}-open")
