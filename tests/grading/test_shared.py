"""One warm sandbox for several workers: each has rooms of its own, and nobody loses by another."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from grading.judge import warm
from grading.judge.inside import zygote
from grading.judge.material import CourseFolder
from grading.judge.sandbox import Broken, Died, Limits, Sandbox, Visitor

ROOT = Path(__file__).parents[2]
SMALL = Limits(cell_seconds=20, room_memory=300 * 2**20)
HOG = "import torch; kept = [torch.ones(50_000_000) for _ in range(8)]"
HIDING = f"""
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        {HOG}
        time.sleep(60)
    os._exit(0)
time.sleep(20)
"""
MANY = """
import os, time
for _ in range(8):
    if os.fork() == 0:
        held = b"x" * 150_000_000
        time.sleep(60)
time.sleep(20)
"""
FOREIGN = """
import os
print("secret" in globals(), os.path.exists("note.txt"))
"""
NEIGHBOURS = """
def there(pid):
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
print(sum(map(there, range(2, 400))))
"""
SOCKETS = """
import os, stat
for number in range(128):
    try:
        if stat.S_ISSOCK(os.fstat(number).st_mode):
            print("socket")
    except OSError:
        pass
"""


@pytest.fixture
def host():
    """A shared sandbox, which is warm as soon as somebody has visited it."""
    sandbox = Sandbox(shared=True)
    sandbox.begin()
    yield sandbox
    sandbox.close()


@pytest.fixture
def two(host):
    """Two visitors of the same sandbox."""
    with Visitor(host.folder) as first, Visitor(host.folder) as second:
        yield first, second


def run(room, source: str) -> str:
    reply = room.ask({"cell": source, "seconds": 20}, 30)
    return "\n".join(text for _, text in reply["outputs"])


def living(sandbox) -> set[psutil.Process]:
    """All processes of a sandbox, but those that only wait for their parent to note their end."""
    return set(filter(lives, psutil.Process(sandbox.process.pid).children(recursive=True)))


def lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_for(happens, seconds=10.0):
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def test_two_rooms_at_once_know_nothing_of_each_other(two):
    """Names, files and processes are a room's own, and closing one leaves the other alone."""
    one, other = (visitor.room(SMALL) for visitor in two)
    run(one, "secret = 42; open('note.txt', 'w').write('mine')")
    assert run(other, FOREIGN).split() == ["False", "False"]
    # Process 1 is the keeper; beside it there is nobody but the runner.
    assert run(other, NEIGHBOURS).strip() == "1"
    assert one.close() == "closed"
    assert "43" in run(other, "print(42 + 1)")
    assert other.close() == "closed"


def test_who_takes_too_much_memory_is_ended_and_nobody_else(two):
    """Memory is counted room by room, though all rooms live in one sandbox."""
    hog, honest = (visitor.room(SMALL) for visitor in two)
    run(honest, "x = 20")
    with pytest.raises(Died):
        run(hog, HOG)
    assert hog.close() == "memory"
    assert "21" in run(honest, "print(x + 1)")
    time.sleep(0.2)  # four more looks at the memory
    assert honest.close() == "closed"


@pytest.mark.parametrize("trains", [False, True])
def test_what_many_take_together_is_counted(two, trains):
    """Also after an optimiser was imported, which makes every process larger."""
    room = two[0].room(SMALL, trains)
    with pytest.raises(Died):
        run(room, MANY)
    assert room.close() == "memory"


def test_what_hides_behind_orphans_is_counted(two):
    """A process whose parents have gone still belongs to its room."""
    room = two[0].room(SMALL)
    with pytest.raises(Died):
        run(room, HIDING)
    assert room.close() == "memory"


def test_what_a_chapter_imports_is_there_before_its_cells_run(two):
    """Once, not for every submission; what can't be imported is the cell's own trouble."""
    warmed = "import sys; print('wave' in sys.modules, 'this' in sys.modules)"
    for _ in range(2):
        room = two[0].room(SMALL, modules=["wave", "no_such_module"])
        assert run(room, warmed).split() == ["True", "False"]
        assert "ModuleNotFoundError" in run(room, "import no_such_module")
        assert room.close() == "closed"
    room = two[1].room(SMALL)
    assert run(room, warmed).split() == ["False", "False"]
    assert room.close() == "closed"


def test_only_what_the_course_itself_imports_is_imported_outside_a_room():
    """A chapter's own cells, its prose left out; never what a student names."""
    modules = CourseFolder(ROOT).material("ch01_ann").modules
    assert {"sklearn.linear_model", "matplotlib.pyplot", "torch"} <= set(modules)
    assert not [name for name in modules if name.startswith(("course", "grading", "answers"))]


def test_a_process_that_ends_while_it_is_looked_at_takes_no_memory():
    """Rooms are watched while their processes come and go; one in a thousand rooms once ended the
    whole sandbox with it."""
    for _ in range(600):
        child = os.fork()
        if child == 0:
            os._exit(0)
        reaper = threading.Thread(target=os.waitpid, args=(child, 0))
        reaper.start()
        seen = [zygote._proportional(child, 0) + zygote._resident(child) for _ in range(20)]
        reaper.join()
        assert zygote._resident(child) == 0 and seen[-1] < 10 * 2**30


def test_a_room_that_can_not_be_made_is_refused_in_a_sentence(host):
    """Whatever the kernel says no to: the next room is as good as any."""
    with Visitor(host.folder) as visitor:
        before = living(host)
        with pytest.raises(Broken, match=r"no room could be made: .*mount /scratch"):
            visitor.room(Limits(disk=-1))
        room = visitor.room(SMALL)
        assert "2" in run(room, "print(1 + 1)")
        assert room.close() == "closed"
        assert living(host) == before


def test_no_descriptor_leads_out_of_a_room(two):
    """Student code holds the room's own channel and nothing of the zygote's, above all no door."""
    room = two[0].room(SMALL)
    assert run(room, SOCKETS).split() == ["socket"]
    room.close()


def test_a_visitor_that_is_killed_leaves_no_room_behind(host):
    """A worker may be ended at any moment; what ran for it ends, and the others go on."""
    with Visitor(host.folder) as other:
        before = living(host)
        program = (
            "import sys, time; from pathlib import Path; from grading.judge.sandbox import *\n"
            f"v = Visitor(Path({str(host.folder)!r})); v.start(); r = v.room(Limits())\n"
            "r.ask({'cell': 'x = 1', 'seconds': 5}, 5); print('there', flush=True); time.sleep(60)"
        )
        child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        assert child.stdout.readline() == "there\n"
        assert living(host) > before
        child.kill()
        child.wait()
        wait_for(lambda: living(host) <= before)
        room = other.room(SMALL)
        assert "2" in run(room, "print(1 + 1)")
        room.close()


def test_visitors_end_with_their_host(host):
    """Nothing outlives the process that began the sandbox."""
    with Visitor(host.folder) as visitor:
        room = visitor.room(SMALL)
        run(room, "x = 1")
        there = living(host)
        host.close()
        assert there
        wait_for(lambda: not any(map(lives, there)))
        with pytest.raises(Died):
            run(room, "x")
        with pytest.raises(Broken):
            visitor.room(SMALL)


def test_a_worker_whose_shared_sandbox_has_died_gets_one_of_its_own(host, monkeypatch):
    """However it died: at the door nobody answers."""
    monkeypatch.setattr(warm, "_sandboxes", {})
    monkeypatch.setenv(warm.SHARED, str(host.folder))
    try:
        assert isinstance(warm.sandbox(), Visitor)
        os.kill(host.process.pid, signal.SIGKILL)
        wait_for(lambda: host.process.poll() is not None)
        with pytest.raises(Broken):
            warm.sandbox().room(SMALL)
        warm.cool()
        assert type(warm.sandbox()) is Sandbox
        room = warm.sandbox().room(SMALL)
        assert "2" in run(room, "print(1 + 1)")
        room.close()
    finally:
        warm.cool()


def test_the_door_is_for_its_owner_alone(host):
    """Another user of the machine can't have code run in the grader's name."""
    door = host.folder / "door"
    assert door.stat().st_mode & 0o777 == 0o600
    assert door.stat().st_uid == os.getuid()
