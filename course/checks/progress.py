"""progress(): what is right, tried and untouched, from the checks run on this machine.

Each exercise has one tiny JSON file in the user's data folder (`COURSE_PROGRESS` names another),
so two notebooks never overwrite each other's news. A full disk or a read-only home costs the
record, never the check.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from course.checks.expected import chapters
from course.checks.report import NOT_ATTEMPTED, Report

WORDS = {"right": "right", "wrong": "tried", "not attempted": "untouched"}


def folder() -> Path:
    """Where the records lie."""
    if os.environ.get("COURSE_PROGRESS"):
        return Path(os.environ["COURSE_PROGRESS"])
    import platformdirs

    return Path(platformdirs.user_data_dir("neural-networks-worked-out", appauthor=False))


def record(report: Report) -> list[str]:
    """Keep a report's state; return a sentence for the student if that was not possible.

    Nothing is kept while nbgrader runs the notebook, nor for an untouched exercise.
    """
    if os.environ.get("NBGRADER_EXECUTION") or report.state == NOT_ATTEMPTED:
        return []
    path = folder() / f"{report.name}.json"
    text = json.dumps({"state": report.state, "score": report.score})
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=path.parent, suffix=".part", delete=False, encoding="utf-8"
        ) as file:
            temporary = file.name
            file.write(text)
        os.replace(temporary, path)
    except OSError as error:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        return [f"progress() will not know of this check: {path.parent} ({error.strerror})."]
    return []


@dataclass(frozen=True)
class Progress:
    """The state of every exercise, by chapter; displays itself as a table."""

    rows: tuple[tuple[str, str, str], ...]  # (chapter's title, exercise, word)

    def __str__(self) -> str:
        lines, last = [], None
        for chapter, exercise, word in self.rows:
            if chapter != last:
                words = [w for c, _, w in self.rows if c == chapter]
                lines.append(f"{chapter}: {words.count('right')} of {len(words)} right")
                last = chapter
            lines.append(f"  {exercise:<24}{word}")
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from html import escape

        signs = {"right": "✓", "tried": "✗", "untouched": "○"}
        body = "".join(
            f"<tr><td>{escape(chapter)}</td><td><code>{escape(exercise)}</code></td>"
            f'<td><span aria-hidden="true">{signs[word]}</span> {word}</td></tr>'
            for chapter, exercise, word in self.rows
        )
        head = "".join(f'<th scope="col">{h}</th>' for h in ("chapter", "exercise", "state"))
        return (
            '<table aria-label="Your progress"><thead><tr>'
            f"{head}</tr></thead><tbody>{body}</tbody></table>"
        )


def progress() -> Progress:
    """What is right, tried and untouched, chapter by chapter."""
    return Progress(
        tuple(
            (chapter.title, exercise, WORDS[_state(exercise)])
            for chapter in chapters()
            for exercise in chapter.exercises
        )
    )


def _state(exercise: str) -> str:
    """The recorded state; a record that can't be read counts as none."""
    try:
        state = json.loads((folder() / f"{exercise}.json").read_text(encoding="utf-8"))["state"]
        return state if state in WORDS else NOT_ATTEMPTED
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return NOT_ATTEMPTED
