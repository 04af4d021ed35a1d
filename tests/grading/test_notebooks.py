"""The notebooks themselves, run in a real kernel: stated figures, full marks, untouched release."""

import os
import re
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import nbconvert
import nbformat
import pytest
from nbclient import NotebookClient

from grading import notebook
from grading.build import Layout
from grading.chapter import read

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = Layout.at(ROOT).names()
MODEL = "ch04_rnn"  # it has a quiz and a written question
BUDGET_SECONDS = 90
BUDGET_KIB = 2 * 2**20


def nbval(
    folder: Path, name: str, stated: dict[str, str], last: str | None = None
) -> subprocess.CompletedProcess:
    """Run a chapter's source notebook under nbval, its stated figures stored as outputs.

    `last` is the id of the cell to stop at.
    """
    source = nbformat.read(ROOT / "source" / name / f"{name}.ipynb", as_version=4)
    if last:
        ids = [cell.id for cell in source.cells]
        source.cells = source.cells[: ids.index(last) + 1]
    path = folder / f"{name}.ipynb"
    nbformat.write(notebook.with_stated_outputs(source, stated), path)
    return subprocess.run(
        # -p no:cacheprovider and an own rootdir: the repository's settings are not nbval's
        [sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-current-env", "-q", path.name]
        + ["-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir", str(folder)],
        cwd=folder,
        env=os.environ
        | {"COURSE_CHECK": "raise", "PYTHONPATH": str(ROOT), "COURSE_PROGRESS": str(folder / "p")},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_runs_and_prints_what_it_states(name, tmp_path):
    """With the answers in: no error, every check right, every stated figure true, in budget."""
    stated = notebook.stated_outputs(read(ROOT / "chapters" / f"{name}.md"))
    assert stated, "a chapter states figures"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = nbval(tmp_path, name, stated)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "warnings summary" not in done.stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    # Time on the processor, which hardly depends on what else the machine does.
    assert seconds <= BUDGET_SECONDS, f"{name} took {seconds:.0f} s of processor time"
    if after.ru_maxrss > before.ru_maxrss:  # the largest process so far was this run's
        assert after.ru_maxrss <= BUDGET_KIB, f"{name} took {after.ru_maxrss / 2**20:.1f} GB"


def test_a_changed_digit_fails(tmp_path):
    """One digit of one stated figure is changed: exactly that cell fails."""
    name = CHAPTERS[0]
    stated = notebook.stated_outputs(read(ROOT / "chapters" / f"{name}.md"))
    key = next(k for k, text in stated.items() if re.search(r"\d\.\d{4}", text))
    right = dict(stated)
    stated[key] = re.sub(
        r"(\d\.\d{3})(\d)", lambda m: m[1] + str((int(m[2]) + 1) % 10), stated[key], count=1
    )
    assert nbval(tmp_path, name, right, key).returncode == 0
    done = nbval(tmp_path, name, stated, key)
    assert done.returncode == 1
    assert re.search(r"^1 failed", done.stdout, re.MULTILINE), done.stdout[-2000:]


def run(path: Path, folder: Path, **environment: str) -> nbformat.NotebookNode:
    """Run All, as JupyterLab does it: the first error ends the run."""
    book = nbformat.read(path, as_version=4)
    env = os.environ | {"PYTHONPATH": str(ROOT), "COURSE_PROGRESS": str(folder)} | environment
    client = NotebookClient(book, timeout=300, kernel_name="python3")
    client.execute(env=env)
    return book


def outputs(book: nbformat.NotebookNode, suffix: str) -> list[str]:
    """The plain text that each graded check cell shows."""
    return [
        cell.outputs[0]["data"]["text/plain"]
        for cell in book.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id", "").endswith(suffix)
    ]


def pictures(book: nbformat.NotebookNode) -> list[tuple[str, str]]:
    """Of each cell that shows a widget: its source, and the text of the picture that is kept.

    A cell that waits for a function of the student's may have none.
    """
    found = []
    for cell in book.cells:
        if cell.cell_type != "code" or not re.search(r"(?m)^ *(\w+ = )?widgets\.", cell.source):
            continue
        shown = [output.get("data", {}).get("text/html", "") for output in cell.outputs]
        kept = [html for html in shown if "nnwo-still" in html]
        if kept or "finished(" not in cell.source:
            image = r'<img src="data:image/png;base64,iVBOR[^>]* alt="([^"]{60,})"'
            assert len(kept) == 1 and re.search(image, kept[0]), f"{cell.source}: no picture"
            found.append((cell.source, re.search(image, kept[0])[1]))
    return found


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_untouched_release_runs_to_its_end(name, tmp_path):
    """Run All goes through without an error or a warning; every exercise says "not attempted"."""
    book = run(ROOT / "release" / name / f"{name}.ipynb", tmp_path)
    shown = outputs(book, "-check")
    assert shown and all(text.endswith("not attempted yet.") for text in shown), shown
    for cell in book.cells:
        for output in cell.get("outputs", []):
            assert output.get("name") != "stderr", output
            assert output.output_type != "error"
    for source, alt in pictures(book):
        stub = re.search(r"widgets\.\w+\((\w*)", source)[1]
        own = any(
            c.get("metadata", {}).get("nbgrader", {}).get("grade_id") == stub for c in book.cells
        )
        assert (f"{stub} is not written yet" in alt) == own, alt
    page, _ = nbconvert.HTMLExporter().from_notebook_node(book)
    assert page.count('class="nnwo-still"') == len(pictures(book))


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_source_scores_full_marks_where_nbgrader_reads_them(name, tmp_path):
    """While nbgrader runs it, each check cell's plain text is its full points and no more."""
    book = run(ROOT / "source" / name / f"{name}.ipynb", tmp_path, NBGRADER_EXECUTION="autograde")
    told = " ".join(alt for _, alt in pictures(book))
    assert told, "a chapter shows widgets"
    assert "not written yet" not in told and "stopped in" not in told and "; expected" not in told
    for cell in book.cells:
        options = cell.metadata.get("nbgrader", {})
        if options.get("grade") and cell.cell_type == "code":
            assert float(cell.outputs[0]["data"]["text/plain"]) == options["points"]


def validate(path: Path, folder: Path, expected: Path | None = None) -> str:
    """What `nbgrader validate` prints of a notebook; its exit status is 0 either way."""
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    env = os.environ | {"PYTHONPATH": str(ROOT), "COURSE_PROGRESS": str(folder / "p")}
    env |= {"COURSE_EXPECTED": str(expected)} if expected else {}
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "validate", str(path)],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
    )
    return done.stdout


@pytest.mark.parametrize("name", [MODEL])
def test_validate_passes_on_source_and_fails_on_release(name, tmp_path):
    """nbgrader's validation is content with the answers, and names each stub as not attempted."""
    said = validate(ROOT / "source" / name / f"{name}.ipynb", tmp_path)
    assert "Success! Your notebook passes all the tests." in said
    said = validate(ROOT / "release" / name / f"{name}.ipynb", tmp_path)
    chapter = read(ROOT / "chapters" / f"{name}.md")
    stubs = [cell.exercise for cell in chapter.stubs()]
    written = sum("written" in cell.options for cell in chapter.cells)
    assert f"VALIDATION FAILED ON {len(stubs) + written} CELL(S)" in said
    assert all(f"{stub}: not attempted yet." in said for stub in stubs)


def test_validate_shows_the_report_and_no_frames_of_ours(built):
    """On a chapter with a quiz and a written question, the error shown is the report itself."""
    expected = built.root / "course" / "checks" / "expected"
    assert "Success!" in validate(built.notebook("source"), built.root, expected)
    book = nbformat.read(built.notebook("release"), as_version=4)
    (stub,) = [c for c in book.cells if "def weighted_mean" in c.source]
    stub.source = stub.source.replace("raise NotImplementedError", "return (w * x).sum() / len(w)")
    path = built.root / "tried.ipynb"
    nbformat.write(book, path)
    said = validate(path, built.root, expected)
    assert "CheckFailed: weighted_mean: not right yet" in said
    assert "This is what you get when the sum is divided by n." in said
    assert "Traceback" not in said and "course/checks" not in said
