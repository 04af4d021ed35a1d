"""The judge's parts, with the real sandbox: what it holds back, and what happens when it breaks."""

import contextlib
import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import textwrap
from collections import Counter, namedtuple
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course.checks.given import Given, Rng
from grading.judge import cells, comparing, forbidden, hidden, judging, warm
from grading.judge.examining import Examiner
from grading.judge.inside import frames
from grading.judge.judging import judge
from grading.judge.material import CourseFolder
from grading.judge.sandbox import Broken, Died, Limits, NoSandbox, Sandbox
from tests.grading import hostile

COURT = Path(__file__).parent / "court"
ROOT = Path(__file__).resolve().parents[2]
SHORT = Limits(cell_seconds=3, probe_seconds=2, probe_wall=4, total_seconds=60)


@pytest.fixture(scope="module")
def court(tmp_path_factory) -> CourseFolder:
    """The court course, built once."""
    root = tmp_path_factory.mktemp("court") / "court"
    shutil.copytree(COURT, root, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "nbgrader_config.py", root)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "grading", "build"],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return CourseFolder(root)


@pytest.fixture(scope="module", autouse=True)
def cooled():
    """The tests of this file share one warm sandbox, which ends with them."""
    yield
    warm.cool()


@pytest.fixture
def room():
    """A room of its own in the warm sandbox."""
    found = warm.sandbox().room(SHORT)
    yield found
    found.close()


def run(room, source: str, seconds: float = 10.0) -> str:
    """What a cell gives, as one text."""
    reply = room.ask({"cell": textwrap.dedent(source), "seconds": seconds}, seconds + 10)
    return "\n".join(text for _, text in reply["outputs"])


def submission(court, bodies=None, extra=()):
    """A notebook with every answer right but for `bodies`; `extra` cells come after the setup."""
    right = hostile.right_bodies(court.root) | (bodies or {})
    book = nbformat.reads(json.dumps(hostile.notebook(court.root, right)), as_version=4)
    for source in reversed(extra):
        book.cells.insert(3, nbformat.v4.new_code_cell(source))
    return book


def verdicts(judgement) -> dict[str, str]:
    return {verdict.name: verdict.verdict for verdict in judgement.verdicts}


# Frames


Pair = namedtuple("Pair", "a b")
trees = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8", exclude_characters="$")), inner)
    ),
    max_leaves=20,
)


@given(trees)
def test_a_frame_comes_back_as_it_was_sent(tree):
    """What a probe sends is what the judge compares, NaN and infinities included."""
    data = frames.encode(tree)
    _, text, _ = frames.HEADER.unpack_from(data)
    body = data[frames.HEADER.size :]
    again = frames.decode(body[:text], body[text:])
    assert json.dumps(again) == json.dumps(tree)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_garbage_is_malformed_and_nothing_else(text, blob):
    """Whatever bytes a hostile room sends, the judge gets one kind of error."""
    with contextlib.suppress(frames.Malformed):
        frames.decode(text, blob)


@given(st.data())
def test_a_damaged_frame_never_harms_the_judge(data):
    """Any byte of a good frame changed: another tree or Malformed, no crash, no huge array."""
    good = frames.encode({"a": np.arange(6.0).reshape(2, 3), "b": [np.ones(2, dtype="float32")]})
    _, length, _ = frames.HEADER.unpack_from(good)
    body = bytearray(good[frames.HEADER.size :])
    for _ in range(data.draw(st.integers(1, 5))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        tree = frames.decode(bytes(body[:length]), bytes(body[length:]))
    except frames.Malformed:
        return
    assert len(str(tree)) < 10_000


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        '{"$array": ["float64", 0, [-1]]}',
        '{"$array": ["float64", 0, [1000000000000]]}',
        '{"$array": ["float64", -8, [1]]}',
        '{"$array": ["float64", 0.0, [1]]}',
        '{"$array": ["float64", 0, [1, 1, 1e0]]}',
        '{"$array": "float64"}',
        "NaN",
        "9" * 5000,
        "[" + "[]," * 60_000 + "0]",
    ],
)
def test_lying_trees_are_refused(text):
    """Deep nesting, arrays that point outside, numbers that are none."""
    blob = frames.encode({"a": np.zeros(2)})
    _, length, _ = frames.HEADER.unpack_from(blob)
    with pytest.raises(frames.Malformed):
        frames.decode(text.encode(), blob[frames.HEADER.size + length :])


def test_a_frame_that_announces_too_much_is_not_read():
    """The length is checked before a byte of it is waited for."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(frames.HEADER.pack(frames.MAGIC, 2**31, 2**31))
        with pytest.raises(frames.Malformed):
            frames.receive(ours, 5)


def test_a_frame_that_never_comes_is_late():
    """Half a frame does not hold the judge up for ever."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(frames.encode({"a": 1})[:-1])
        with pytest.raises(frames.Late):
            frames.receive(ours, 0.2)


@given(trees)
def test_an_order_comes_in_as_it_was_sent(tree):
    """To the last bit, with arrays of any layout; what is of a kind of its own comes as what it
    is, too."""
    arrays = {"a": np.arange(6.0).reshape(2, 3).T, "b": np.array(3, dtype="int8"), "c": np.ones(0)}
    kept = {"tree": tree, "given": Given("relu"), "rng": Rng(7), "arrays": arrays}
    ours, theirs = socket.socketpair()
    with ours, theirs:
        frames.send_order(ours, kept | {"own": [np.float64(0.1), Pair(1, "b"), Counter("b")]})
        found = frames.receive_order(theirs)
    assert json.dumps(found["tree"]) == json.dumps(tree)
    assert (found["given"], found["rng"]) == (Given("relu"), Rng(7))
    assert found["own"] == [0.1, (1, "b"), {"b": 1}]
    assert [type(value) for value in found["own"]] == [float, tuple, dict]
    for name, array in arrays.items():
        assert found["arrays"][name].dtype == array.dtype
        np.testing.assert_array_equal(found["arrays"][name], array)


@pytest.mark.parametrize(
    "thing", [print, len, hostile, Limits, Limits(), torch.ones(2), object(), lambda: 0, st.none()]
)
def test_an_order_carries_nothing_but_values(thing):
    """No function, class or object of ours gets into a room, by name or by content."""
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(TypeError, match="is not a value"):
        frames.send_order(ours, {"probe": {"inputs": [thing]}})


def test_what_comes_from_a_room_is_never_unpickled(tmp_path):
    """Not even where it says that it is an order."""
    trap = b"cposix\nsystem\n(S'touch %s'\ntR." % str(tmp_path / "sprung").encode()
    for magic in (frames.MAGIC, frames.ORDER):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            theirs.sendall(frames.HEADER.pack(magic, len(trap), 0) + trap)
            with pytest.raises(frames.Malformed):
                frames.receive(ours, 5)
    assert not (tmp_path / "sprung").exists()
    ours, theirs = socket.socketpair()
    with ours, theirs:  # the trap works
        theirs.sendall(frames.HEADER.pack(frames.ORDER, len(trap), 0) + trap)
        frames.receive_order(ours)
    assert (tmp_path / "sprung").exists()


# The secret


def test_the_secret_is_made_once_and_is_the_owners_alone(tmp_path):
    """Two graders that start at once agree; nobody else can read it."""
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: hidden.secret(tmp_path / ".judge"), range(8)))
    assert len(found) == 1 and len(found.pop()) == 32
    path = tmp_path / ".judge" / "secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in (tmp_path / ".judge").iterdir()] == ["secret"]


def test_hidden_inputs_come_from_the_secret_and_are_never_the_visible_ones(court):
    """The same whenever somebody is graded, as long as the course keeps its secret."""
    material = court.material(hostile.CHAPTER)
    key = material.keys["smooth"]

    def drawn(secret):
        found = hidden.drawn(secret, key, 8, hostile.CHAPTER).exercise
        return [case.inputs["x"].tolist() for case in found.cases]

    assert drawn(b"1") == drawn(b"1")
    assert not [x for x in drawn(b"1") if x in drawn(b"2")]
    shown = [case.inputs["x"].tolist() for case in material.visible["smooth"].cases]
    assert not [x for x in drawn(b"1") if x in shown]


def test_equal_answers_get_equal_grades(court):
    """Whoever hands them in, with whatever comment: nobody can try her luck once more."""
    answer = "x.unfold(0, len(k), 1) @ k"
    # Right or wrong by what the numbers are: eight drawings would hardly all agree.
    body = [f"if x[0] * k[0] > 0.2: return {answer} + 1", f"return {answer}"]
    found = set()
    for student in ("ada", "ben", "cleo", "dan", "eve", "fay", "gus", "hal"):
        book = submission(court, {"smooth": [f"# {student}", *body]})
        verdict = next(v for v in judge(book, student, court, SHORT).verdicts if v.name == "smooth")
        found.add((verdict.score, verdict.criteria))
    assert len(found) == 1


@pytest.fixture
def smooth(court):
    """The answer key of `smooth`, with its hidden cases forgotten before and afterwards."""
    material = court.material(hostile.CHAPTER)
    material.drawn.clear()
    yield material.keys["smooth"]
    material.drawn.clear()


BLIND = {"x": np.array([1.0, 2.0, 4.0]), "k": np.array([1.0, 1.0, 1.0])}  # turned round, the same
LOST = {"x": np.array([1e9, 1.0, -1e9]), "k": np.array([1.0, 1.0, 1.0])}  # in float32, 0 for 1


@pytest.mark.parametrize("bad", [BLIND, LOST], ids=["blind", "not for float32"])
def test_a_drawing_is_tried_out_before_it_is_used(smooth, monkeypatch, bad):
    """One that misses a listed mistake, or a right answer in float32, is drawn again."""
    cases, drawings = smooth.module.cases, []

    def unlucky(rng):
        drawings.append(list(cases(rng)))
        if len(drawings) > 2:
            return drawings[-1]
        return [replace(case, inputs=bad) for case in drawings[-1]]

    monkeypatch.setattr(smooth.module, "cases", unlucky)
    found = hidden.drawn(b"1", smooth, 8, hostile.CHAPTER).exercise
    assert len(drawings) == 3
    assert found.cases[0].inputs["x"].tolist() == drawings[2][0].inputs["x"].tolist()


def test_hidden_cases_that_never_serve_are_the_grader_s_fault(court, smooth, monkeypatch):
    """Nobody is graded by cases that miss a listed mistake; a person is told which."""
    blind = [replace(case, inputs=BLIND) for case in smooth.cases(np.random.default_rng(0))]
    monkeypatch.setattr(smooth.module, "cases", lambda rng: blind)
    judgement = judge(submission(court), "ada", court, SHORT)
    (verdict,) = [v for v in judgement.verdicts if v.name == "smooth"]
    assert verdict.verdict == "internal"
    assert "notices the mistake 'flipped'" in verdict.review[0]


# The sandbox


def test_a_room_shows_nothing_of_the_course(room, court):
    """No checkout, no answers, no home, no other process, no network."""
    secret = court.root / ".judge"
    paths = [ROOT, COURT, court.root, secret, Path.home() / ".bashrc", Path("/etc/passwd")]
    said = run(
        room,
        f"""
        import os, pathlib, course
        print([p for p in {[str(p) for p in paths]} if os.path.exists(p)])
        print(os.listdir("/proc"), os.listdir("/tmp"))
        here = pathlib.Path(course.__file__).parent
        print(sorted(here.rglob("*derivation*")), (here / "worked").exists())
        print(sorted(k for k in os.environ if k.startswith(("COURSE", "NBGRADER", "PYTEST"))))
        """,
    )
    assert said == "[]\n[] []\n[] False\n[]\n"
    said = run(room, "import socket; socket.create_connection(('127.0.0.1', 22), 1)")
    assert "ConnectionRefusedError" in said or "unreachable" in said
    said = run(room, "import socket; socket.create_connection(('192.0.2.1', 80), 1)")
    assert "unreachable" in said.lower()


def test_answers_can_not_be_imported(room):
    """The grader's own package, the keys, worked numbers and widgets are not there to import."""
    for name in ("grading", "answers", "course.worked.derivation", "course.widgets.tunnel"):
        assert "ModuleNotFoundError" in run(room, f"import {name}")
    for module, use in (("worked", "elman()['h_1']"), ("widgets", "gradient_tunnel(len)")):
        shown = run(room, f"from course import {module}; {module}.{use}")
        assert f"course.{module} shows nothing" in shown


@pytest.mark.parametrize(
    "call",
    [
        "libc.ptrace(16, 1, 0, 0)",
        "libc.unshare(0x10000000)",
        "libc.mount(b'x', b'/scratch', b'tmpfs', 0, None)",
        "libc.memfd_create(b'x', 0)",
        "libc.shmget(0, 4096, 0o1777)",
        "libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0)",  # clone(CLONE_NEWUSER | SIGCHLD)
        "libc.syscall(425, 8, 0)",  # io_uring_setup
        "libc.setns(0, 0)",
        "libc.chroot(b'/scratch')",
        "libc.msgget(0, 0o1777)",
        "libc.syscall(9, 0, 4096, 3, 0x21, -1, 0)",  # mmap(MAP_SHARED | MAP_ANONYMOUS)
    ],
)
def test_the_kernel_refuses_what_no_notebook_needs(room, call):
    """Each call fails with 'not permitted'; without the filter it would do something else."""
    said = run(
        room,
        f"""
        import ctypes, errno
        libc = ctypes.CDLL(None, use_errno=True)
        print({call}, errno.errorcode[ctypes.get_errno()])
        """,
    )
    assert said == "-1 EPERM\n"


def test_nothing_is_left_for_the_next_room():
    """Files, shared memory and processes of one submission are gone before the next begins."""
    sandbox = warm.sandbox()
    first = sandbox.room(SHORT)
    said = run(
        first,
        """
        import os, subprocess, sys
        from multiprocessing.shared_memory import SharedMemory
        open("/scratch/note", "w").write("for my friend")
        open("/tmp/note", "w").write("for my friend")
        kept = SharedMemory("note", create=True, size=100)
        job = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        print(job.poll())
        """,
    )
    assert said == "None\n"
    first.close()
    second = sandbox.room(SHORT)
    said = run(
        second,
        "import os\nprint(os.listdir('/scratch'), os.listdir('/tmp'), os.listdir('/dev/shm'))",
    )
    assert said in ("['home', 'tmp'] [] []\n", "['tmp', 'home'] [] []\n")
    said = run(second, "open('/dev/note', 'w')")
    assert "Error" in said
    second.close()
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    assert "time.sleep(600)" not in running


def test_cells_are_read_as_jupyter_reads_them(room):
    """Magics amid plain lines, a per cent sign that begins a line of plain Python, a warning."""
    assert run(room, "%matplotlib inline\nx = 1\nprint(x)").strip() == "1"
    assert run(room, "a = (7\n% 4)\nprint(a)").strip() == "3"
    assert run(room, "said = !echo hi\nprint(said)").strip() == "['hi']"
    assert run(room, "import asyncio\nawait asyncio.sleep(0)\nprint(5)").strip() == "5"
    assert "<unknown>" not in run(room, "y = 1\ny is 1")  # where Python warns, IPython does


def test_the_sandbox_ends_with_the_judge(tmp_path):
    """A grader that is killed leaves no process behind."""
    program = (
        "from grading.judge.sandbox import *; import os, time\n"
        "s = Sandbox(); s.start(); r = s.room(Limits()); print(s.process.pid, flush=True)\n"
        "time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    inside = int(child.stdout.readline())
    assert Path(f"/proc/{inside}").exists()
    child.kill()
    child.wait()
    for _ in range(100):
        state = Path(f"/proc/{inside}/stat")
        if not state.exists() or state.read_text().split()[2] == "Z":
            return
        subprocess.run(["sleep", "0.05"])
    raise AssertionError("the sandbox outlived the judge")


def test_without_bubblewrap_one_sentence_says_what_to_do(monkeypatch, tmp_path):
    """Missing, and refused by the machine, are told apart; nothing is graded."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoSandbox, match="bubblewrap is missing: install it"):
        Sandbox()
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2; exit 1\n")
    fake.chmod(0o755)
    with pytest.raises(NoSandbox, match=r"refuses user namespaces .*No permissions"):
        Sandbox().start()


# Judging


def test_right_wrong_and_untouched(court):
    """Full marks, a diagnosis in check()'s words, and not attempted."""
    right = judge(submission(court), "ada", court, SHORT)
    assert set(verdicts(right).values()) == {"pass"}
    key = court.material(hostile.CHAPTER).keys["smooth"]
    wrong = judge(submission(court, {"smooth": key.body(key.mistakes[0])}), "ben", court, SHORT)
    (verdict,) = [v for v in wrong.verdicts if v.name == "smooth"]
    assert verdict.verdict == "wrong" and verdict.score == 0
    assert verdict.messages[0] == "This is what you get when the kernel is turned round."
    book = nbformat.reads(json.dumps(hostile.notebook(court.root, {})), as_version=4)
    assert set(verdicts(judge(book, "cat", court, SHORT)).values()) == {"not attempted"}


def test_partial_credit_follows_the_criteria(court):
    """Right for several steps, wrong for gradients: three quarters of the points."""
    body = ["x = x.detach()", "h0 = h0.detach()"]
    solution = court.material(hostile.CHAPTER).keys["leaky"].body()
    judgement = judge(submission(court, {"leaky": body + solution}), "ada", court, SHORT)
    (verdict,) = [v for v in judgement.verdicts if v.name == "leaky"]
    assert verdict.verdict == "wrong" and verdict.score == pytest.approx(0.75)
    assert [c.met for c in verdict.criteria] == [True, True, False]


def by_heart(cases) -> list[str]:
    """A body of `smooth` that is right on these cases alone."""
    table = [(case.inputs["x"].tolist(), case.result.tolist()) for case in cases]
    return [
        f"known = {table!r}",
        "for seen, answer in known:",
        "    if seen == x.tolist():",
        "        return torch.tensor(answer, dtype=x.dtype)",
        "return torch.zeros(len(x) - len(k) + 1, dtype=x.dtype)",
    ]


def test_answers_by_heart_earn_nothing(court):
    """A table of the visible cases passes check() and fails here, with a sentence that says why."""
    body = by_heart(court.material(hostile.CHAPTER).visible["smooth"].cases)
    judgement = judge(submission(court, {"smooth": body}), "ada", court, SHORT)
    (verdict,) = [v for v in judgement.verdicts if v.name == "smooth"]
    assert verdict.score == 0
    assert verdict.messages[0].startswith("It is right on the cases that check() shows")


def test_a_name_of_a_demo_cell_is_found_at_the_second_try(court):
    """Demo cells are not run, unless an answer wants what they make."""
    body = ["return DEMO_FACTOR * (w * x).sum() / w.sum()"]
    judgement = judge(submission(court, {"weighted_mean": body}), "ada", court, SHORT)
    assert set(verdicts(judgement).values()) == {"pass"}


def test_what_the_exercise_rules_out_is_shown_to_a_person(court):
    """The score stands; a call under another name is found when it runs."""
    body = ["return F.conv1d(x[None, None], k[None, None])[0, 0]"]
    plain = judge(submission(court, {"smooth": body}), "ada", court, SHORT)
    alias = ["slide = vars(F)['conv' + '1d']"]
    body = ["return slide(x[None, None], k[None, None])[0, 0]"]
    hid = judge(submission(court, {"smooth": body}, alias), "ben", court, SHORT)
    for judgement in (plain, hid):
        (verdict,) = [v for v in judgement.verdicts if v.name == "smooth"]
        assert verdict.verdict == "pass" and verdict.review == ("calls `F.conv1d`",)


def test_forbidden_names_are_found_under_their_aliases():
    """import as, from-import and attribute all lead to the same function."""
    for source, others in (
        ("F.conv1d(x)", ()),
        ("nn.functional.conv1d(x)", ("from torch import nn",)),
        ("c(x)", ("from torch.nn.functional import conv1d as c",)),
        ("import torch.nn.functional as G\nG.conv1d(x)", ()),
    ):
        assert forbidden.used(source, forbidden.imports(others), ("F.conv1d",)) == ["F.conv1d"], (
            source
        )
    assert forbidden.used("conv1d(x)", {}, ("F.conv1d",)) == []


def test_top_level_await_magics_and_pictures_work_as_in_a_notebook(court):
    """Cells run in an IPython shell; their outputs are kept, cut to a length."""
    extra = [
        "import asyncio\nawait asyncio.sleep(0.01)\n40 + 2",
        "%time x = 1\n!echo hello",
        "import matplotlib.pyplot as plt\n%matplotlib inline\nplt.plot([1, 2]);",
        "print('y' * 1_000_000)",
        "input('your name? ')",
    ]
    book = submission(court, extra=extra)
    judgement = judge(book, "ada", court, SHORT)
    assert set(verdicts(judgement).values()) == {"pass"}
    first, *_ = judgement.outputs[book.cells[3].id]
    assert (first.kind, first.text) == ("result", "42")
    assert "hello" in judgement.outputs[book.cells[4].id][-1].text
    assert [o.kind for o in judgement.outputs[book.cells[5].id]] == ["image"]
    assert len(judgement.outputs[book.cells[6].id][0].text) < 21_000
    assert "nobody is at the keyboard" in judgement.outputs[book.cells[7].id][0].text


# Faults of our own


def test_a_sandbox_that_dies_once_costs_nobody_anything(court, monkeypatch):
    """The submission is judged again in a new one."""
    warm.sandbox()
    died = []

    def die(self, room, names, demo):
        if not died:
            died.append(True)
            warm.sandbox().process.kill()
            warm.sandbox().process.wait()
        return honest(self, room, names, demo)

    honest = judging._Trial._round
    monkeypatch.setattr(judging._Trial, "_round", die)
    assert set(verdicts(judge(submission(court), "ada", court, SHORT)).values()) == {"pass"}


def test_a_sandbox_that_keeps_dying_is_internal_and_no_zero(court, monkeypatch):
    """Our fault: no score, and a person is told why."""

    def broken(*arguments):
        raise Broken("the disk is on fire")

    monkeypatch.setattr(Sandbox, "room", broken)
    monkeypatch.setattr(Sandbox, "start", lambda self: None)
    warm.cool()
    judgement = judge(submission(court), "ada", court, SHORT)
    warm.cool()
    assert set(verdicts(judgement).values()) == {"internal"}
    assert all(v.score is None and v.earned is None for v in judgement.verdicts)
    assert all("the disk is on fire" in v.review[0] for v in judgement.verdicts)


@pytest.mark.parametrize("name", ["solution", "oracle"])
def test_a_key_that_raises_is_internal_for_its_exercise_alone(court, smooth, monkeypatch, name):
    """A key with a fault gives nobody a zero, and leaves the others' marks."""

    def broken(x, k):
        raise ZeroDivisionError("a key's own fault")

    monkeypatch.setattr(smooth.module, name, broken)
    judgement = judge(submission(court), "ada", court, SHORT)
    found = verdicts(judgement)
    assert found.pop("smooth") == "internal"
    assert set(found.values()) == {"pass"}
    (verdict,) = [v for v in judgement.verdicts if v.name == "smooth"]
    assert "a key's own fault" in verdict.review[0] and not verdict.messages


def test_nobody_is_wrong_where_solution_and_oracle_differ(court, smooth, monkeypatch):
    """Then it is not known who is right."""
    solution = smooth.solution
    monkeypatch.setattr(smooth.module, "solution", lambda x, k: solution(x, k) + 1)
    found = verdicts(judge(submission(court), "ada", court, SHORT))
    assert found.pop("smooth") == "internal"
    assert set(found.values()) == {"pass"}


def test_a_room_that_dies_while_there_is_doubt_settles_nothing(court, monkeypatch):
    """Wrong only after another exercise was called, and then the kernel ends the room: right."""
    body = ["if called:", "    return x", "return (w * x).sum() / w.sum()"]
    after = ["called.append(1)", "return x.unfold(0, len(k), 1) @ k"]
    book = submission(court, {"weighted_mean": body, "smooth": after}, ["called = []"])
    died = []

    def dies(self, ask, visible):
        died.append(visible.name)
        raise Died("exit")

    monkeypatch.setattr(Examiner, "_seen", dies)
    assert set(verdicts(judge(book, "ada", court, SHORT)).values()) == {"pass"}
    assert died == ["weighted_mean"]


def test_who_seems_to_make_a_listed_mistake_after_a_later_exercise_is_right(court):
    """Two that are not right are looked at together, and then the first one comes first: what the
    last one does to it shows no more."""
    body = ["return (w * x).sum() / (len(w) if called else w.sum())"]
    after = ["called.append(1)", "return x.unfold(0, len(k), 1) @ k.flip(0)"]
    book = submission(court, {"weighted_mean": body, "smooth": after}, ["called = []"])
    found = {verdict.name: verdict for verdict in judge(book, "ada", court, SHORT).verdicts}
    assert found["weighted_mean"].verdict == "pass"
    assert found["smooth"].verdict == "wrong"
    assert "the kernel is turned round" in found["smooth"].messages[0]


def test_who_makes_a_listed_mistake_is_told_so_among_others(court, monkeypatch):
    """Without a process for each, as long as nothing else is wrong; else with one."""
    alone = []
    seen = Examiner._seen

    def looked(self, ask, visible):
        alone.append(visible.name)
        return seen(self, ask, visible)

    monkeypatch.setattr(Examiner, "_seen", looked)
    bodies = {
        "weighted_mean": ["return (w * x).sum() / len(w)"],
        "smooth": ["return x.unfold(0, len(k), 1) @ k.flip(0)"],
    }
    found = {v.name: v for v in judge(submission(court, bodies), "ada", court, SHORT).verdicts}
    assert "the sum is divided by n" in found["weighted_mean"].messages[0]
    assert "the kernel is turned round" in found["smooth"].messages[0]
    assert not alone
    bodies["smooth"] = ["return 3 * (x.unfold(0, len(k), 1) @ k) + 1"]
    found = {v.name: v for v in judge(submission(court, bodies), "ada", court, SHORT).verdicts}
    assert "the sum is divided by n" in found["weighted_mean"].messages[0]
    assert found["smooth"].verdict == "wrong"
    assert alone == ["smooth"]


def test_a_comparison_that_fails_is_internal(court, monkeypatch):
    """Our own code raising while it compares is not held against the student."""

    def broken(*arguments):
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(comparing, "verdict", broken)
    found = verdicts(judge(submission(court), "ada", court, SHORT))
    assert found == dict.fromkeys(("weighted_mean", "leaky", "smooth"), "internal") | {
        "court_quiz": "pass"
    }


def test_no_secret_because_the_disk_is_full_is_internal(court, monkeypatch):
    """Without a secret nothing is drawn, and nothing is marked wrong."""

    def full(folder):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(hidden, "secret", full)
    fresh = CourseFolder(court.root)
    judgement = judge(submission(court), "ada", fresh, SHORT)
    assert verdicts(judgement)["smooth"] == "internal"
    assert "No space left" in judgement.verdicts[2].review[0]


def test_a_submission_that_uses_up_its_time_is_bounded(court):
    """Every cell and every exercise loops: the whole still ends, about when it should."""
    limits = Limits(cell_seconds=1, probe_seconds=1, probe_wall=2, total_seconds=4)
    names = ("weighted_mean", "leaky", "smooth", "court_quiz")
    endless = {name: ["while 1: pass"] for name in names}
    judgement = judge(submission(court, endless, ["while 1: pass"] * 6), "eve", court, limits)
    assert set(verdicts(judgement).values()) == {"timeout"}
    assert judgement.seconds < 4 + judging.GRACE + 5


def test_which_names_a_cell_makes():
    """What a demo cell would define, for the second try."""
    found = set(
        cells.binds("import a.b as c, d.e\nx, (y, *z) = 1, (2,)\ndef f(): w = 1\nclass G: ...")
    )
    assert found == {"c", "d", "x", "y", "z", "f", "w", "G"}
    assert set(cells.binds("def f(:")) == set()
