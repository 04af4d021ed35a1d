"""grading new-chapter, new-exercise: the skeletons that an author fills in.

A skeleton says in place what belongs there; nothing that exists is ever written over.
"""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

from grading import chapter
from grading.build import Layout
from grading.errors import BuildError
from grading.files import place

TEMPLATES = Path(__file__).parent / "templates"


def new_chapter(layout: Layout, name: str, title: str) -> list[Path]:
    """Write `chapters/<name>.md` and the quiz's key; return both. Raises `BuildError`."""
    if not re.fullmatch(r"ch\d\d_[a-z0-9_]+", name):
        raise BuildError(name, None, "a chapter is called like ch05_lstm_gru.")
    quiz = f"{name.split('_')[0]}_quiz"
    text = layout.chapters / f"{name}.md"
    key = layout.answers / name / "quiz.py"
    _write({text: "chapter.md", key: "quiz.py"}, title=title, quiz=quiz, chapter=name)
    return [text, key]


def new_exercise(layout: Layout, name: str, exercise: str) -> list[Path]:
    """Append a stub to a chapter and write its key's skeleton; return the changed files.

    A name like a class's (TinyNet) makes an nn.Module, any other a function. The stub goes to the
    end of the chapter, for the author to move where it belongs. Raises `BuildError`.
    """
    text = layout.chapters / f"{name}.md"
    if not text.is_file():
        raise BuildError(text, None, "there is no such chapter; write it with grading new-chapter.")
    module = exercise[:1].isupper() and "_" not in exercise
    if not exercise.isidentifier() or not (module or exercise == exercise.lower()):
        raise BuildError(
            exercise,
            None,
            "an exercise is called like a function, lstm_step, or like a module, TinyNet.",
        )
    form = "module" if module else "exercise"
    for other in layout.names():
        for cell in chapter.read(layout.chapters / f"{other}.md").stubs():
            if cell.exercise == exercise:
                raise BuildError(
                    layout.chapters / f"{other}.md", cell.line, f"{exercise} exists already."
                )
    key = layout.answers / name / f"{exercise}.py"
    _write({key: f"{form}.py"}, exercise=exercise)
    stub = Template((TEMPLATES / f"{form}.md").read_text(encoding="utf-8"))
    old = text.read_text(encoding="utf-8").rstrip("\n")
    place(f"{old}\n\n{stub.substitute(exercise=exercise)}".encode(), text)
    return [text, key]


def _write(files: dict[Path, str], **words: str) -> None:
    for path in files:
        if path.exists():
            raise BuildError(path, None, "exists already; it was left as it is.")
    for path, template in files.items():
        text = (TEMPLATES / template).read_text(encoding="utf-8")
        place(Template(text).substitute(words).encode(), path)
