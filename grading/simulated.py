"""The simulated class of `grading demo`: what each student types, hostile ones included."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from course.checks.expected import find
from grading.answers import Key
from grading.chapter import Chapter
from grading.errors import BuildError
from grading.keys import Mistake

CLASS = 12  # the honest ones
NAMES = (
    *("ada", "ben", "chidi", "dana", "emil", "farah"),
    *("goran", "hana", "ines", "jun", "kofi", "lena"),
)


@dataclass(frozen=True)
class Student:
    """A simulated student: what is typed into each exercise's cell, by the exercise's name.

    `cell` is a cell of her own after the first one; `file` is handed in instead of the notebook;
    `days_late` is how long after the due date.
    """

    name: str
    about: str
    bodies: Mapping[str, list[str]] = field(default_factory=dict)
    cell: str = ""
    file: bytes = b""
    days_late: int = 0


REWRITES_CHECKS = """
def graded(lines):
    return ["1000.0\\n"] if any("check(" in line or "quiz(" in line for line in lines) else lines

get_ipython().input_transformers_post.append(graded)
import course.checks.report, builtins
course.checks.report.Report.earned = property(lambda report: report.points)
builtins.float = lambda value: 1000.0
""".strip()

AGREES = [
    "class Yes:",
    "    def __eq__(self, other): return True",
    "    def __array__(self, *args, **kwargs): raise SystemExit",
    "    def __iter__(self): return iter([Yes(), Yes()])",
    "    shape = property(lambda self: Yes())",
    "return Yes()",
]

LOOKS_AROUND = [
    "import os, sqlite3",
    "places = [os.path.expanduser('~'), '.', '..', '../..', '/', '/srv', '/home', '/judge']",
    "wanted = {'gradebook.db', 'answers', 'submitted', '.judge'}",
    "found = [os.path.join(p, n) for p in places if os.path.isdir(p)",
    "         for n in os.listdir(p) if n in wanted]",
    "for path in found:",
    "    if path.endswith('.db'):",
    "        with sqlite3.connect(path) as db:",
    "            db.execute('update grade set auto_score = 1000')",
    "raise RuntimeError(f'found {len(found)} of what I looked for')",
]


def by_heart(name: str) -> list[str]:
    """A body that looks the visible cases' answers up in the course's own file."""
    return [
        "import torch",
        "from course.checks.expected import find",
        f"for case in find({name!r}).cases:",
        "    shown = torch.as_tensor(case.inputs['x'])",
        "    if shown.shape == x.shape and torch.equal(shown, x):",
        "        return tuple(torch.as_tensor(value) for value in case.result.values())",
        "raise LookupError('not among the answers that I know')",
    ]


def hostile(right: Mapping[str, list[str]], first: str) -> Iterator[Student]:
    """Students who would rather have the marks than the work, and one with bad luck each."""
    yield Student("mallory", "rewrites the checks", cell=REWRITES_CHECKS)
    yield Student("oscar", "answers by heart", {first: by_heart(first)})
    yield Student("sybil", "equal to everything", dict.fromkeys(right, AGREES))
    yield Student("trudy", "never ends, else right", {**right, first: ["while True: pass"]})
    yield Student("victor", "looks for the grades", {first: LOOKS_AROUND})
    yield Student("walter", "hands in no notebook", file=b"Dear professor, please find attached")
    yield Student("xenia", "all right, a day late", right, days_late=1)


def simulated(keys: Mapping[str, Key], quiz: Mapping[int, str], text: Chapter) -> Iterator[Student]:
    """Twelve students: one right, one half done, one untouched, one broken; the others make
    every listed mistake between them."""
    quiz_name = next((c.options["quiz"] for c in text.cells if "quiz" in c.options), "")
    right = {name: key.body() for name, key in keys.items()}
    names = iter(NAMES)
    yield Student(next(names), "all right", right | {quiz_name: [f"return {dict(quiz)}"]})
    half = dict(list(right.items())[: len(right) // 2])
    yield Student(next(names), "half of it done", half)
    yield Student(next(names), "untouched")
    first = next(iter(keys))
    yield Student(next(names), "a cell that won't run", right | {first: ["return (("]})
    rest = CLASS - 4
    shared = {name: share_mistakes(key, rest) for name, key in keys.items()}
    for number in range(rest):
        bodies = {
            name: key.body(*shared[name][number]) if shared[name][number] else right[name]
            for name, key in keys.items()
        }
        bodies[quiz_name] = [f"return { {n: 'ABCD'[(number + n) % 4] for n in quiz} }"]
        yield Student(next(names), f"listed mistakes {number + 1}", bodies)


def share_mistakes(key: Key, students: int) -> list[tuple[Mistake, ...]]:
    """Every listed mistake of a key for one of so many students; some make two at once.

    Only pairs that a check tells apart are made. Raises `BuildError` where they don't suffice.
    """
    mistakes = key.mistakes
    told = {pair.when for pair in find(key.name).pairs}
    pairs = [(a, b) for a, b in itertools.combinations(mistakes, 2) if (a.when, b.when) in told]
    chosen = _disjoint(pairs, max(0, len(mistakes) - students))
    if chosen is None:
        raise BuildError(key.path, None, f"{students} students can't make all its mistakes.")
    paired = {mistake.name for pair in chosen for mistake in pair}
    alone = [(mistake,) for mistake in mistakes if mistake.name not in paired]
    shared = [*alone, *chosen]
    return shared + [()] * (students - len(shared))


def _disjoint(pairs: list[tuple], count: int) -> list[tuple] | None:
    """So many pairs of which no two share a mistake, or None."""
    if count == 0:
        return []
    for number, (a, b) in enumerate(pairs):
        free = [pair for pair in pairs[number + 1 :] if a not in pair and b not in pair]
        rest = _disjoint(free, count - 1)
        if rest is not None:
            return [(a, b), *rest]
    return None
