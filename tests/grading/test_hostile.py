"""Hostile, broken and odd submissions in one class with honest ones.

The class is graded twice in a row in one process, as the user who runs the tests and, where that
is root, as an ordinary user, too. All gradings run at the same time; the tests look at what came
of them. The second time, the submissions that do nothing but wait for their end are left out.
"""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import fcntl
import hashlib
import html.parser
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbconvert import HTMLExporter

from grading.judge import feedback
from grading.judge.reading import read
from grading.judge.releases import Releases
from grading.judge.verdict import Judgement
from tests.grading import hostile

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
COURT = HERE / "court"
ORDINARY = 61234  # a user that has nothing on this machine
USERS = ["me", "ordinary"]
PARTS = 2  # processes for one class
PATIENCE = 1500.0  # seconds for all gradings together, on a slow machine
TRACE = "court_trace"  # what hostile submissions call whatever they leave behind
SEGMENT = str(0xC0047)  # and the key of their shared memory

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not shutil.which("bwrap") and not os.environ.get("CI"),  # there it must be
        reason="needs bubblewrap (Debian, Ubuntu: apt-get install bubblewrap)",
    ),
]


NAMES = hostile.names()
TEXTS = [name for name in NAMES if name.startswith("text_")]


@dataclasses.dataclass(frozen=True)
class Graded:
    """A class that was graded by one user."""

    course: str  # where its folder was
    judgements: dict[str, list[dict[str, Any]]]  # of each student, one each time
    alone: dict[str, list[dict[str, Any]]]  # of the honest ones, in a class of their own
    pages: dict[str, str]  # feedback on the submissions whose text is hostile
    said: str  # on stderr
    left: dict[str, list[str]]  # what was left behind, by kind


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> dict[str, Graded]:
    """The class, graded by each user; by one of pytest's workers for all."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    found = base / "court.json"
    with (base / "court.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not found.exists():
            found.write_text(json.dumps(_grade_all()))
    return {user: Graded(**row) for user, row in json.loads(found.read_text()).items()}


def _grade_all() -> dict[str, Any]:
    # Not below pytest's own temporary folder: that one is closed to other users.
    with tempfile.TemporaryDirectory(prefix="court-") as place, _adopting() as orphans:
        os.chmod(place, 0o755)
        users = [user for user in USERS if user == "me" or os.getuid() == 0]
        classes = [_Class(Path(place) / user, user) for user in users]
        try:
            deadline = time.monotonic() + PATIENCE
            for one in classes:
                one.start()
            for one in classes:
                one.wait(deadline)
        finally:
            for one in classes:
                one.kill()
        left = orphans()
        return {one.user: one.result(left) for one in classes}


class _Class:
    """One user's copy of the course and of the class, and the processes that grade it."""

    def __init__(self, root: Path, user: str) -> None:
        self.root, self.user = root / "course", user
        self.temporary = root / "tmp"
        self.temporary.mkdir(parents=True)
        shutil.copytree(COURT, self.root, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "nbgrader_config.py", self.root)
        done = subprocess.run(
            [sys.executable, "-m", "grading", "build"],
            cwd=self.root,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        (self.root / "gradebook.db").write_bytes(b"SQLite format 3\0, everybody's grades")
        self.honest = list(hostile.honest_class(self.root))
        for name, bodies in hostile.honest_class(self.root).items():
            hostile.submit_honest(self.root, name, bodies)
        for name in NAMES:
            hostile.submit(self.root, name)
        if user == "ordinary":
            for path in [root, *root.rglob("*")]:
                os.chown(path, ORDINARY, ORDINARY, follow_symlinks=False)
        self.before = _digests(self.root)
        self.shared = _traces()
        self.running: list[tuple[str, subprocess.Popen, Path]] = []

    def start(self) -> None:
        """Start the class in parts, and the honest students alone."""
        for part in range(PARTS):
            names = NAMES[part::PARTS]
            again = [name for name in names if not hostile.expected(name).waits]
            students = [*self._between(names), *self._between(again)]
            self._start(f"class-{part}", students)
        self._start("alone", self.honest)

    def _between(self, names: list[str]) -> Iterator[str]:
        """Hostile students, and after every fifth of them an honest one."""
        for n, name in enumerate(names):
            yield name
            if n % 5 == 4:
                yield self.honest[n // 5 % len(self.honest)]

    def _start(self, what: str, students: list[str]) -> None:
        command = [sys.executable, str(HERE / "judge_class.py"), str(self.root), hostile.CHAPTER]
        out = self.root.parent / f"{what}.jsonl"
        with out.open("wb") as stdout, out.with_suffix(".err").open("wb") as stderr:
            process = subprocess.Popen(
                [*(_as_ordinary() if self.user == "ordinary" else ()), *command, *students],
                cwd="/",
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
            )
        self.running.append((what, process, out))

    def wait(self, deadline: float) -> None:
        for _, process, _ in self.running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))

    def kill(self) -> None:
        for _, process, _ in self.running:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def result(self, processes: list[str]) -> dict[str, Any]:
        after = _digests(self.root)
        changed = sorted(
            path for path in {*self.before, *after} if self.before.get(path) != after.get(path)
        )
        rows: dict[str, dict[str, list]] = {"class": {}, "alone": {}}
        for what, _, out in self.running:
            for line in out.read_text().splitlines():
                row = json.loads(line)
                kind = rows[what.partition("-")[0]]
                kind.setdefault(row["student"], []).append(row["judgement"])
        said = "".join(out.with_suffix(".err").read_text() for *_, out in self.running)
        return {
            "course": str(self.root),
            "judgements": rows["class"],
            "alone": rows["alone"],
            "pages": {
                name: self._page(name, found[0])
                for name, found in rows["class"].items()
                if name in TEXTS and found[0]
            },
            "said": said,
            "left": {
                "processes": processes,
                "temporary files": [str(path) for path in self.temporary.rglob("*")],
                "changed files": changed,
                "traces": sorted(_traces() - self.shared),
            },
        }

    def _page(self, name: str, judgement: dict[str, Any]) -> str:
        """The feedback on a submission."""
        folder = self.root / "submitted" / name / hostile.CHAPTER
        notebook = read(folder, hostile.CHAPTER, Releases(self.root)).notebook
        feedback.show(Judgement.from_plain(judgement), notebook)
        page, _ = HTMLExporter(template_name="basic").from_notebook_node(notebook)
        return page

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "COURSE_EXPECTED": str(self.root / "course" / "checks" / "expected"),
            "HOME": str(self.temporary),
            "TMPDIR": str(self.temporary),
        }


def _as_ordinary() -> list[str]:
    """A command's beginning that runs it as an ordinary user who can read this Python.

    What lies in /root, as a Python of pyenv's may, is shown in a view of the machine in which
    /root holds nothing else.
    """
    words = [*("bwrap", "--dev-bind", "/", "/", "--perms", "0755", "--tmpfs", "/root")]
    needed = {Path(path).resolve() for path in (sys.base_prefix, sys.prefix, ROOT)}
    for path in sorted(path for path in needed if Path("/root") in path.parents):
        above = [folder for folder in reversed(path.parents) if Path("/root") in folder.parents]
        for folder in above:
            words += ["--perms", "0755", "--dir", str(folder)]
        words += ["--ro-bind", str(path), str(path)]
    user = [f"--reuid={ORDINARY}", f"--regid={ORDINARY}", "--clear-groups"]
    return [*words, "--", "setpriv", *user]


@contextlib.contextmanager
def _adopting() -> Iterator[Any]:
    """Become the parent of every process that outlives its own; gives who is still there."""
    libc = ctypes.CDLL(None)
    before = _children()
    assert libc.prctl(36, 1, 0, 0, 0) == 0  # PR_SET_CHILD_SUBREAPER

    def orphans() -> list[str]:
        until = time.monotonic() + 10
        while (left := _children() - before) and time.monotonic() < until:
            time.sleep(0.05)
        return sorted(left)

    try:
        yield orphans
    finally:
        libc.prctl(36, 0, 0, 0, 0)


def _children() -> set[str]:
    """This process's children that still run, as "pid name"."""
    found = set()
    for entry in os.listdir("/proc"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            name, _, rest = Path(f"/proc/{int(entry)}/stat").read_text().rpartition(")")
            state, parent = rest.split()[:2]
            if int(parent) == os.getpid() and state != "Z":
                found.add(name.replace("(", ""))
    return found


def _digests(root: Path) -> dict[str, str]:
    """Every file of a course but the judge's own, with what it holds."""
    found = {}
    for path in root.rglob("*"):
        name = str(path.relative_to(root))
        if name.split("/")[0] == ".judge":
            continue
        if path.is_file() and not path.is_symlink() and path.stat().st_size < 2**20:
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            about = path.lstat()
            found[name] = f"{about.st_mode} {about.st_size}"
    return found


def _traces() -> set[str]:
    """What hostile submissions have left on this machine, outside of their course."""
    folders = [Path(name) for name in ("/tmp", "/var/tmp", "/dev/shm", "/", "/root", "/usr/lib")]
    folders += [Path(sys.prefix), Path(sys.base_prefix)]
    found = {str(f / name) for f in folders for name in _listed(f) if TRACE in name}
    segments = Path("/proc/sysvipc/shm").read_text().splitlines()[1:]
    return found | {line for line in segments if line.split()[0] == SEGMENT}


def _listed(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _of(graded: dict[str, Graded], user: str) -> Graded:
    if user not in graded:
        pytest.skip("the tests don't run as root, so this is the same as the other user")
    return graded[user]


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("name", NAMES)
def test_the_submission_gets_what_it_deserves(graded, name, user):
    """Each hostile, broken or odd submission ends in the verdicts and words that it should."""
    one, wanted = _of(graded, user), hostile.expected(name)
    judgements = one.judgements.get(name, [])
    assert len(judgements) == (1 if wanted.waits else 2), one.said[-2000:]
    for which, judgement in zip(("first", "second"), judgements, strict=False):
        assert judgement, one.said[-2000:]
        differences = wanted.differences(judgement, one.course)
        assert not differences, f"the {which} time: {differences}"


@pytest.mark.parametrize("user", USERS)
def test_honest_students_notice_nothing(graded, user):
    """An honest student's judgement is the same, to the last word, in both classes."""
    one = _of(graded, user)
    assert len(one.alone) == 9
    for name, (alone,) in one.alone.items():
        assert one.judgements[name], name
        for judgement in one.judgements[name]:
            assert judgement | {"seconds": 0} == alone | {"seconds": 0}


@pytest.mark.parametrize("user", USERS)
def test_honest_students_get_their_points(graded, user):
    """All right is all points, untouched is none, and a mistake costs its exercise alone."""
    one = _of(graded, user)
    for name, (judgement,) in one.alone.items():
        scores = {v["name"]: v["score"] for v in judgement["verdicts"]}
        verdicts = {v["name"]: v["verdict"] for v in judgement["verdicts"]}
        if name == "honest_right":
            assert set(scores.values()) == {1.0}
        elif name == "honest_untouched":
            assert set(verdicts.values()) == {"not attempted"}
        elif name == "honest_half":
            assert scores == {
                **{"weighted_mean": 1.0, "leaky": 0.0, "smooth": pytest.approx(2 / 3)},
                "court_quiz": 1.0,
            }
        else:
            wrong = [exercise for exercise, score in scores.items() if score < 1]
            assert wrong == [
                exercise for exercise in scores if name.startswith(f"honest_{exercise}")
            ]


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("kind", ["processes", "temporary files", "changed files", "traces"])
def test_nothing_is_left_behind(graded, user, kind):
    """After the class, no process, file or shared memory of it is there; no file has changed."""
    assert _of(graded, user).left[kind] == []


class _Actors(html.parser.HTMLParser):
    """Collects what of a page would act: scripts, handlers, links and pictures of a student's."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.script = tag in ("script", "style", "iframe", "object", "embed", "svg")
        for name, value in attrs:
            acts = name.startswith("on") or (value or "").strip().lower().startswith("javascript:")
            if acts or (TRACE in (value or "") and name in ("src", "href", "style", "srcdoc")):
                self.found.append(f"<{tag} {name}={value!r}>"[:200])

    def handle_data(self, data: str) -> None:
        if self.script and TRACE in data:
            self.found.append(data[:200])

    def handle_endtag(self, tag: str) -> None:
        self.script = False


@pytest.mark.parametrize("name", TEXTS)
def test_text_does_nothing_in_feedback(graded, name):
    """A page made of a hostile submission runs nothing, and holds no terminal escapes."""
    page = graded["me"].pages[name]
    actors = _Actors()
    actors.feed(page)
    assert actors.found == []
    assert not set("\x1b\x9b\x07\x08\u202e") & set(page)
    page.encode("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_every_file_of_a_submission_is_used(name):
    """A misspelt file name in the corpus would leave a submission right, and its test green."""
    exercises = {"weighted_mean", "leaky", "smooth", "court_quiz"}
    for path in (hostile.SUBMISSIONS / name).iterdir():
        kind, _, rest = path.stem.partition("_")
        known = path.name in ("expected.toml", "edit.py", "__pycache__") or (
            path.suffix == ".py"
            and (path.stem in exercises or kind in ("first", "last") or rest in exercises)
        )
        assert known, path
    wanted = hostile.expected(name)
    assert {*wanted.verdicts, *wanted.score, *wanted.review} <= exercises


def test_the_filter_of_traces_sees_a_trace():
    """A file of a hostile submission's name in /tmp would be found."""
    with tempfile.NamedTemporaryFile(prefix=TRACE, dir="/tmp") as file:
        assert file.name in _traces()
