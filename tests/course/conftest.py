"""What the tests of `course` share: a student's cell, the answer keys, an exercise of one's own.

Nothing here imports torch before a test asks for something that needs it.
"""

import functools
import inspect
import itertools
import linecache
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import settings

from course.checks import expected

ROOT = Path(__file__).resolve().parents[2]
_numbers = itertools.count(1)

settings.register_profile("course", deadline=None, database=None)
settings.load_profile("course")


@pytest.fixture(scope="session", autouse=True)
def no_home(tmp_path_factory):
    """No check that a wider fixture makes is recorded in the tester's own progress."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_PROGRESS", str(tmp_path_factory.mktemp("progress")))
        patch.delenv("NBGRADER_EXECUTION", raising=False)
        patch.delenv("COURSE_CHECK", raising=False)
        yield


@pytest.fixture(autouse=True)
def records(tmp_path, monkeypatch):
    """The folder of `progress()`: an empty one for each test, and no grader is at work."""
    folder = tmp_path / "records"
    monkeypatch.setenv("COURSE_PROGRESS", str(folder))
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.delenv("COURSE_CHECK", raising=False)
    return folder


@pytest.fixture(scope="session")
def keys():
    """Every answer key by its exercise's name."""
    from grading.answers import load

    paths = sorted(path for path in ROOT.glob("answers/*/*.py") if path.stem != "quiz")
    return {path.stem: load(path) for path in paths}


@pytest.fixture(scope="session")
def kinds():
    """The keys of the mini course with one of each kind of call, by name."""
    from grading.answers import load

    folder = ROOT / "tests" / "grading" / "kinds" / "answers" / "ch97_kinds"
    return {path.stem: load(path) for path in sorted(folder.glob("*.py"))}


@pytest.fixture(scope="session")
def named():
    """`named(function, name)`: the function as a student would have called it."""

    def give(function, name):
        if isinstance(function, type):
            return type(name, (function,), {})

        @functools.wraps(function)
        def student(*args, **kwargs):
            return function(*args, **kwargs)

        student.__name__ = name
        return student

    return give


@pytest.fixture(scope="session")
def cell():
    """`cell(source, name)`: what IPython makes of a cell, whose lines a traceback can quote."""

    def run(source, name, **given):
        filename = f"<ipython-input-{next(_numbers)}>"
        linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
        namespace = {"__name__": "__main__", **given}
        exec(compile(source, filename, "exec"), namespace)
        return namespace[name]

    return run


@pytest.fixture
def mini(tmp_path, monkeypatch):
    """`mini(solution, cases, parts=()...)`: a compiled course with this one exercise."""
    from grading.chapter import Chapter
    from grading.compiling import results
    from grading.expected_file import write

    folder = tmp_path / "expected"
    folder.mkdir()

    def compile_one(solution, cases, parts=(), forbidden=()):
        found = [results(solution, case, parts) for case in cases]
        tree = {
            "kind": "function",
            "points": 4.0,
            "arguments": list(inspect.signature(solution).parameters),
            "parts": list(parts),
            "criteria": dict.fromkeys((case.criterion for case in cases), 1.0),
            "hints": ["Think.", "Think again."],
            "relative": 1e-5,
            "forbidden": list(forbidden),
            "cases": [
                {
                    "criterion": case.criterion,
                    "label": case.label,
                    "diagnostic": case.diagnostic,
                    "inputs": dict(case.inputs),
                    "result": result,
                    "gradients": gradients,
                }
                for case, (result, gradients) in zip(cases, found, strict=True)
            ],
            "mistakes": [],
            "pairs": [],
        }
        chapter = Chapter("ch99_mini", "Mini", Path("ch99_mini.md"), [])
        write(chapter, {solution.__name__: tree}, folder / "ch99_mini.safetensors")
        _forget()

    monkeypatch.setattr(expected, "FOLDER", folder)
    yield compile_one
    _forget()


@pytest.fixture(scope="session")
def compiled_kinds(kinds, tmp_path_factory):
    """A folder with figures of every kind: compiled from one drawing, without the build's gates."""
    import numpy as np

    from grading.chapter import Chapter
    from grading.compiling import draw, known
    from grading.expected_file import write

    folder = tmp_path_factory.mktemp("kinds")
    trees = {}
    for name, key in kinds.items():
        exercise = known(key, draw(key, 4.0, np.random.default_rng(0)))
        trees[name] = exercise.plain()
    chapter = Chapter("ch97_kinds", "Kinds", Path("ch97_kinds.md"), [])
    write(chapter, trees, folder / "ch97_kinds.safetensors")
    return folder


@pytest.fixture
def with_kinds(compiled_kinds, monkeypatch):
    """check() knows the exercises of the mini course with one of each kind."""
    monkeypatch.setattr(expected, "FOLDER", compiled_kinds)
    _forget()
    yield
    _forget()


@pytest.fixture(scope="session")
def solution(keys):
    """`solution.elman` and so on: the answer keys' right functions."""
    return SimpleNamespace(**{name: key.solution for name, key in keys.items()})


def _forget():
    """Let the compiled figures be read anew."""
    expected.find.cache_clear()
    expected._index.cache_clear()
