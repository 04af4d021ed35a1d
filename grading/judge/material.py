"""What a chapter's submissions are judged by: keys, compiled figures, the course's secret."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from course.checks import expected
from course.checks.expected import Exercise, Quiz
from grading import chapter as chapters
from grading.answers import Key
from grading.build import Layout, gather
from grading.judge import hidden
from grading.judge.hidden import Drawn
from grading.judge.parsing import parse


class CourseFolder:
    """A course's folder: its chapters, keys, compiled figures and secret."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.layout = Layout.at(root)

    @cached_property
    def secret(self) -> bytes:
        return hidden.secret(self.root / ".judge")

    def material(self, name: str) -> Material:
        """A chapter's exercises and quiz with their keys. Raises `BuildError`."""
        files = [self.layout.chapters / f"{name}.md", _compiled(self.layout, name)]
        files += sorted((self.layout.answers / name).glob("*.py"))
        edition = tuple((str(path), path.stat().st_mtime_ns) for path in files if path.exists())
        if edition not in _materials:
            _materials.clear()  # a key that was edited while a server runs
            _materials[edition] = Material.read(self.layout, name)
        return _materials[edition]

    def drawn(self, material: Material, name: str) -> Drawn:
        """The hidden cases of an exercise, drawn once. Raises `BuildError`, and OSError where
        there is no secret."""
        place = self.secret, name
        if place not in material.drawn:
            key, points = material.keys[name], material.visible[name].points
            material.drawn[place] = hidden.drawn(self.secret, key, points, material.chapter)
        return material.drawn[place]


@dataclass(frozen=True)
class Material:
    """What a chapter's submissions are judged by."""

    chapter: str
    keys: Mapping[str, Key]
    visible: Mapping[str, Exercise | Quiz]  # by name, in the chapter's order
    released: Collection[str]  # the text of every cell that students are given
    modules: Collection[str]  # what those cells import
    drawn: dict[tuple[bytes, str], Drawn] = field(default_factory=dict)  # by secret and exercise

    @classmethod
    def read(cls, layout: Layout, name: str) -> Material:
        text = chapters.read(layout.chapters / f"{name}.md")
        keys, _, _ = gather(text, layout.answers / name)
        file = _compiled(layout, name)
        visible = {cell.exercise: expected.load(file, cell.exercise) for cell in text.stubs()}
        released = {cell.source for cell in text.cells}
        code = [cell.source for cell in text.cells if cell.kind == "code"]
        return cls(name, keys, visible, released, sorted(_imported(code)))


_materials: dict[tuple, Material] = {}


def _imported(cells: Iterable[str]) -> set[str]:
    """The modules that cells import, but for the course's own."""
    nodes = [node for text in cells for node in ast.walk(parse(text))]
    found = {alias.name for n in nodes if isinstance(n, ast.Import) for alias in n.names}
    found |= {n.module for n in nodes if isinstance(n, ast.ImportFrom) and n.module and not n.level}
    return {name for name in found if name.partition(".")[0] != "course"}


def _compiled(layout: Layout, name: str) -> Path:
    """A chapter's compiled figures: the course folder's own, or those of the installed course."""
    own = layout.expected / f"{name}.safetensors"
    return own if own.is_file() else expected.FOLDER / own.name
