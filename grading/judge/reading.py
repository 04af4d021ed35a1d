"""A submitted folder read as hostile data, and made a notebook that can be run and shown.

A student's folder may hold anything: links to other files, a pipe that blocks its reader, a file
that is no notebook or one made to crash what reads it. So files are opened without following
links and never read beyond a limit, and of a notebook's JSON only this is taken: the cells' types,
sources, ids and `grade_id`s, and which chapter and edition it says it is. All else (outputs,
attachments, tags, points) is dropped, and `structure` puts the cells into the released notebook.

Whatever a student handed in ends as a `Restored`. Only our own faults raise: a missing release
(`BuildError`), a disk that fails or a folder that the grader may not read (`OSError`).
"""

from __future__ import annotations

import errno
import hashlib
import itertools
import json
import os
import re
import stat
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, from_dict, v4

from grading.judge.releases import Releases, edition
from grading.judge.structure import Submitted, restore, unsolved

MAX_FILE = 20_000_000  # bytes
MAX_BRACKETS = 1_000_000  # of lists and objects: each takes 64 bytes and more in memory
MAX_CELLS = 1000
MAX_SOURCE = 200_000  # characters of one cell
MAX_SOURCES = 2_000_000  # of all cells
MAX_TEXTS = 200_000  # of all cells that are not code; each is parsed as Markdown
MAX_FILES = 1000  # of the folder that are looked at
MAX_CANDIDATES = 10  # notebooks of another name that are looked into
MAX_REPAIRS = 50
KINDS = {"code": "code", "markdown": "markdown", "heading": "markdown", "raw": "raw"}
# nbgrader's own file, and what operating systems leave in folders, need no explanation.
EXPECTED = {"timestamp.txt", "submission_secret.txt", "__pycache__", "desktop.ini", "Thumbs.db"}


@dataclass(frozen=True)
class Restored:
    """A submission as the judge runs and shows it.

    `notebook` is valid nbformat 4.5 without outputs. `repairs` says what was put right, for the
    student, a sentence each. `problem` says why nothing could be read: then the notebook is the
    plain release, with no solution to run. `release` is the edition that it was read as.
    """

    notebook: NotebookNode
    repairs: tuple[str, ...]
    problem: str = ""
    release: str = ""


@dataclass(frozen=True)
class _Found:
    """What was taken from a file: cells, the chapter and edition it names; or a problem."""

    cells: tuple[Submitted, ...] = ()
    chapter: str = ""
    release: str = ""
    repairs: tuple[str, ...] = ()
    problem: str = ""


def read(folder: Path, chapter: str, releases: Releases) -> Restored:
    """Read what one student handed in for a chapter, from the folder submitted/<student>/<chapter>.

    Raises `BuildError` where the chapter has no release and `OSError` where the disk fails.
    """
    path, said, problem = find_notebook(folder, chapter)
    found = _load(path) if path else _Found(problem=problem)
    if found.chapter not in ("", chapter):
        problem = f"This notebook is of {_shown(found.chapter)}; hand in {chapter}.ipynb."
        found = _Found(problem=problem)
    released, exact = releases.find(chapter, found.release)
    repairs = [*said, *found.repairs]
    if found.problem:
        cells = unsolved(released.cells)
    else:
        if not exact:
            repairs.append(
                "The notebook names no release that is known here; it was read as the present one."
            )
        cells, more = restore(found.cells, released.cells)
        repairs += more
    if len(repairs) > MAX_REPAIRS:
        repairs[MAX_REPAIRS:] = [f"{len(repairs) - MAX_REPAIRS} more such things were put right."]
    course = {**released.metadata.course, "repairs": repairs, "problem": found.problem}
    kept = {name: released.metadata[name] for name in ("kernelspec", "language_info")}
    # `new_notebook` would check cells against a schema that are the release's or made by nbformat.
    notebook = NotebookNode(
        nbformat=v4.nbformat,
        nbformat_minor=v4.nbformat_minor,
        metadata=from_dict({"course": course, **kept}),
        cells=cells,
    )
    return Restored(notebook, tuple(repairs), found.problem, edition(released))


def state(folder: Path) -> str:
    """A folder's files, their sizes, and when they were changed last; links' own.

    Where it is as it was before, so is what is read from it. Raises OSError.
    """
    if folder.is_symlink() or not folder.is_dir():
        return ""
    with os.scandir(folder) as entries:
        seen = [(entry.name, entry.stat(follow_symlinks=False)) for entry in entries]
    rows = [f"{name} {s.st_mode} {s.st_size} {s.st_mtime_ns} {s.st_ino}" for name, s in seen]
    text = "\0".join(sorted(rows)).encode("utf-8", "surrogateescape")
    return hashlib.sha256(text).hexdigest()


def find_notebook(folder: Path, chapter: str) -> tuple[Path | None, tuple[str, ...], str]:
    """The notebook to grade, what is said about the choice, and why there is none, or ""."""
    for part in (folder.parent, folder):
        if part.is_symlink():
            return None, (), f"The folder {_shown(part.name)} is a link; hand in the folder itself."
    if not folder.is_dir():
        return None, (), f"Nothing was handed in for {chapter}."
    # The name that is asked for may lie beyond the files that are looked at.
    with os.scandir(folder) as entries:
        names = {entry.name for entry in itertools.islice(entries, MAX_FILES)}
    if os.path.lexists(folder / f"{chapter}.ipynb"):
        names.add(f"{chapter}.ipynb")
    notebooks = sorted(
        folder / name
        for name in names
        if name.lower().endswith(".ipynb") and not name.startswith(".")
    )
    files = [path for path in notebooks if stat.S_ISREG(path.lstat().st_mode)]
    if not files and notebooks:
        return None, (), f"{_shown(notebooks[0].name)} is no file; hand in the notebook itself."
    if not files:
        return None, (), f"There is no notebook in the folder; hand in {chapter}.ipynb."
    chosen, repairs = _choose(files, chapter)
    unused = sorted(_shown(name) for name in names - EXPECTED - {chosen.name} if name[0] != ".")
    if unused:
        rest = f" and {len(unused) - 3} more" if len(unused) > 3 else ""
        were = "was" if len(unused) == 1 else "were"
        repairs.append(
            f"{', '.join(unused[:3])}{rest} {were} not used: only the notebook is graded."
        )
    return chosen, tuple(repairs), ""


def _choose(files: list[Path], chapter: str) -> tuple[Path, list[str]]:
    """The file of the right name; else the newest of those that say they are of the chapter."""
    for path in files:
        if path.name == f"{chapter}.ipynb":
            return path, []
    if len(files) > 1:
        files = [p for p in files[:MAX_CANDIDATES] if _load(p).chapter == chapter] or files
    chosen = max(files, key=lambda path: (path.lstat().st_mtime_ns, path.name))
    which = f", the newest of {len(files)} notebooks," if len(files) > 1 else ""
    return chosen, [f"{_shown(chosen.name)}{which} was graded: there is no {chapter}.ipynb."]


def _load(path: Path) -> _Found:
    """What is taken from a notebook's file."""
    name = _shown(path.name)
    data = _bytes(path)
    if data is None:
        return _Found(problem=f"{name} is no file; hand in the notebook itself.")
    if len(data) > MAX_FILE:
        return _Found(
            problem=f"{name} has more than {MAX_FILE // 10**6} MB; clear its outputs (Edit > Clear "
            "Outputs of All Cells), save it and hand it in again."
        )
    if not data.strip():
        return _Found(problem=f"{name} is empty; save it in Jupyter and hand it in again.")
    if data.count(b"[") + data.count(b"{") > MAX_BRACKETS:
        return _Found(problem=f"{name} has too many parts for a notebook.")
    text, repairs = _decoded(data)
    try:
        # No number is used, and Python refuses to read a very long one.
        tree = json.loads(text, parse_int=lambda _: 0, parse_constant=lambda _: None)
    except RecursionError:
        return _Found(problem=f"{name} is nested too deeply for a notebook.")
    except json.JSONDecodeError as error:
        return _Found(
            problem=f"{name} is damaged or no notebook: it can't be read from line {error.lineno} "
            "on; open it in Jupyter, save it and hand it in again."
        )
    return _taken(tree, name, repairs)


def _bytes(path: Path) -> bytes | None:
    """A file's bytes, at most one more than `MAX_FILE`; None if it is a link, a pipe, a device."""
    try:
        # O_NONBLOCK: a pipe would keep its reader waiting for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):
            return None
        raise
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(MAX_FILE + 1)
    finally:
        os.close(descriptor)


def _decoded(data: bytes) -> tuple[str, list[str]]:
    encoding = json.detect_encoding(data)
    try:
        return data.decode(encoding), []
    except UnicodeDecodeError:
        said = "Some characters in the notebook's file could not be read; they were replaced."
        return data.decode(encoding, errors="replace"), [said]


def _taken(tree: Any, name: str, repairs: list[str]) -> _Found:
    """What is taken from a notebook's JSON."""
    rows = _rows(tree)
    if not rows:
        return _Found(problem=f"{name} holds no notebook with cells.")
    if len(rows) > MAX_CELLS:
        repairs.append(f"The notebook has more than {MAX_CELLS} cells; the rest was left out.")
    cells: list[Submitted] = []
    sources = texts = 0
    for number, row in enumerate(rows[:MAX_CELLS], start=1):
        cell = _cell(row)
        if cell is None:
            repairs.append(f"Cell {number} could not be read; it was left out.")
            continue
        size = len(cell.source)
        text = size if cell.kind != "code" else 0
        if size > MAX_SOURCE or sources + size > MAX_SOURCES or texts + text > MAX_TEXTS:
            repairs.append(f"Cell {number} was emptied: there is too much text in it or before it.")
            cell, size, text = replace(cell, source=""), 0, 0
        sources, texts = sources + size, texts + text
        cells.append(cell)
    course = _value(_value(tree, "metadata"), "course")
    return _Found(tuple(cells), _word(course, "chapter"), _word(course, "release"), tuple(repairs))


def _rows(tree: Any) -> list[Any]:
    """The cells of a notebook; up to format 3 they stand in worksheets."""
    sheets = [tree, *_items(tree, "worksheets")]
    return [row for sheet in sheets for row in _items(sheet, "cells")]


def _cell(row: Any) -> Submitted | None:
    """What is taken from one cell; None if it is none."""
    kind = KINDS.get(_word(row, "cell_type"))
    if kind is None:
        return None
    source = row.get("source", row.get("input", ""))  # "input": up to format 3
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        return None
    grade_id = _word(_value(_value(row, "metadata"), "nbgrader"), "grade_id")
    return Submitted(kind, _clean(source, kind), _word(row, "id"), grade_id)


def _clean(source: str, kind: str) -> str:
    """A source with one kind of line ends, and without what no notebook or page may hold."""
    source = source.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    source = re.sub("[\ud800-\udfff]", "\ufffd", source)
    return source if kind == "code" else re.sub(r"[\x01-\x08\x0b-\x1f\x7f-\x9f]", "", source)


def _value(tree: Any, name: str) -> Any:
    return tree.get(name) if isinstance(tree, dict) else None


def _items(tree: Any, name: str) -> list[Any]:
    value = _value(tree, name)
    return value if isinstance(value, list) else []


def _word(tree: Any, name: str) -> str:
    value = _value(tree, name)
    return value if isinstance(value, str) else ""


def _shown(name: str) -> str:
    """A name of the student's choice, fit for a sentence: short, and without control characters."""
    name = "".join(letter if letter.isprintable() else "\ufffd" for letter in name[:41])
    return name if len(name) <= 40 else name[:39] + "…"
