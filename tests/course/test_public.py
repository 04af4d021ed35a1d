"""What the package promises: its names, its examples, what it imports and what it never does."""

import ast
import doctest
import importlib
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import course
import course.checks

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(
    ["course", *(m.name for m in pkgutil.walk_packages(course.__path__, prefix="course."))]
)
# Who must not import whom. Answers reach students through nothing that a notebook imports.
FORBIDDEN = {
    "course": {"grading", "answers", "tests"},
    "grading": {"answers", "tests"},
    "answers": {"answers", "tests"},
}


def test_the_public_names_are_these():
    """A name that is added, renamed or dropped is a decision, made here too."""
    assert course.__all__ == ["check", "finished", "hint", "progress", "quiz", "show"]
    assert course.checks.__all__ == [
        "CheckFailed",
        "Report",
        "check",
        "finished",
        "hint",
        "progress",
        "quiz",
    ]
    for package in (course, course.checks):
        assert all(getattr(package, name).__doc__ for name in package.__all__)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_docstrings_run(name):
    """Every example gives what it says."""
    if name != "course.__main__":
        pytest.importorskip("torch")
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert result.failed == 0


def test_there_are_examples():
    """The test above has something to run."""
    pytest.importorskip("torch")
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = [test for name in MODULES for test in finder.find(importlib.import_module(name))]
    assert sum(bool(test.examples) for test in found) >= 5


@pytest.mark.torch_free
def test_every_module_says_what_it_is_for():
    """A docstring each, in a sentence."""
    for path in sorted((ROOT / "course").rglob("*.py")):
        doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        assert doc, path
        assert doc.split("\n\n")[0].endswith((".", ":")) or "\n" not in doc, path


def imported_by(statement):
    """The modules loaded when this runs in an interpreter of its own."""
    code = f"import sys; {statement}; print(*sorted({{m.split('.')[0] for m in sys.modules}}))"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.torch_free
def test_importing_the_course_is_cheap():
    """No torch, no Matplotlib and no grader before something needs them."""
    heavy = {"torch", "matplotlib", "scipy", "sklearn", "nbgrader", "IPython", "jupytext"}
    loaded = imported_by("import course, course.checks")
    assert "course" in loaded
    assert not loaded & (heavy | {"grading", "answers", "tests"})
    assert imported_by("import json, IPython") & heavy  # the comparison would notice


def imports(path, package):
    """Every module that a file imports, at its top, inside a function, or by its name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                base = package.split(".")[: len(package.split(".")) - node.level + 1]
                yield ".".join([*base, node.module or ""]).strip(".")
            else:
                yield node.module
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = ast.unparse(node.func).split(".")[-1]
            if called in ("import_module", "__import__", "run_module", "find_spec"):
                yield str(node.args[0].value)


def offences(root):
    """Imports against the rule, as "file: module"."""
    found = []
    for folder, forbidden in FORBIDDEN.items():
        for path in sorted((root / folder).rglob("*.py")):
            package = ".".join(path.relative_to(root).parent.parts)
            for name in imports(path, package):
                if name.split(".")[0] in forbidden:
                    found.append(f"{path.relative_to(root)}: {name}")
    return found


@pytest.mark.torch_free
def test_imports_point_one_way():
    """The library knows nothing of the grader and the answers, and nobody of the tests."""
    assert offences(ROOT) == []
    for folder in FORBIDDEN:
        assert list((ROOT / folder).rglob("*.py"))


PLANTED = [
    ("course/a.py", "import grading", True),
    ("course/a.py", "import answers.ch04_rnn.elman", True),
    ("course/checks/a.py", "from grading.keys import Case", True),
    ("course/checks/a.py", "def f():\n    import grading.keys", True),
    ("course/a.py", "if 1:\n    from tests.course import conftest", True),
    ("course/checks/a.py", "from ...grading import keys", True),
    ("course/a.py", "import importlib\nimportlib.import_module('answers.x')", True),
    ("course/a.py", "__import__('grading')", True),
    ("grading/a.py", "import answers", True),
    ("answers/ch04_rnn/a.py", "from answers.ch04_rnn import elman", True),
    ("course/a.py", "from course.checks import check", False),
    ("course/checks/a.py", "from . import values", False),
    ("course/a.py", "import grading_tools", False),
    ("grading/a.py", "from course.checks import check", False),
    ("answers/ch04_rnn/a.py", "from grading.keys import Case", False),
]


@pytest.mark.torch_free
@pytest.mark.parametrize(("name", "source", "caught"), PLANTED)
def test_a_planted_import_is_caught(tmp_path, name, source, caught):
    """Absolute, relative, hidden in a function, or by its name."""
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text(source, encoding="utf-8")
    assert bool(offences(tmp_path)) is caught
