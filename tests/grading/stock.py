"""The same class through stock nbgrader and through the judge, side by side.

    python tests/grading/stock.py [--only PATTERN ...] [--jobs N] [--out FILE]

prints a table of who got which marks. Stock nbgrader means its own preprocessors and settings;
scores come from `check()` in the notebook. Each submission is graded in a class of its own, with
two honest students whose grades are there already, and for a minute at most: so one submission
can neither stop the others nor change what is said of them. A wall keeps what it does from this
machine, but not from its class: everything is read-only but the class's folder. Submissions that
would strain this machine, and those for which the wall would make the difference, are left out.
"""

from __future__ import annotations

import argparse
import fnmatch
import hashlib
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from nbgrader.api import Gradebook, MissingEntry  # noqa: E402 - after the path is set

from tests.grading import hostile  # noqa: E402

LEFT_OUT = {
    "memory_*": "takes this machine's memory",
    "fork_*": "takes its processes",
    "thread_*": "takes its processes",
    "disk_*": "takes its disk",
    "network_*": "the wall would stop it",
    "redteam_*": "not looked through for this",
}
SECONDS = 60  # for one submission
CONFIG = "c = get_config()\nc.CourseDirectory.course_id = 'court'\nc.Execute.timeout = 20\n"
HONEST = ("honest_right", "honest_untouched")


@dataclass
class Row:
    """One submission: the points it deserves, and what it got from each grader; None: no grade."""

    name: str
    deserved: float
    stock: float | None = None
    judge: float | None = None
    waiting: bool = False  # the judge leaves (part of) it to a person
    touched: list[str] = field(default_factory=list)
    touched_judge: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--only", nargs="*", default=["*"], help="patterns of names")
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("--out", type=Path, help="a file for the table")
    chosen = arguments.parse_args()
    names = [
        name
        for name in hostile.names()
        if any(fnmatch.fnmatch(name, pattern) for pattern in chosen.only)
        and not any(fnmatch.fnmatch(name, pattern) for pattern in LEFT_OUT)
    ]
    with tempfile.TemporaryDirectory(prefix="stock-") as folder:
        place = Path(folder)
        template, points = _class(place / "template")
        rows = [Row(name, _deserved(name, points)) for name in names]
        _judge(place / "judge", rows)
        with ThreadPoolExecutor(chosen.jobs) as pool:
            for row in pool.map(lambda row: _stock(place, template, row), rows):
                print(f"{row.name}: {_number(row.stock)} of {row.deserved:g}", file=sys.stderr)
    text = "\n".join(_table(rows)) + "\n"
    print(text)
    if chosen.out:
        chosen.out.write_text(text, encoding="utf-8")


def _class(root: Path) -> tuple[Path, dict[str, float]]:
    """A course for stock nbgrader in which the honest students are graded; and the points."""
    _build(root)
    (root / "nbgrader_config.py").write_text(CONFIG)
    bodies = hostile.honest_class(root)
    for name in HONEST:
        hostile.submit_honest(root, name, bodies[name])
    with tempfile.TemporaryDirectory() as folder:  # the release stays as it was built
        elsewhere = f"--CourseDirectory.release_directory={folder}"
        _nbgrader(root, "generate_assignment", hostile.CHAPTER, "--force", elsewhere)
    for name in HONEST:
        _nbgrader(root, "autograde", hostile.CHAPTER, "--create", f"--student={name}")
    with _gradebook(root) as gradebook:
        assignment = gradebook.find_assignment(hostile.CHAPTER)
        points = {
            cell.name.removesuffix("-check"): cell.max_score
            for notebook in assignment.notebooks
            for cell in notebook.grade_cells
        }
        points.pop("court_essay")  # a person's
        right = gradebook.find_submission(hostile.CHAPTER, HONEST[0]).score
    if right != sum(points.values()):
        raise SystemExit(f"stock nbgrader gives an honest student {right} points")
    return root, points


def _build(root: Path) -> None:
    shutil.copytree(HERE / "court", root, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "nbgrader_config.py", root)
    command = [sys.executable, "-m", "grading", "build"]
    subprocess.run(command, cwd=root, env=_environment(root), check=True, capture_output=True)


def _deserved(name: str, points: dict[str, float]) -> float:
    """The points that the corpus says a submission must get."""
    wanted = hostile.expected(name)
    shares = {}
    for exercise in points:
        verdict = wanted.verdicts.get(exercise, "pass")
        passes = (verdict if isinstance(verdict, str) else verdict[0]) == "pass"
        shares[exercise] = wanted.score.get(exercise, float(passes))
    return sum(points[exercise] * share for exercise, share in shares.items())


def _judge(root: Path, rows: list[Row]) -> None:
    """Grade the class by the judge."""
    _build(root)
    (root / "gradebook.db").write_bytes(b"SQLite format 3\0, everybody's grades")
    for row in rows:
        hostile.submit(root, row.name)
    before = _digests(root)
    command = [sys.executable, str(HERE / "judge_class.py"), str(root), hostile.CHAPTER]
    done = subprocess.run(
        [*command, *(row.name for row in rows)],
        env=_environment(root),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    for row, line in zip(rows, done.stdout.splitlines(), strict=True):
        verdicts = json.loads(line)["judgement"]["verdicts"]
        row.judge = sum((v["score"] or 0.0) * v["points"] for v in verdicts)
        row.waiting = any(v["verdict"] == "internal" for v in verdicts)
    changed = _changed(before, _digests(root))
    for row in rows:
        row.touched_judge = changed  # by whom can't be told; there should be none


def _stock(place: Path, template: Path, row: Row) -> Row:
    """Grade one submission by stock nbgrader, in a copy of the class."""
    root = place / row.name
    shutil.copytree(template, root, symlinks=True)
    try:
        folder = hostile.submit(root, row.name)
        before, honest = _digests(root), _scores(root)
        try:
            said = _nbgrader(
                *(root, "autograde", hostile.CHAPTER, "--create", f"--student={row.name}"),
                check=False,
                wall=_wall(root),
            )
        except subprocess.TimeoutExpired:
            said = ""
            row.notes.append(f"no end within {SECONDS} s")
        scores = _scores(root)
        graded = root / "autograded" / row.name / hostile.CHAPTER / f"{folder.name}.ipynb"
        row.stock = scores.get(row.name) if graded.is_file() else None
        if row.stock is None and said:
            errors = re.findall(r"\b\w*(?:Error|Exception)\b: .*", said)
            row.notes.append((errors or ["no reason given"])[-1][:80])
        own = (f"autograded/{row.name}", "gradebook.db", ".nbgrader.log")
        changed = _changed(before, _digests(root))
        row.touched = [path for path in changed if not path.startswith(own)]
        others = [f"{scores.get(name)}" for name in HONEST]
        if any(scores.get(name) != honest[name] for name in HONEST):
            row.touched.append("gradebook.db")
            row.notes.append(f"the others' points became {' and '.join(others)}")
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return row


def _wall(root: Path) -> list[str]:
    """A command's beginning that shows everything, and lets only the class be changed."""
    shown = {Path(path).resolve() for path in (sys.base_prefix, sys.prefix, ROOT)}
    words = [*("bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc")]
    words += ["--tmpfs", "/tmp", "--tmpfs", "/var/tmp", "--dir", "/tmp/home"]
    words += [word for path in sorted(shown) for word in ("--ro-bind", str(path), str(path))]
    words += ["--bind", str(root), str(root), "--setenv", "HOME", "/tmp/home"]
    words += ["--unshare-pid", "--unshare-ipc", "--unshare-net", "--unshare-uts"]
    caps = ["--cap-drop", "ALL"] if os.getuid() == 0 else ["--unshare-user"]
    return [*words, *caps, "--die-with-parent", "--new-session", "--chdir", str(root), "--"]


def _nbgrader(root: Path, *words: str, check: bool = True, wall: list[str] | None = None) -> str:
    done = subprocess.run(
        [*(wall or ()), sys.executable, "-m", "nbgrader", *words],
        cwd=root,
        env=_environment(root),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=SECONDS if wall else 300,
        preexec_fn=_limit if wall else None,
    )
    said = done.stdout.decode("utf-8", "replace")
    if check and done.returncode:
        raise SystemExit(said)
    return said


def _limit() -> None:
    for name, bound in (
        (resource.RLIMIT_DATA, 4 * 2**30),
        (resource.RLIMIT_FSIZE, 200 * 2**20),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(name, (bound, bound))


def _environment(root: Path) -> dict[str, str]:
    return os.environ | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",  # nbgrader calls alembic
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "COURSE_EXPECTED": str(root / "course" / "checks" / "expected"),
        "COURSE_PROGRESS": "/tmp/progress",
    }


def _gradebook(root: Path) -> Gradebook:
    return Gradebook(f"sqlite:///{root / 'gradebook.db'}", "court")


def _scores(root: Path) -> dict[str, float]:
    """Everybody's score; none at all if the gradebook can't be read."""
    found = {}
    try:
        with _gradebook(root) as gradebook:
            for student in gradebook.students:
                try:
                    submission = gradebook.find_submission(hostile.CHAPTER, student.id)
                except MissingEntry:
                    continue
                found[student.id] = round(submission.score, 2)
    except Exception as error:  # a hostile notebook may have done anything to it
        print(f"{root.name}: {type(error).__name__}", file=sys.stderr)
        return {}
    return found


def _digests(root: Path) -> dict[str, str]:
    found = {}
    for path in root.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.stat().st_size < 2**20:
            text = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            text = str(path.lstat().st_mode)
        found[str(path.relative_to(root))] = text
    return {name: text for name, text in found.items() if not name.startswith(".judge")}


def _changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


# --- the table


def _table(rows: list[Row]) -> Iterator[str]:
    groups = sorted({row.name.split("_")[0] for row in rows})
    yield f"{'':<12}{'':>6}   {'stock nbgrader':<32}{'the judge':<32}"
    heads = "".join(f"{word:>8}" for word in ("given", "lost", "none", "files"))
    yield f"{'submissions':<12}{'number':>6}{heads}{heads}"
    for group in [*groups, ""]:
        some = [row for row in rows if not group or row.name.split("_")[0] == group]
        stock = _counts(some, lambda row: row.stock, lambda row: row.touched)
        judge = _counts(some, lambda row: row.judge, lambda row: row.touched_judge)
        yield f"{group or 'all':<12}{len(some):>6}{stock}{judge}"
    yield ""
    yield "given, lost: submissions with marks wrongly given or wrongly lost; none: not graded at"
    yield "all; files: submissions that changed files other than their own, or others' grades."
    points = sum(max(0.0, (row.stock or 0.0) - row.deserved) for row in rows)
    lost = sum(max(0.0, row.deserved - (row.stock or 0.0)) for row in rows)
    yield f"Stock nbgrader gives {points:g} points wrongly and takes {lost:g} wrongly."
    points = sum(max(0.0, (row.judge or 0.0) - row.deserved) for row in rows)
    lost = sum(max(0.0, row.deserved - (row.judge or 0.0)) for row in rows)
    yield f"The judge gives {points:g} points wrongly and takes {lost:g} wrongly."
    yield ""
    yield f"{'submission':<34}{'deserved':>9}{'stock':>7}{'judge':>7}"
    for row in rows:
        right = row.stock == row.deserved and row.judge == row.deserved
        if not right or row.touched or row.notes:
            touched = f"touched: {', '.join(row.touched[:4])}" if row.touched else ""
            said = "; ".join([*row.notes, *([touched] if touched else [])])
            judge = _number(row.judge) + ("?" if row.waiting else "")
            marks = f"{row.deserved:>9g}{_number(row.stock):>7}{judge:>7}"
            yield f"{row.name:<34}{marks}  {said}".rstrip()
    yield ""
    yield "Left out: " + "; ".join(f"{name} ({why})" for name, why in LEFT_OUT.items()) + "."


def _counts(rows: list[Row], got: Callable[[Row], Any], touched: Callable[[Row], list[str]]) -> str:
    given = sum((got(row) or 0.0) > row.deserved + 1e-6 for row in rows)
    none = sum(got(row) is None for row in rows)
    lost = sum(got(row) is not None and got(row) < row.deserved - 1e-6 for row in rows)
    files = sum(bool(touched(row)) for row in rows)
    return "".join(f"{number:>8}" for number in (given, lost, none, files))


def _number(points: float | None) -> str:
    return "-" if points is None else f"{points:g}"


if __name__ == "__main__":
    main()
