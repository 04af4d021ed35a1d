"""The student bundle: complete for a student, and nothing of the instructors'."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from grading.bundle import bundle, student_project
from grading.errors import BuildError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("bundle") / "student"
    bundle(ROOT, target)
    return target


def test_it_holds_what_the_set_up_needs_and_no_more(made):
    """Exactly the listed files and folders, none of them the instructors'."""
    assert {path.name for path in made.iterdir()} == {
        *("course", "release", "binder"),
        *("LICENSE", "LICENSE-TEXT.md", "Makefile", "environment.yml", "requirements.lock"),
        *("start.py", "README.md", "pyproject.toml", ".gitignore", ".bundle"),
    }
    assert not [p for p in made.rglob("*") if p.name == "__pycache__" or p.suffix == ".pyc"]


def test_its_project_installs_course_alone(made):
    """Without the package `grading`, its command and the developers' tables."""
    project = tomllib.loads((made / "pyproject.toml").read_text())
    assert list(project["project"]["scripts"]) == ["course"]
    assert project["tool"]["setuptools"]["packages"]["find"]["include"] == ["course*"]
    assert "ruff" not in project["tool"] and "pytest" not in project["tool"]
    whole = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["project"]["dependencies"] == whole["project"]["dependencies"]


def test_a_check_runs_from_the_bundle_alone(made, tmp_path):
    """A student's notebook needs nothing but the bundle: the copy of `course` in it is whole."""
    program = (
        "import course, sys; from course import check\n"
        "def elman(x, h0, W_xh, W_hh, b_h, W_hy, b_y): raise NotImplementedError\n"
        "print(course.__file__); print(check(elman))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(made), "COURSE_PROGRESS": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        str(made / "course" / "__init__.py"),
        "elman: not attempted yet.",
    ]


def test_making_it_again_keeps_its_history(tmp_path):
    """A bundle that is a git checkout keeps .git; what is no longer in the list goes."""
    target = tmp_path / "student"
    bundle(ROOT, target)
    (target / ".git").mkdir()
    (target / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (target / "answers").mkdir()
    bundle(ROOT, target)
    assert (target / ".git" / "HEAD").is_file()
    assert not (target / "answers").exists()


def test_somebody_elses_folder_is_refused(tmp_path):
    """A folder with other things in it is left as it is."""
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(BuildError, match="no bundle"):
        bundle(ROOT, tmp_path)
    assert (tmp_path / "thesis.tex").exists()


def test_a_project_that_would_name_grading_is_refused():
    """If the command's line were written another way, the cut would miss it: that is noticed."""
    text = '[project]\nname = "x"\n[project.scripts]\n"grading" = "grading.__main__:main"\n'
    with pytest.raises(BuildError, match="grading"):
        student_project(text)
