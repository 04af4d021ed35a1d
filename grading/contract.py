"""What every chapter owes its students, as rules over its cells.

A rule takes a chapter and returns sentences for whoever writes it: none where all is well.
"""

from __future__ import annotations

import ast
import re
import statistics
import tomllib
from collections.abc import Iterator
from pathlib import Path

from grading.chapter import Cell, Chapter, methods

DEFINITIONS = ast.FunctionDef | ast.ClassDef
CELLS = (40, 80)  # a chapter of two hours
LONG_CELLS = 140  # one of a day, with more than MANY exercises and a break point in its middle
MANY = 8
START = "ch00_start"  # how the course works, in five minutes
START_CELLS = (10, 40)
WIDGETS = 2
QUESTIONS = 10  # what a longer quiz asks beyond them is a test of its own, and not counted as cells
CODE_LINES = 25
TYPICAL_CODE_LINES = 15
PROSE_WORDS = 165  # in one text cell; more is two thoughts
FILLER = re.compile(r"\b(simply|obviously|of course|trivial(?:ly)?|note that)\b", re.IGNORECASE)
CODE = re.compile(r"`[^`]*`|\$\$.*?\$\$|\$[^$]*\$", re.DOTALL)


def opening(chapter: Chapter) -> Iterator[str]:
    """Title, promise, three to five abilities, needs, time, points."""
    first = chapter.cells[0].source
    if not first.startswith(f"# {chapter.title}\n"):
        yield f"the first cell does not begin with `# {chapter.title}`"
    if "**You will be able to**" not in first:
        yield "the first cell has no **You will be able to**"
    abilities = len(re.findall(r"^- ", first, re.MULTILINE))
    if not 3 <= abilities <= 5:
        yield f"the first cell promises {abilities} abilities; three to five can be kept"
    for word in ("**You need**", "**Time:**", "**Points:**"):
        if word not in first:
            yield f"the first cell lacks {word}"
    total = sum(cell.options.get("points", 0) for cell in chapter.cells)
    if f"**Points:** {total:g}" not in first:
        yield f"the first cell must say **Points:** {total:g}, the sum of all points"


def ending(chapter: Chapter) -> Iterator[str]:
    """A recap of five lines, then where to read more, with years."""
    texts = [cell.source for cell in chapter.cells if cell.kind == "markdown"]
    recap = next((t for t in texts if re.search(r"^#+ Recap", t, re.MULTILINE)), "")
    if len(re.findall(r"^(?:- |\d\. )", recap, re.MULTILINE)) != 5:
        yield "there is no section Recap of five list lines"
    if chapter.name == START:  # its subject is in no paper
        return
    more = next((t for t in texts if re.search(r"^#+ Where to read more", t, re.MULTILINE)), "")
    if len(re.findall(r"\((?:19|20)\d\d\)|\b(?:19|20)\d\d\b", more)) < 3:
        yield "there is no section Where to read more with three papers or books and their years"


def size(chapter: Chapter) -> Iterator[str]:
    """Cells are as short as a thought."""
    low, high = START_CELLS if chapter.name == START else CELLS
    if sum("exercise" in cell.options for cell in chapter.stubs()) > MANY:
        high = LONG_CELLS
    questions = sum("question" in cell.options for cell in chapter.cells)
    count = len(chapter.cells) - max(0, questions - QUESTIONS)
    if not low <= count <= high:
        yield f"{count} cells; a chapter has {low} to {high}"
    lengths = []
    for cell in chapter.cells:
        if cell.kind == "code":
            lines = cell.source.count("\n") + 1
            lengths.append(lines)
            if lines > CODE_LINES:
                yield f"line {cell.line}: a code cell of {lines} lines; {CODE_LINES} is the limit"
        else:
            words = len(CODE.sub(" ", _paragraphs(cell)).split())
            if words > PROSE_WORDS:
                yield f"line {cell.line}: a text cell of {words} words; split it, or cut"
    if statistics.median(lengths) > TYPICAL_CODE_LINES:
        yield f"half of the code cells have more than {TYPICAL_CODE_LINES} lines"


def prose(chapter: Chapter) -> Iterator[str]:
    """No filler, no shouting."""
    for cell in chapter.cells:
        if cell.kind == "markdown":
            text = CODE.sub(" ", cell.source)
            if match := FILLER.search(text):
                yield f"line {cell.line}: {match[0]!r} says nothing; leave it out"
            if re.search(r"[a-zA-Z)]!", text.replace("![", "[")):
                yield f"line {cell.line}: an exclamation mark; let the number impress"


def figures(chapter: Chapter) -> Iterator[str]:
    """Shown with alternative text, labelled, predicted before, interpreted after."""
    for before, cell, after in _with_neighbours(chapter):
        if cell.kind != "code":
            continue
        if "plt.show(" in cell.source:
            yield f"line {cell.line}: plt.show() has no alternative text; use show(...)"
        shown = list(_calls(cell, "show"))
        if not shown:
            continue
        for call in shown:
            alt = next((k.value for k in call.keywords if k.arg == "alt"), None)
            text = alt.value if isinstance(alt, ast.Constant) else ""
            if len(str(text)) < 40 and not isinstance(alt, ast.JoinedStr):
                yield f"line {cell.line}: show(...) needs an alt that says what is seen"
        for axis in ("xlabel", "ylabel"):
            if axis not in cell.source:
                yield f"line {cell.line}: a figure without {axis}"
        if after is None or after.kind != "markdown" or after.source.startswith("#"):
            yield f"line {cell.line}: no sentence after the figure says what was seen"
        if before is None or "redict" not in before.source:
            yield f"line {cell.line}: nothing is predicted before the figure"


def demonstrations(chapter: Chapter) -> Iterator[str]:
    """A cell that uses a student's function waits until it is finished, and is tagged demo.

    A widget does not wait: it says what is missing, and a wrong function is what it is there for.
    """
    names = {cell.exercise for cell in chapter.stubs() if "quiz" not in cell.options}
    helpers: dict[str, set[str]] = {}  # functions of the chapter's own that use an exercise
    for cell in chapter.cells:
        if cell.kind != "code" or cell.exercise or "setup" in cell.tags:
            continue
        tree = ast.parse(cell.source)
        used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} - _shown_live(cell)
        for node in tree.body:
            if isinstance(node, DEFINITIONS):
                inner = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
                if inner & names:
                    helpers[node.name] = inner & names
        defined = {node.name for node in tree.body if isinstance(node, DEFINITIONS)}
        only_defines = all(isinstance(n, DEFINITIONS | ast.Assign) for n in tree.body)
        needs = (used & names) or (used & set(helpers) - defined)
        if needs and not only_defines and "finished(" not in cell.source:
            yield f"line {cell.line}: uses {', '.join(sorted(needs))} without `if finished(...):`"
        if needs and "demo" not in cell.tags:
            yield f"line {cell.line}: uses {', '.join(sorted(needs))} and is not tagged demo"


def live(chapter: Chapter) -> Iterator[str]:
    """At least two widgets, each predicted before it is moved, and interpreted after."""
    found = 0
    for before, cell, after in _with_neighbours(chapter):
        if cell.kind != "code" or not list(_widgets(cell)):
            continue
        found += 1
        if "demo" not in cell.tags:
            yield f"line {cell.line}: a widget's cell is not tagged demo"
        if before is None or not re.search(r"redict, then move", before.source):
            yield f"line {cell.line}: no **Predict, then move.** opens the widget"
        if after is None or after.kind != "markdown" or after.source.startswith("#"):
            yield f"line {cell.line}: no sentence after the widget says what was seen"
    wanted = 1 if chapter.name == START else WIDGETS
    if found < wanted:
        yield f"{found} widgets; at least {wanted}"


def exercises(chapter: Chapter) -> Iterator[str]:
    """A stub's docstring gives an example, its arguments their shapes."""
    for cell in chapter.stubs():
        stub = ast.parse(cell.source).body[0]
        assert isinstance(stub, DEFINITIONS)
        functions = methods(stub) if isinstance(stub, ast.ClassDef) else [stub]
        texts = [ast.get_docstring(node) or "" for node in {stub, *functions}]
        if not any("eturn" in text for text in texts):
            yield f"line {cell.line}: the docstring of {stub.name} does not say what it returns"
        if "quiz" in cell.options:
            continue
        if not any("xample" in text for text in texts):
            yield f"line {cell.line}: the docstring of {stub.name} gives no example"
        for function in functions:
            lines = cell.source.splitlines()[function.lineno - 1 :]
            head = "\n".join(lines).split("):\n")[0].splitlines()[1:]
            bare = [x.strip() for x in head if x.strip() not in ("", "self,") and "#" not in x]
            if bare:
                yield f"line {cell.line}: {stub.name} has arguments without a comment: {bare[0]}"


def boxes(chapter: Chapter) -> Iterator[str]:
    """At least one common-mistake box an exercise."""
    text = "\n".join(cell.source for cell in chapter.cells if cell.kind == "markdown")
    found = text.count("> **Common mistake.**")
    wanted = sum("exercise" in cell.options for cell in chapter.stubs())
    if found < min(wanted, 6):
        yield f"{found} boxes `> **Common mistake.**`; at least {min(wanted, 6)}"


def stated_figures(chapter: Chapter) -> Iterator[str]:
    """Numbers worked by hand are stated, so that the tests can hold the text to them."""
    found = sum("prints" in cell.options for cell in chapter.cells)
    wanted = 1 if chapter.name == START else 5
    if found < wanted:
        yield f"{found} cells state what they print; at least {wanted}"


RULES = (
    *(opening, ending, size, prose, figures),
    *(demonstrations, live, exercises, boxes, stated_figures),
)


def breaches(chapter: Chapter, coverage: Path) -> list[str]:
    """Everything in a chapter that breaks the contract, as sentences.

    `coverage` is the file that lists what each chapter owes (chapters/coverage.toml).
    """
    found = [text for rule in RULES for text in rule(chapter)]
    owed = tomllib.loads(coverage.read_text(encoding="utf-8")).get(chapter.name)
    if owed is None:
        return [*found, f"{coverage} does not say what {chapter.name} owes"]
    return found + list(owing(chapter, owed))


def owing(chapter: Chapter, owed: dict) -> Iterator[str]:
    """Rows that no cell covers, exercises and questions that are missing."""
    covered = {row for cell in chapter.cells for row in cell.options.get("covers", [])}
    for row in _rows(owed.get("rows", [])):
        if row not in covered:
            yield f"no cell covers {row}; name it in the option `covers` of the cell that does"
    for name in owed.get("exercises", []):
        if all(cell.exercise != name for cell in chapter.stubs()):
            yield f"the exercise {name} is missing"
    asked = sum("question" in cell.options for cell in chapter.cells)
    if asked < owed.get("questions", 4):
        yield f"the quiz has {asked} questions; at least {owed.get('questions', 4)}"


def _rows(spans: list[str]) -> Iterator[str]:
    """All ids of spans such as "RNN-01..24"."""
    for span in spans:
        start, _, end = span.partition("..")
        prefix, first = start.rsplit("-", 1)
        for number in range(int(first), int(end or first) + 1):
            yield f"{prefix}-{number:0{len(first)}d}"


def _paragraphs(cell: Cell) -> str:
    """A cell's text without tables and formulas set apart."""
    lines = [line for line in cell.source.splitlines() if not line.startswith("|")]
    return "\n".join(lines)


def _with_neighbours(chapter: Chapter) -> Iterator[tuple[Cell | None, Cell, Cell | None]]:
    """Each cell with the text before it and the cell after it."""
    text = None
    for index, cell in enumerate(chapter.cells):
        after = chapter.cells[index + 1] if index + 1 < len(chapter.cells) else None
        yield text, cell, after
        if cell.kind == "markdown":
            text = cell


def _calls(cell: Cell, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(cell.source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield node


def _widgets(cell: Cell) -> Iterator[ast.Call]:
    """The calls of `widgets.something(...)` in a cell."""
    for node in ast.walk(ast.parse(cell.source)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="widgets"))):
                yield node


def _shown_live(cell: Cell) -> set[str]:
    """The names that a cell uses as arguments of its widgets and nowhere else."""
    inside = [n.id for w in _widgets(cell) for n in ast.walk(w) if isinstance(n, ast.Name)]
    all_names = [n.id for n in ast.walk(ast.parse(cell.source)) if isinstance(n, ast.Name)]
    return {name for name in inside if all_names.count(name) == inside.count(name)}
