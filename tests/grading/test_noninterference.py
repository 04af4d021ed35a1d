"""Nothing of answers/ reaches a student, but for the compiled figures."""

import itertools
import re
import shutil
from pathlib import Path

import pytest

from grading.build import Layout, build
from grading.bundle import bundle

ROOT = Path(__file__).resolve().parents[2]
CANARY = "canary_7f3a"


def with_canaries(answers: Path) -> None:
    """Mark every solution, hint, explanation and model answer, and change the quiz's letters."""
    for path in answers.rglob("*.py"):
        text = path.read_text()
        if path.name == "quiz.py":
            text = re.sub(
                r'right="([A-D])"', lambda m: f'right="{"BADC"["ABCD".index(m[1])]}"', text
            )
            text = re.sub(r'("[A-D]": ")', rf"\1{CANARY} ", text)
        else:
            text = re.sub(r"(def solution\([^)]*\):\n)", rf'\1    {CANARY} = "{CANARY}"\n', text)
            if "call = Module(" in text:
                line = f'        {CANARY} = "{CANARY}"\n'
                text = re.sub(r"(    def \w+\(self[^)]*\):\n)", rf"\1{line}", text)
            text = re.sub(r'(hints = [\[(]\s*")', rf"\1{CANARY} ", text)
        path.write_text(text)
    for path in answers.rglob("*.md"):
        path.write_text(f"{CANARY} {path.read_text()}")


def everything(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def builds(tmp_path_factory):
    """The real course built twice: with its answers, and with canary ones; release and bundle."""
    found = {}
    for kind in ("real", "canary"):
        root = tmp_path_factory.mktemp(kind)
        names = ["chapters", "answers", "course", "binder", "nbgrader_config.py", "pyproject.toml"]
        names += ["LICENSE", "LICENSE-TEXT.md", "Makefile", "environment.yml", "start.py"]
        for name in [*names, "requirements.lock"]:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, root / name)
        if kind == "canary":
            with_canaries(root / "answers")
        build(Layout.at(root))
        bundle(root, root / "dist" / "student")
        found[kind] = root
    return found


def test_release_and_bundle_do_not_depend_on_the_answers(builds):
    """Byte for byte the same with other answers, apart from the compiled figures."""
    for part in ("release", "dist/student"):
        real, canary = everything(builds["real"] / part), everything(builds["canary"] / part)
        assert set(real) == set(canary)
        differing = {name for name in real if real[name] != canary[name]}
        assert all(name.startswith("course/checks/expected/") for name in differing), differing
        assert bool(differing) == (part == "dist/student")


def test_the_canary_is_alive(builds):
    """The canary does reach the instructors' notebooks: the test above could fail."""
    source = everything(builds["canary"] / "source")
    assert source and all(CANARY.encode() in data for data in source.values())


def test_no_line_of_a_solution_is_in_the_bundle(builds):
    """No code of a key, and no file of answers/ or grading/, is among what students get."""
    files = everything(builds["real"] / "dist" / "student")
    assert not any(name.startswith(("answers", "grading", "source", "chapters")) for name in files)
    from grading import answers

    for path in (ROOT / "answers").rglob("*.py"):
        if path.name == "quiz.py":
            continue
        body = answers.load(path).body()
        for line in body if isinstance(body, list) else itertools.chain(*body.values()):
            if len(line.strip()) > 24:
                assert not any(line.strip().encode() in data for data in files.values()), line
