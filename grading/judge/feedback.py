"""What a student and her grader see of a judgement, written into the autograded notebook.

nbgrader makes the feedback page and formgrader's page from that notebook. Whatever a student
produced is text here, cleaned and escaped; the only HTML is our own.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode, from_dict, v4
from nbgrader.preprocessors import NbGraderPreprocessor

from course.checks.report import NOT_ATTEMPTED as OPEN
from course.checks.report import RIGHT, Line, Report
from course.checks.report import WRONG as FALSE
from grading.judge.escaping import line, plain, png
from grading.judge.verdict import (
    ERROR,
    INTERNAL,
    MEMORY,
    NOT_ATTEMPTED,
    PASS,
    TIMEOUT,
    WRONG,
    Judgement,
    Output,
    Verdict,
)

CHECK = "-check"  # an exercise's grade cell is called like the exercise, with this
STATES = {PASS: RIGHT, WRONG: FALSE, ERROR: FALSE, TIMEOUT: FALSE, MEMORY: FALSE}
ENDED = {
    ERROR: "stopped by an error",
    TIMEOUT: "it ran too long and was stopped",
    MEMORY: "it needed too much memory and was stopped",
}
FAULT = (
    "This could not be graded: a fault of the grader, not yours. A person will look at it; until "
    "then a 0 that is shown for it is no score."
)
DRAWN = "a picture that this cell drew"
UNSAFE = "Graded without the sandbox: whoever graded trusted this notebook's code."


@dataclass
class Graded(Report):
    """The report of a check with the judge's verdict in its headline."""

    verdict: str = ""

    @property
    def headline(self) -> str:
        """The verdict in a sentence."""
        if self.verdict == INTERNAL:
            return f"{self.name}: not graded yet."
        if self.verdict not in ENDED:
            return super().headline
        met = sum(line.state == RIGHT for line in self.lines)
        share = f"; {met} of {len(self.lines)} {self.counted}" if met else ""
        return f"{self.name}: {ENDED[self.verdict]}{share}."


def report(verdict: Verdict) -> Graded:
    """A verdict as the report that `check` would show."""
    titles = [criterion.title for criterion in verdict.criteria]
    quiz = bool(titles) and all(title.startswith("Question ") for title in titles)
    lines = [Line(line(c.title), RIGHT if c.met else FALSE, line(c.note)) for c in verdict.criteria]
    messages = [line(text) for text in verdict.messages]
    return Graded(
        name=line(verdict.name),
        state=STATES.get(verdict.verdict, OPEN),
        score=verdict.score or 0.0,
        points=verdict.points,
        lines=lines if verdict.verdict != NOT_ATTEMPTED else [],
        messages=[FAULT] if verdict.verdict == INTERNAL else messages,
        hints=[line(text) for text in verdict.hints],
        notes=[line(text) for text in verdict.notes],
        counted="questions right" if quiz else "criteria met",
        verdict=verdict.verdict,
    )


def show(judgement: Judgement, notebook: NotebookNode) -> None:
    """Put a judgement into its notebook: outputs, verdicts, and above all what was put right."""
    verdicts = {verdict.name + CHECK: verdict for verdict in judgement.verdicts}
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code":
            continue
        if about.get("grade_id") in verdicts:
            cell.outputs = _shown(verdicts[about["grade_id"]])
        else:
            cell.outputs = list(outputs(judgement.outputs.get(cell.get("id", ""), ())))
            cell.execution_count = None
    said = _preface(judgement)
    if said:
        # Blank lines would end the HTML in Markdown's eyes; `box` has none.
        notebook.cells.insert(0, v4.new_markdown_cell(said, id="before-grading"))


def outputs(found: Iterable[Output]) -> Iterable[NotebookNode]:
    """The outputs of one cell as a notebook holds them: text, and pictures that are PNGs."""
    for output in found:
        text = plain(output.text)
        if output.kind in ("stdout", "stderr"):
            yield from_dict({"output_type": "stream", "name": output.kind, "text": text})
        elif output.kind == "error":
            lines = text.split("\n")
            row = {"output_type": "error", "ename": "Error", "evalue": "", "traceback": lines}
            yield from_dict(row)
        elif output.kind == "image" and png(output.text):
            alt = {"image/png": {"alt": DRAWN}}
            yield _displayed({"image/png": png(output.text)}, alt)
        elif output.kind == "image":
            yield _displayed({"text/plain": "(a picture that is no PNG)"})
        else:
            yield _displayed({"text/plain": text})


class HideReviews(NbGraderPreprocessor):
    """Takes out of a feedback page what was meant for the person who grades."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: ResourcesDict, cell_index: int
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Drop a cell's outputs that are marked for the grader."""
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if not _for_grader(o)]
        return cell, resources


def box(title: str, sentences: Sequence[str]) -> str:
    """A title and sentences as an HTML fragment, in the manner of a check's report."""
    rows = [
        '<div role="note" style="border-left: 4px solid #808080; padding: 0.3em 0 0.3em 0.9em; '
        'margin: 0.3em 0; max-width: 50em; line-height: 1.5; color: inherit">',
        f'<p style="margin: 0 0 0.3em 0"><strong>{html.escape(title)}</strong></p>',
    ]
    for text in sentences:
        rows.append(f'<p style="margin: 0.3em 0">{html.escape(line(text))}</p>')
    return "\n".join([*rows, "</div>"])


def _shown(verdict: Verdict) -> list[NotebookNode]:
    """A grade cell's outputs: the verdict, and what only the person who grades should see."""
    told = report(verdict)
    found = [_displayed({"text/plain": str(told), "text/html": told.html()})]
    if verdict.review:
        data = {
            "text/plain": "For the person who grades: " + "; ".join(map(line, verdict.review)),
            "text/html": box("For the person who grades (not in the feedback)", verdict.review),
        }
        found.append(_displayed(data, {"course": {"grader": True}}))
    return found


def _displayed(data: dict[str, str], metadata: Mapping[str, Any] | None = None) -> NotebookNode:
    """An output that shows the same thing in one or more ways. nbformat's own `new_output` checks
    it against a schema, which takes longer than all that is done with it."""
    shown = {"output_type": "display_data", "data": data, "metadata": dict(metadata or {})}
    return from_dict(shown)


def _for_grader(output: NotebookNode) -> bool:
    return bool(output.get("metadata", {}).get("course", {}).get("grader"))


def _preface(judgement: Judgement) -> str:
    """What must be said before all else, as HTML; "" if nothing."""
    boxes = []
    if judgement.problem:
        boxes.append(box("This submission could not be graded as it is", [judgement.problem]))
    waiting = [verdict.name for verdict in judgement.verdicts if verdict.verdict == INTERNAL]
    if waiting:
        boxes.append(box(f"Not graded yet, and not in the total: {', '.join(waiting)}", [FAULT]))
    if judgement.repairs:
        boxes.append(box("What was put right before grading", judgement.repairs))
    if not judgement.sandboxed:
        boxes.append(box("A note on this grade", [UNSAFE]))
    return "\n".join(boxes)
