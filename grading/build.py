"""grading build: chapters and answers to source/, release/ and course/checks/expected/.

Only what changed is built again. All is made elsewhere first: a chapter that is refused leaves
everything as it was.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from course.checks import expected as compiled
from grading import answers, chapter, compiling, expected_file, notebook
from grading.chapter import Chapter
from grading.errors import BuildError
from grading.files import place
from grading.judge.releases import Releases

QUIZ_SHARE = 0.1  # of a chapter's points, at most: a multiple-choice key can be guessed


@dataclass(frozen=True)
class Layout:
    """Where a course's files lie; tests and instructors may build elsewhere."""

    root: Path
    chapters: Path
    answers: Path
    source: Path
    release: Path
    expected: Path

    @classmethod
    def at(cls, root: Path, **places: Path) -> Layout:
        """The usual layout below `root`, with any place replaced."""
        usual = {
            "chapters": root / "chapters",
            "answers": root / "answers",
            "source": root / "source",
            "release": root / "release",
            "expected": root / "course" / "checks" / "expected",
        }
        return cls(root=root, **{**usual, **places})

    def names(self) -> list[str]:
        """All chapters' names, in order."""
        return sorted(path.stem for path in self.chapters.glob("*.md"))

    def outputs(self, name: str) -> list[Path]:
        """The files that the build of one chapter makes."""
        return [
            self.source / name / f"{name}.ipynb",
            self.release / name / f"{name}.ipynb",
            self.expected / f"{name}.safetensors",
        ]


def build(layout: Layout, only: list[str] | None = None, force: bool = False) -> list[Path]:
    """Build all chapters, or `only` some; return the files that changed. Raises `BuildError`."""
    names = layout.names()
    for name in only or []:
        if name not in names:
            known = ", ".join(names) or "none"
            raise BuildError(layout.chapters, None, f"no chapter {name}; there is {known}.")
    _refuse_strays(layout, names)
    _refuse_duplicates([chapter.read(layout.chapters / f"{name}.md") for name in names])
    changed = []
    for name in only or names:
        stamp = _Stamp(layout, name)
        if stamp.fresh() and not force:
            print(f"{name}: nothing changed")
            continue
        print(f"{name}: building ...", flush=True)
        before = {path: _digest(path) for path in layout.outputs(name)}
        build_chapter(layout, name)
        stamp.write()
        changed += [path for path, digest in before.items() if _digest(path) != digest]
    return changed


def build_chapter(layout: Layout, name: str) -> None:
    """Build one chapter and move its three files into place, each whole or not at all."""
    text = chapter.read(layout.chapters / f"{name}.md")
    material = gather(text, layout.answers / name)
    made = notebook.source_notebook(text, *material, bundle=student_bundle(layout.root))
    trees = compile_chapter(text, material)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        source = work / "source" / name / f"{name}.ipynb"
        source.parent.mkdir(parents=True)
        source.write_text(nbformat.writes(made) + "\n", encoding="utf-8", newline="\n")
        release(layout.root, name, work / "source", work / "release")
        _refuse_leaks(text, work / "release" / name / f"{name}.ipynb")
        places = layout.outputs(name)
        place(source.read_bytes(), places[0])
        place((work / "release" / name / f"{name}.ipynb").read_bytes(), places[1])
        expected_file.write(text, trees, places[2])
        if layout.release == layout.root / "release":  # not where differences() builds
            Releases(layout.root).keep(name)


def gather(text: Chapter, folder: Path) -> tuple[dict, dict, dict]:
    """A chapter's keys: exercises, quiz questions, written answers. Raises `BuildError`."""
    exercises = {c.options["exercise"]: c for c in text.cells if "exercise" in c.options}
    quizzes = [c for c in text.cells if "quiz" in c.options]
    written = {c.options["written"]: c for c in text.cells if "written" in c.options}
    if len(quizzes) > 1:
        raise text.error(quizzes[1], "a chapter has one quiz.")
    for name, cell in exercises.items():
        if not (folder / f"{name}.py").is_file():
            raise text.error(cell, f"exercise {name} has no key; write {folder / name}.py.")
    for name, cell in written.items():
        if not (folder / f"{name}.md").is_file():
            raise text.error(cell, f"question {name} has no answer; write {folder / name}.md.")
    known = {f"{name}.py" for name in exercises} | {f"{name}.md" for name in written}
    for path in sorted(folder.glob("*")):
        if path.name.startswith(("__", ".")) or path.name in known:
            continue
        if path.name != "quiz.py" or not quizzes:
            raise BuildError(path, None, f"this key has no cell in {text.path}.")
    keys = {name: answers.load(folder / f"{name}.py") for name in exercises}
    questions = _questions(text, quizzes, folder / "quiz.py")
    _check_points(text, quizzes)
    texts = {name: (folder / f"{name}.md").read_text(encoding="utf-8") for name in written}
    return keys, questions, texts


def compile_chapter(text: Chapter, material: tuple[dict, dict, dict]) -> dict[str, Any]:
    """The compiled exercises and quiz of a chapter, by name, in the text's order."""
    keys, questions, _ = material
    trees = {}
    for cell in text.stubs():
        name, points = cell.exercise, cell.options["points"]
        if "quiz" in cell.options:
            trees[name] = compiling.compile_quiz(questions, points)
        else:
            trees[name] = compiling.compile_key(keys[name], points)
    return trees


def release(root: Path, name: str, source: Path, target: Path) -> None:
    """Make the students' notebook with nbgrader's own generate_assignment."""
    with tempfile.TemporaryDirectory() as empty:
        # A user's own Jupyter settings must not change what students get.
        environment = {**os.environ, "JUPYTER_CONFIG_DIR": empty, "JUPYTER_CONFIG_PATH": empty}
        done = subprocess.run(
            [
                *(sys.executable, "-m", "nbgrader", "generate_assignment", name),
                *("--no-db", "--force", "--log-level=WARN"),
                f"--CourseDirectory.source_directory={source}",
                f"--CourseDirectory.release_directory={target}",
            ],
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
        )
    if done.returncode or not (target / name / f"{name}.ipynb").is_file():
        tail = "\n".join(done.stderr.strip().splitlines()[-8:])
        raise BuildError(source / name, None, f"nbgrader could not make the release:\n{tail}")


def _refuse_leaks(text: Chapter, path: Path) -> None:
    """Every stub must stand in the release exactly as the chapter has it, with nothing added."""
    cells = nbformat.read(path, as_version=4).cells
    found = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell.source for cell in cells}
    for cell in text.stubs():
        if found.get(cell.exercise) != cell.source.rstrip():
            raise text.error(
                cell, f"the release's cell of {cell.exercise} is not this stub; an answer may leak."
            )
    for cell in text.cells:
        name = cell.options.get("written")
        if name and "\n" in found.get(name, "\n"):
            raise text.error(cell, f"the release's cell of {name} is not nbgrader's text stub.")


def student_bundle(root: Path) -> str:
    """The published student repository, "owner/name", from pyproject.toml; "" if none."""
    path = root / "pyproject.toml"
    if not path.is_file():
        return ""
    settings = tomllib.loads(path.read_text(encoding="utf-8"))
    return settings.get("tool", {}).get("course", {}).get("student_bundle", "")


def differences(layout: Layout) -> list[str]:
    """What a fresh build would change, as sentences; empty where all is up to date."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        fresh = Layout.at(
            layout.root,
            chapters=layout.chapters,
            answers=layout.answers,
            source=work / "source",
            release=work / "release",
            expected=work / "expected",
        )
        _refuse_strays(layout, layout.names())
        for name in layout.names():
            build_chapter(fresh, name)
            for old, new in zip(layout.outputs(name), fresh.outputs(name), strict=True):
                same = expected_file.same if new.suffix == ".safetensors" else _same_bytes
                if not old.is_file():
                    found.append(f"{old} is missing; run `make build`.")
                elif not same(old, new):
                    found.append(f"{old} differs from what the build makes; run `make build`.")
    return found


def _questions(text: Chapter, quizzes: list[chapter.Cell], path: Path) -> dict[int, Any]:
    if not quizzes:
        return {}
    if not path.is_file():
        raise text.error(quizzes[0], f"the quiz has no key; write {path}.")
    questions = answers.load_quiz(path)
    asked = {c.options["question"]: c for c in text.cells if "question" in c.options}
    for number, cell in asked.items():
        if number not in questions:
            raise text.error(cell, f"question {number} has no key in {path}.")
        if list(questions[number].why) != chapter.choices(cell):
            raise text.error(
                cell,
                f"question {number} has choices {', '.join(chapter.choices(cell))}, but its key "
                f"explains {', '.join(questions[number].why)}.",
            )
    for number in questions:
        if number not in asked:
            raise BuildError(path, None, f"question {number} is not in {text.path}.")
    return questions


def _check_points(text: Chapter, quizzes: list[chapter.Cell]) -> None:
    total = sum(cell.options.get("points", 0) for cell in text.cells)
    for cell in quizzes:
        if cell.options["points"] > QUIZ_SHARE * total:
            raise text.error(
                cell,
                f"the quiz carries {cell.options['points']} of {total} points; at most a tenth.",
            )


def _refuse_strays(layout: Layout, names: list[str]) -> None:
    """A file in source/ that the build did not make would be copied to every student."""
    for folder in (layout.source, layout.release):
        for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
            inside = path.relative_to(folder)
            if path.is_dir() or ".ipynb_checkpoints" in inside.parts:
                continue
            if inside.name == ".gitkeep" and len(inside.parts) == 1:
                continue
            name = inside.parts[0]
            if name not in names or inside.parts[1:] != (f"{name}.ipynb",):
                raise BuildError(
                    path, None, "the build did not make this file; remove it or move it elsewhere."
                )


def _refuse_duplicates(texts: list[Chapter]) -> None:
    seen: dict[str, str] = {}
    for text in texts:
        for cell in text.cells:
            name = cell.exercise or cell.options.get("written")
            if name is None:
                continue
            if name in seen:
                raise text.error(cell, f"the id {name} is taken by {seen[name]}.")
            seen[name] = f"{text.path}:{cell.line}"


def _same_bytes(old: Path, new: Path) -> bool:
    return old.read_bytes() == new.read_bytes()


class _Stamp:
    """What a chapter was last built from, so that an unchanged one is not built again."""

    def __init__(self, layout: Layout, name: str) -> None:
        self.layout, self.name = layout, name
        self.path = layout.root / ".build" / f"{name}.json"

    def fresh(self) -> bool:
        try:
            return json.loads(self.path.read_text(encoding="utf-8")) == self._state()
        except (OSError, ValueError):
            return False

    def write(self) -> None:
        self.path.parent.mkdir(exist_ok=True)
        place(json.dumps(self._state()).encode(), self.path)

    def _state(self) -> dict[str, str]:
        own = self.layout.chapters / f"{self.name}.md"
        files = [own, *self._code(), *self.layout.outputs(self.name)]
        files += sorted((self.layout.answers / self.name).glob("*.*"))
        return {str(path): _digest(path) for path in files}

    def _code(self) -> Iterator[Path]:
        """The programs and settings that a build depends on."""
        here = Path(__file__).parent
        yield from sorted(here.glob("*.py"))
        yield from sorted(Path(compiled.__file__).parent.glob("*.py"))
        yield from (self.layout.root / n for n in ("nbgrader_config.py", "pyproject.toml"))
        yield self.layout.root / "requirements.lock"


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
