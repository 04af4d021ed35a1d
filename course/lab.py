"""A student's own copy of the released chapters, and JupyterLab on it.

The promise is that nothing a student has written is ever lost: a notebook is copied once and never
written over. A chapter that changed upstream is put beside it as `<chapter>.new.ipynb`, once.

A state file in the student's folder remembers, for every file, the release that the copy came from
(`copied`), the last release that the student was given (`offered`), and the name and hash of the
file that was put beside (`beside`, `beside_hash`). Losing the state file loses nothing else: copies
that are found without it count as the student's own.
"""

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

STATE = ".course-state.json"


class LabError(Exception):
    """What is wrong and what to do, in one sentence for the student."""


def course_root() -> Path:
    """The folder of the course: where we are if it has a release/, else where `course` lies."""
    here = Path.cwd()
    return here if (here / "release").is_dir() else Path(__file__).resolve().parent.parent


def start_jupyterlab(folder: Path, options: list[str]) -> int:
    """Become JupyterLab in `folder`; `options` are JupyterLab's own.

    Returns:
        The exit status, on Windows; elsewhere JupyterLab takes the place of this process, and with
        it Ctrl-C and the exit status.

    Raises:
        LabError: JupyterLab is not installed.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise LabError(
            f"JupyterLab is not installed for {sys.executable}: run `python start.py lab` in the "
            "folder of the course."
        )
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}", *options]
    if hasattr(os, "geteuid") and os.geteuid() == 0 and "--allow-root" not in options:
        print("You are root, so JupyterLab is started with --allow-root.")
        command.append("--allow-root")
    sys.stdout.flush()
    if os.name != "nt":
        os.execv(command[0], command)
    return subprocess.call(command)


def update(release: Path, folder: Path) -> Iterator[str]:
    """Bring a student's `folder` up to date with `release`.

    Args:
        release: holds one folder a chapter, `<chapter>/<chapter>.ipynb` and perhaps other files.
        folder: the student's own; it is made if it is not there.

    Yields:
        One sentence for each thing that the student should know.

    Raises:
        LabError: there is no chapter in `release`, or `folder` cannot be written. What was there
            is as it was, and another try goes on.
    """
    chapters = [path.parent for path in release.glob("*/*.ipynb") if path.stem == path.parent.name]
    if not chapters:
        raise LabError(
            f"course lab found no chapter in {release}, where it looks for <chapter>/"
            "<chapter>.ipynb: run it in the folder of the course, or name the chapters' folder "
            "with --from."
        )
    if folder.resolve().is_relative_to(release.resolve()):
        raise LabError(
            f"course lab was asked to put your copy into {folder}, among the released chapters "
            "themselves: name another folder with --to."
        )
    names = sorted(
        path.relative_to(release)
        for chapter in chapters
        for path in chapter.rglob("*")
        if path.is_file()
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        state = State(folder / STATE)
        for name in names:
            if any(part.startswith(".") for part in name.parts):
                continue  # .ipynb_checkpoints and the like
            sentence = _bring(name, (release / name).read_bytes(), folder, state)
            if sentence:
                yield sentence
    except OSError as error:
        raise LabError(
            f"course lab could not bring your copy in {folder} up to date "
            f"({error.strerror or error}: {error.filename or folder}): make room or get write "
            "access there, and run it again; nothing of yours was changed."
        ) from error


class State:
    """What the student's folder was given so far: one small dict a file, saved at every change."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            files = json.loads(path.read_text(encoding="utf-8"))["files"]
            self._files = {name: dict(known) for name, known in files.items()}
        except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError):
            self._files = {}  # a damaged state is a lost one

    def __getitem__(self, name: Path) -> dict[str, str]:
        return self._files.get(name.as_posix(), {})

    def record(self, name: Path, **facts: str) -> None:
        """Add `facts` to what is known of `name`, if they are news."""
        known = self[name] | facts
        if known != self[name]:
            self._files[name.as_posix()] = known
            text = json.dumps({"files": self._files}, indent=1, sort_keys=True)
            _write(self._path, text.encode())


def _bring(name: Path, content: bytes, folder: Path, state: State) -> str | None:
    """Give the student the released `content` of `name`, unless they have it; say what is news."""
    mine, released, known = folder / name, _hash(content), state[name]
    if not os.path.lexists(mine):
        mine.parent.mkdir(parents=True, exist_ok=True)
        _write(mine, content)
        state.record(name, copied=released, offered=released)
        return f"{name} was missing and has been copied again." if known else None
    if released in (known.get("offered"), known.get("copied")):
        return None

    current = _hash(mine.read_bytes())
    if current == released:
        state.record(name, copied=released, offered=released)
        return None
    if current == known.get("copied") and name.suffix != ".ipynb":
        # A picture or a table that the student did not touch: the new notebook needs the new one.
        _write(mine, content)
        state.record(name, copied=released, offered=released)
        return None

    beside = _name_beside(name, released, folder, known)
    if not (folder / beside).exists() or _hash((folder / beside).read_bytes()) != released:
        _write(folder / beside, content)
    state.record(name, offered=released, beside=beside.as_posix(), beside_hash=released)
    return f"{name} has a new version, which is beside yours as {beside.name}; yours is as it was."


def _name_beside(name: Path, released: str, folder: Path, known: dict[str, str]) -> Path:
    """A name for the new version of `name` that costs the student nothing.

    It is the name of the version put beside before if that one is as we left it; else the first of
    .new, .new2, .new3… that is free (or, after an interruption, holds this very version already).
    """
    before = folder / known.get("beside", "")
    if before.is_file() and _hash(before.read_bytes()) == known.get("beside_hash"):
        return Path(known["beside"])
    for number in count(1):
        beside = name.with_name(f"{name.stem}.new{number if number > 1 else ''}{name.suffix}")
        path = folder / beside
        if not os.path.lexists(path) or (path.is_file() and _hash(path.read_bytes()) == released):
            return beside
    raise AssertionError("count() does not end")


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, content: bytes) -> None:
    """Write all of `content` or nothing: a full disk must not leave half a notebook."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        os.replace(part, path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
