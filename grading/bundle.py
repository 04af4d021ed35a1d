"""grading bundle: the folder that may be published to students, and nothing else.

The list is of what goes in, never of what stays out: a new file at the top of the repository is
not for students until somebody says so.
"""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

from grading.errors import BuildError
from grading.files import clean_copy

FOLDERS = ("course", "release", "binder")
FILES = (
    "LICENSE",
    "LICENSE-TEXT.md",
    "Makefile",
    "environment.yml",
    "requirements.lock",
    "start.py",
)
README = Path(__file__).parent / "student_readme.md"
MARKER = ".bundle"  # in a folder that this job made, and may make again


def bundle(root: Path, target: Path) -> None:
    """Make the student bundle anew. Raises `BuildError` where the target is someone else's."""
    if target.exists() and any(target.iterdir()) and not (target / MARKER).is_file():
        raise BuildError(target, None, "is not empty and no bundle; name another folder.")
    fresh = target.with_name(target.name + ".part")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name in FOLDERS:
        clean_copy(root / name, fresh / name)
    for name in FILES:
        shutil.copy2(root / name, fresh / name)
    (fresh / "README.md").write_bytes(README.read_bytes())
    (fresh / ".gitignore").write_text("/.venv/\n/my_notebooks/\n__pycache__/\n*.egg-info/\n")
    (fresh / "pyproject.toml").write_text(
        student_project((root / "pyproject.toml").read_text(encoding="utf-8")), encoding="utf-8"
    )
    (fresh / MARKER).write_text("Made by `grading bundle`; it is made anew each time.\n")
    _keep_git(target, fresh)
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)


def student_project(text: str) -> str:
    """pyproject.toml without the package `grading`, its command and the developers' tables.

    The file is cut by lines between its tables, so that comments stay.
    """
    kept, table = [], ""
    for line in text.splitlines():
        if line.startswith("["):
            table = line.strip("[] ")
        if table.startswith(("tool.ruff", "tool.pytest")):
            continue
        if table == "project.scripts" and line.startswith("grading"):
            continue
        if table == "tool.setuptools.packages.find" and line.startswith("include"):
            line = 'include = ["course*"]'
        kept.append(line)
    made = "\n".join(kept).rstrip() + "\n"
    if "grading" in str(tomllib.loads(made).get("project", {}).get("scripts")):
        raise BuildError("pyproject.toml", None, "the bundle would still name `grading`.")
    return made


def _keep_git(target: Path, fresh: Path) -> None:
    """A published bundle is a git checkout; its history stays with it."""
    if (target / ".git").is_dir():
        shutil.move(str(target / ".git"), str(fresh / ".git"))
