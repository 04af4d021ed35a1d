"""Every chapter keeps the contract; and each rule of the contract can be broken."""

import re
from pathlib import Path

import pytest

from grading import contract
from grading.build import Layout
from grading.chapter import read

ROOT = Path(__file__).resolve().parents[2]
LAYOUT = Layout.at(ROOT)
COVERAGE = LAYOUT.chapters / "coverage.toml"


@pytest.mark.parametrize("name", LAYOUT.names())
def test_a_chapter_keeps_the_contract(name):
    """Rhythm, lengths, alternative texts, coverage: nothing is missing."""
    found = contract.breaches(read(LAYOUT.chapters / f"{name}.md"), COVERAGE)
    assert found == [], "\n".join(found)


def owed_of(text: str, folder: Path) -> list[str]:
    """What a changed text of the model chapter would still owe."""
    path = folder / "ch04_rnn.md"
    path.write_text(text, encoding="utf-8")
    return contract.breaches(read(path), COVERAGE)


# (pattern in the model chapter, what is put in its place, what the contract says of it)
FAULTS = {
    "another title": (r"(?m)^# .*$", "# Something else", "does not begin with"),
    "no time": (r"\*\*Time:\*\*", "Time:", r"lacks \*\*Time"),
    "wrong points": (r"\*\*Points:\*\* \d+", "**Points:** 7", r"must say \*\*Points"),
    "no recap": (r"#+ Recap", "## Summary", "no section Recap"),
    "no reading": (r"## Where to read more", "## Links", "no section Where to read more"),
    "long code": (r"import math\n", "import math\n" + "x = 1\n" * 30, "code cell of"),
    "long prose": (r"(?m)^(#+ Where to read more)$", "\\1\n\n" + "word " * 200, "text cell of"),
    "filler": (r"Three matrices", "Obviously three matrices", "'Obviously' says nothing"),
    "shouting": (r"(?m)^(#+ Recap)$", "\\1\n\nWell done!\n", "exclamation mark"),
    "no alternative text": (r"alt=\"[^\"]*\"", 'alt="A plot."', "needs an alt"),
    "plain pyplot": (r"show\(fig, alt=\"[^\"]*\"\)", "plt.show()", "has no alternative"),
    "no axis label": (r"xlabel", "x_label", "without xlabel"),
    "not predicted": (r"redict", "uess", "nothing is predicted"),
    "no widgets": (r"widgets\.\w+\(", "print(", "0 widgets; at least 2"),
    "a single widget": (r"widgets\.step_\w+\(", "print(", "1 widgets; at least 2"),
    "widget not predicted": (r"redict, then move", "ove", "opens the widget"),
    "widget not tagged": (
        r"(?s):tags: \[demo\]\n([^`]*widgets\.)",
        "\\1",
        "a widget's cell is not tagged",
    ),
    "widget not interpreted": (
        r"(widgets\.gradient_tunnel\([^`]*```\n\n\+\+\+)",
        "\\1\n\n### Next\n\n+++",
        "after the widget says",
    ),
    "a widget is no excuse": (
        r"(?m)^(widgets\.gradient_tunnel.*)$",
        "\\1\ngrad_flow(1, h)",
        "without `if finished",
    ),
    "runs unfinished": (r"if finished\([^)]*\):", "if True:", "without `if finished"),
    "no example": (r"Example: ", "So: ", "gives no example"),
    "no boxes": (r"\*\*Common mistake\.\*\*", "**Mind.**", "boxes"),
    "row not covered": (r"RNN-04", "RNN-99", "no cell covers RNN-04"),
    "exercise missing": (r":exercise: jordan\n:points: \d+\n", "", "exercise jordan is missing"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_named(fault, tmp_path):
    """Each rule catches the fault that it is there for, in words an author can act on."""
    pattern, replacement, said = FAULTS[fault]
    text = (LAYOUT.chapters / "ch04_rnn.md").read_text(encoding="utf-8")
    changed, count = re.subn(pattern, replacement, text, count=0 if fault != "long prose" else 1)
    assert count, "the fault could not be planted"
    before = set(owed_of(text, tmp_path))
    new = [line for line in owed_of(changed, tmp_path) if line not in before]
    assert any(re.search(said, line) for line in new), new


def test_a_chapter_that_nobody_listed(tmp_path):
    """A chapter without an entry in coverage.toml is told so."""
    path = tmp_path / "ch99_new.md"
    path.write_text((LAYOUT.chapters / "ch04_rnn.md").read_text(encoding="utf-8"))
    found = contract.breaches(read(path), COVERAGE)
    assert any("does not say what ch99_new owes" in text for text in found)


@pytest.mark.parametrize(
    ("pattern", "replacement", "said"),
    [
        (r"widgets\.", "lab.", "0 widgets; at least 1"),
        (r"(?m)^prints: \|\n(  .*\n)+", "", "0 cells state what they print; at least 1"),
        (r"(?m)^5\. Restart.*$", "", "no section Recap of five list lines"),
        (r"(?m)^\+\+\+$", "+++\n\nMore.\n" * 5 + "\n+++", "has 10 to 40"),
    ],
)  # fmt: skip
def test_the_start_chapter_is_held_to_sizes_of_its_own(pattern, replacement, said, tmp_path):
    """Five minutes: fewer cells, widgets and stated figures, no papers; but it owes them."""
    text = (LAYOUT.chapters / "ch00_start.md").read_text(encoding="utf-8")
    path = tmp_path / "ch00_start.md"
    path.write_text(re.sub(pattern, replacement, text), encoding="utf-8")
    assert any(said in line for line in contract.breaches(read(path), COVERAGE))


def test_no_other_chapter_is_as_short_as_the_start(tmp_path):
    """The same text under another name owes cells, stated figures and papers."""
    path = tmp_path / "ch98_start.md"
    path.write_text((LAYOUT.chapters / "ch00_start.md").read_text(encoding="utf-8"))
    found = "\n".join(contract.breaches(read(path), COVERAGE))
    assert "a chapter has 40 to 80" in found and "at least 5" in found
    assert "no section Where to read more" in found
