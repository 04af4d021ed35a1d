"""A class of hostile, broken and odd submissions beside honest ones, and what must come out.

The submissions are data: `submissions/README.md` says how they are written down. This module
writes them into a course's folder and compares judgements with what is expected of them.
"""

import importlib.util
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from grading import answers
from grading.notebook import type_in

SUBMISSIONS = Path(__file__).parent / "submissions"
CHAPTER = "ch96_court"
COURSE_FOLDER = "COURSE_FOLDER"  # in a submission's text: where this course lies
RIGHT_LETTERS = {1: "B", 2: "A"}
SMALL = 1_000_000  # bytes of a judgement as JSON


@dataclass(frozen=True)
class Expected:
    """What the judge must say of one submission; texts are parts of what must be said.

    `README.md` beside the submissions says what the fields mean.
    """

    about: str
    verdicts: dict[str, str | list[str]] = field(default_factory=dict)
    score: dict[str, float] = field(default_factory=dict)
    review: list[str] = field(default_factory=list)
    repairs: list[str] = field(default_factory=list)
    problem: str = ""
    said: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    unsaid: list[str] = field(default_factory=list)
    waits: bool = False

    def differences(self, judgement: Mapping[str, Any], course: str | Path) -> list[str]:
        """Where a judgement (as JSON values) is not as expected, a sentence each."""
        found = []
        for row in judgement["verdicts"]:
            found += self._verdict(row)
        told = [text for v in judgement["verdicts"] for k in ("messages", "notes") for text in v[k]]
        printed = [o["text"] for cell in judgement["outputs"].values() for o in cell]
        found += _lacking("the repairs", self.repairs, judgement["repairs"])
        found += _lacking("the messages", self.said, told)
        if self.cells and not any(text in whole for text in self.cells for whole in printed):
            found.append(f"no cell's output says any of {self.cells}")
        if self.problem not in judgement["problem"] or bool(self.problem) != bool(
            judgement["problem"]
        ):
            found.append(f"the problem is {judgement['problem']!r}, not {self.problem!r}")
        whole = json.dumps(judgement)
        for text in self.unsaid:
            if text.replace(COURSE_FOLDER, str(course)) in whole:
                found.append(f"{text!r} stands in the judgement")
        if len(whole) > SMALL:
            found.append(f"the judgement has {len(whole)} bytes")
        return found

    def _verdict(self, row: Mapping[str, Any]) -> list[str]:
        name, found = row["name"], []
        wanted = self.verdicts.get(name, "pass")
        wanted = [wanted] if isinstance(wanted, str) else wanted
        if row["verdict"] not in wanted:
            said = " ".join([*row["messages"], *row["review"]])[:300]
            found.append(f"{name}: {row['verdict']}, not {' or '.join(wanted)} ({said})")
        score = self.score.get(name, 1.0 if row["verdict"] == "pass" else 0.0)
        if row["verdict"] != "internal" and abs(row["score"] - score) > 1e-6:
            found.append(f"{name}: scores {row['score']}, not {score}")
        if bool(row["review"]) != (name in self.review) and len(wanted) == 1:
            found.append(f"{name}: for review is {row['review']}")
        return found


def names() -> list[str]:
    """All submissions of the corpus, in order."""
    return sorted(path.parent.name for path in SUBMISSIONS.glob("*/expected.toml"))


def expected(name: str) -> Expected:
    """What must come out of a submission of the corpus."""
    text = (SUBMISSIONS / name / "expected.toml").read_text(encoding="utf-8")
    return Expected(**tomllib.loads(text))


def right_bodies(course: Path) -> dict[str, list[str]]:
    """Every exercise's right body, by name."""
    return {key.name: key.body() for key in _keys(course)} | {
        "court_quiz": [f"return {RIGHT_LETTERS}"]
    }


def honest_class(course: Path) -> dict[str, dict[str, list[str]]]:
    """Honest students and their bodies: all right, half, untouched, and each listed mistake."""
    right = right_bodies(course)
    students = {
        "honest_right": right,
        "honest_half": {name: right[name] for name in ("weighted_mean", "court_quiz")}
        | {"smooth": ["return x if len(x) == len(k) else x.unfold(0, len(k), 1) @ k"]},
        "honest_untouched": {},
    }
    for key in _keys(course):
        for mistake in key.mistakes:
            students[f"honest_{key.name}_{mistake.name}"] = right | {key.name: key.body(mistake)}
    return students


def submit(course: Path, name: str) -> Path:
    """Write one submission of the corpus into a course's folder `submitted/`."""
    folder = course / "submitted" / name / CHAPTER
    folder.mkdir(parents=True)
    own = SUBMISSIONS / name
    book = notebook(course, right_bodies(course))
    for cell in book["cells"]:
        path = own / f"{_grade_id(cell)}.py"
        if path.is_file():
            cell["source"] = _text(path)
    for path in sorted(own.glob("before_*.py")):
        at = next(i for i, c in enumerate(book["cells"]) if f"before_{_grade_id(c)}" == path.stem)
        book["cells"].insert(at, _helper(path))
    setup = next(i for i, c in enumerate(book["cells"]) if "setup" in c["metadata"].get("tags", ()))
    for path in reversed(sorted(own.glob("first_*.py"))):
        book["cells"].insert(setup + 1, _helper(path))
    book["cells"] += [_helper(path) for path in sorted(own.glob("last_*.py"))]
    content: Any = None
    if (own / "edit.py").is_file():
        spec = importlib.util.spec_from_file_location(f"edit_{name}", own / "edit.py")
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        content = module.edit(folder, book)
    path = folder / f"{CHAPTER}.ipynb"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is None:
        # The course's folder is what a student could know from a page with an error.
        text = json.dumps(book).replace(COURSE_FOLDER, str(course))
        path.write_text(text, encoding="utf-8")
    return folder


def submit_honest(course: Path, name: str, bodies: Mapping[str, list[str]]) -> Path:
    """Write an honest submission: bodies by exercise, the others left as they are."""
    folder = course / "submitted" / name / CHAPTER
    folder.mkdir(parents=True)
    (folder / f"{CHAPTER}.ipynb").write_text(json.dumps(notebook(course, bodies)))
    return folder


def notebook(course: Path, bodies: Mapping[str, list[str]]) -> dict[str, Any]:
    """The released notebook with some exercises' bodies typed in, as JSON."""
    book = nbformat.read(course / "release" / CHAPTER / f"{CHAPTER}.ipynb", as_version=4)
    type_in(book, bodies)
    return json.loads(json.dumps(book))


def _keys(course: Path) -> list[answers.Key]:
    paths = sorted((course / "answers" / CHAPTER).glob("*.py"))
    return [answers.load(path) for path in paths if path.stem != "quiz"]


def _lacking(where: str, texts: list[str], said: list[str]) -> list[str]:
    return [
        f"{where} don't say {text!r}: {said}"[:500]
        for text in texts
        if not any(text in whole for whole in said)
    ]


def _grade_id(cell: Mapping[str, Any]) -> str:
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def _helper(path: Path) -> dict[str, Any]:
    return json.loads(json.dumps(nbformat.v4.new_code_cell(_text(path))))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8").rstrip("\n")
