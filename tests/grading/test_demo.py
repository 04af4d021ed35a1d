"""make demo: the whole road, from release to grades, walked by a simulated class."""

import html
import subprocess
import sys
from pathlib import Path

import pytest

from grading import chapter
from grading.build import Layout, gather

ROOT = Path(__file__).resolve().parents[2]
NAME = "ch04_rnn"


@pytest.fixture(scope="module")
def played(tmp_path_factory) -> tuple[str, Path]:
    """What the demo printed, and its folder."""
    folder = tmp_path_factory.mktemp("demo") / "class"
    before = state_of_repository()
    done = subprocess.run(
        [sys.executable, "-m", "grading", "demo", "--folder", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert state_of_repository() == before
    return done.stdout, folder


def state_of_repository() -> str:
    """What git sees; the demo must leave it alone."""
    done = subprocess.run(
        ["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True
    )
    return done.stdout


def rows(text: str) -> dict[str, str]:
    """The table, one joined line a student."""
    found: dict[str, str] = {}
    last = ""
    for line in text.split("what the feedback said\n")[1].split("\n\n")[0].splitlines():
        if line.startswith(" "):
            found[last] += " " + line.strip()
        else:
            last = line.split()[0]
            found[last] = " ".join(line.split())
    return found


def test_honest_students_and_their_scores(played):
    """Full marks for right answers, none for untouched ones, some for half the work."""
    table = rows(played[0])
    cells = chapter.read(Layout.at(ROOT).chapters / f"{NAME}.md").cells
    points = [cell.options["points"] for cell in cells if "exercise" in cell.options]
    quiz = sum(cell.options["points"] for cell in cells if "quiz" in cell.options)
    total = sum(cell.options.get("points", 0) for cell in cells)  # a person grades the rest
    assert len(table) == 19
    assert f"all right {sum(points) + quiz} / {total} All right." in table["ada"]
    half = sum(points[: len(points) // 2])
    assert f"half of it done {half} / {total}" in table["ben"]
    assert f"untouched 0 / {total}" in table["chidi"]
    listed = table["chidi"].split("Not attempted: ")[1]
    assert listed.count(",") == len(points)
    # one cell that does not run costs its own exercise, and no other
    assert f"a cell that won't run {sum(points[1:])} / {total}" in table["dana"]
    assert "SyntaxError" in table["dana"]


def test_hostile_students_gain_nothing(played):
    """Rewritten checks, answers by heart and the like earn nothing; bad luck costs what it must."""
    table = rows(played[0])
    cells = chapter.read(Layout.at(ROOT).chapters / f"{NAME}.md").cells
    points = [cell.options["points"] for cell in cells if "exercise" in cell.options]
    total = sum(cell.options.get("points", 0) for cell in cells)
    for name in ("mallory", "oscar", "sybil", "victor", "walter"):
        assert f" 0 / {total} " in table[name], table[name]
    assert "found 0 of what I looked for" in table["victor"]
    right = table["ada"].split("/")[0].split()[-1]
    assert f" {float(right) - points[0]:g} / {total} " in table["trudy"]
    assert "ran longer than" in table["trudy"]
    assert f" {right} / {total} " in table["xenia"]


def test_each_listed_mistake_is_named_in_the_feedback(played):
    """Every mistake of every key was made by somebody, and her feedback names it."""
    layout = Layout.at(ROOT)
    text = chapter.read(layout.chapters / f"{NAME}.md")
    keys, _, _ = gather(text, layout.answers / NAME)
    pages = list((played[1] / "course" / "feedback").glob("*/*/*.html"))
    said = "\n".join(html.unescape(page.read_text()) for page in pages)
    assert len(pages) == 19
    for key in keys.values():
        for mistake in key.mistakes:
            # somebody may have made two mistakes at once, and is told both
            assert mistake.when in said, (key.name, mistake.name)
    assert said.count("is what you get when") >= sum(len(k.mistakes) for k in keys.values()) / 2


def test_the_grades_are_exported(played):
    """The CSV file of nbgrader's own exporter has a row for each student."""
    lines = (played[1] / "course" / "grades" / f"{NAME}.csv").read_text().splitlines()
    assert len(lines) == 20


def test_somebody_elses_folder_is_left_alone(tmp_path):
    """The demo makes its folder anew each time, but only one that it made itself."""
    (tmp_path / "thesis.tex").write_text("years of work")
    done = subprocess.run(
        [sys.executable, "-m", "grading", "demo", "--folder", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2 and "is not empty and no demo" in done.stderr
    assert (tmp_path / "thesis.tex").exists()
