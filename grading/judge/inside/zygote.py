"""The zygote: a warm Python inside the sandbox that forks a room when the judge asks for one.

It imports what notebooks import, once; for the first one that trains it also takes an optimiser
step, which imports a second's worth of modules. It starts no threads, because a fork would lose
them, and it never runs student code. It watches how much memory a room uses as a whole, which no
limit of the kernel's does, and ends rooms that use too much.

The control socket carries one JSON message a packet: {"open": limits, "trains": whether the
notebook seems to train something, "modules": what the chapter's own cells import} with the room's
channel as file descriptor, and {"close": true}; answers are {"opened": true} and {"closed":
reason}. There is one room at a time. Where there is a door, a listening socket, the zygote forks a
*twin* for each who connects there: warm at once, with that connection as its control socket and
with rooms of its own.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Any

UNPRIVILEGED = 65534
PAGE = os.sysconf("SC_PAGE_SIZE")
HUGE = 2 * 2**20
WATCH = 0.05  # seconds between two looks at a room's memory
GONE = (OSError, ValueError, IndexError)  # what looking at a process raises that ends meanwhile
SPARE = 400 * 2**20  # bytes that the machine keeps, or rooms are ended to save the grader


def main(isolated: bool, control_fd: int, door_fd: int | None = None) -> None:
    """Serve until the judge closes the control socket, and whoever knocks at the door, if any."""
    from . import room

    _become_nobody(room.libc)
    room.desk()
    control = socket.socket(fileno=control_fd)
    door = None if door_fd is None else socket.socket(fileno=door_fd)
    _warm_up()
    _serve(control, door, isolated, _resident(os.getpid()))


def _serve(control: socket.socket, door: socket.socket | None, isolated: bool, base: int) -> None:
    """Open and close rooms as `control` says; `base` is the bytes of a Python that did nothing."""
    from . import room, runner

    # What a room without walls leaves behind becomes the zygote's child, to be waited for.
    room.libc.prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
    _say(control, {"ready": True, "python": sys.version.split()[0]})
    keeper, allowed, ended, trained = 0, 0, "", False
    known = set(sys.modules)
    sockets = [control] if door is None else [control, door]
    while True:
        ready, _, _ = select.select(sockets, [], [], WATCH if keeper else None)
        if keeper and not ended:
            ended = _watch(keeper, base, allowed)
        if door in ready:
            _twin(control, door, isolated, base)
        if control not in ready:
            continue
        message, descriptors, _, _ = socket.recv_fds(control, 65536, 1)
        if not message:
            if keeper:
                _end(keeper)
            return
        order = json.loads(message)
        if "open" in order:
            limits = order["open"]
            if keeper:  # the judge was interrupted and never closed it
                _end(keeper)
                keeper = 0
            if order["trains"] and not trained:
                _take_a_step()  # `base` stays: the quick look at memory then errs on the safe side
                trained = True
            if new := set(order["modules"]) - known:
                _import(new)
                known |= new
            channel = socket.socket(fileno=descriptors[0])
            try:
                keeper = room.open_room(channel, limits, isolated, runner.serve)
            except OSError as error:
                _say(control, {"refused": str(error)})
            else:
                allowed, ended = limits["room_memory"], ""
                _say(control, {"opened": True})
            channel.close()
        elif keeper:
            ended = ended or _end(keeper) or "closed"
            keeper = 0
            _say(control, {"closed": ended})
        else:
            _say(control, {"closed": "there was no room"})


def _twin(control: socket.socket, door: socket.socket, isolated: bool, base: int) -> None:
    """Fork a zygote that serves the next one at the door, and ends with this one."""
    from . import room

    client, _ = door.accept()
    if os.fork() == 0:
        room.end_with_parent()
        control.close()
        door.close()
        try:
            _serve(client, None, isolated, base)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(0)
    client.close()


def _become_nobody(libc: Any) -> None:
    """As root the kernel exempts us from limits on processes, so root is given up first."""
    if os.getuid() == 0 and os.environ.get("HOME", "").startswith("/scratch"):
        os.setgroups([])
        os.setresgid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED)
        os.setresuid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED)
        libc.prctl(4, 1, 0, 0, 0)  # dumpable again: else /proc/self belongs to root


def _warm_up() -> None:
    import matplotlib.pyplot as plt
    import numpy
    import torch
    import tqdm.auto  # noqa: F401

    import course.data
    import course.widgets  # these two are dummies here
    import course.worked

    from . import shell

    torch.set_num_threads(1)
    layer = torch.nn.Linear(2, 1)
    layer(torch.zeros(1, 2)).sum().backward()
    figure, axes = plt.subplots()
    axes.plot(numpy.arange(2))
    figure.canvas.draw()
    plt.close(figure)
    assert course.check
    shell.prepare()
    _ready_to_fork()


def _take_a_step() -> None:
    import torch

    layer = torch.nn.Linear(2, 1)
    optimiser = torch.optim.Adam(layer.parameters())
    layer(torch.zeros(1, 2)).sum().backward()
    optimiser.step()
    _ready_to_fork()


def _import(names: set[str]) -> None:
    """Import what every submission to a chapter will: scikit-learn alone takes a second."""
    for name in sorted(names):
        with contextlib.suppress(Exception):  # the cell that wants it will say what is wrong
            importlib.import_module(name)
    _ready_to_fork()


def _ready_to_fork() -> None:
    """Make forks cheap: most of a submission's time went into copying page tables.

    What lies in huge pages is forked 512 pages at a time, and what the collector of cycles leaves
    alone is not written to, so not copied, in every fork.
    """
    gc.collect()
    gc.freeze()
    madvise = ctypes.CDLL(None).madvise
    for line in Path("/proc/self/maps").read_text().splitlines():
        addresses, rights, _, _, _, *name = line.split(maxsplit=5)
        start, end = (int(address, 16) for address in addresses.split("-"))
        if "w" in rights and (not name or name[0] == "[heap]"):
            _huge(madvise, start, end)


def _huge(madvise: Any, start: int, end: int) -> None:
    """Put what lies in whole huge pages there; a kernel that can't (before 6.1) says no."""
    advice = ctypes.c_void_p(start), ctypes.c_size_t(end - start)
    if end - start < HUGE or madvise(*advice, 14):  # MADV_HUGEPAGE
        return
    for address in range(-(-start // HUGE) * HUGE, end - HUGE + 1, HUGE):
        madvise(ctypes.c_void_p(address), ctypes.c_size_t(HUGE), 25)  # MADV_COLLAPSE


def _watch(keeper: int, base: int, allowed: int) -> str:
    """Why a room is over, "" while it goes on."""
    pid, status = os.waitpid(keeper, os.WNOHANG)
    if pid:
        return f"exit {os.waitstatus_to_exitcode(status)}"
    if not allowed:
        return ""
    pids = _inside(keeper)  # the keeper itself runs no student code
    # Forks share pages, which the quick sum counts once for each; the exact one takes longer.
    over = sum(max(0, _resident(pid) - base) for pid in pids) > allowed
    if over and sum(_proportional(pid, base) for pid in pids) > allowed:
        _end(keeper)
        return "memory"
    if _available() < SPARE:
        _end(keeper)
        return "machine"
    return ""


def _inside(keeper: int) -> list[int]:
    """The processes below a room's keeper; whoever is orphaned in a room becomes its child."""
    children: dict[int, list[int]] = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(*GONE):
            after_name = _read(f"/proc/{entry}/stat").rpartition(")")[2]
            children.setdefault(int(after_name.split()[1]), []).append(int(entry))
    found, parents = [], [keeper]
    while parents:
        found += (own := children.get(parents.pop(), []))
        parents += own
    return found


def _resident(pid: int) -> int:
    """Resident bytes of a process, 0 if it is gone; pages that forks share count for each."""
    # The first thread may have ended, which then reads 0, while others go on.
    sizes = [0]
    for thread in _threads(pid):
        with contextlib.suppress(*GONE):
            sizes.append(int(_read(f"/proc/{pid}/task/{thread}/statm").split()[1]) * PAGE)
    return max(sizes)


def _proportional(pid: int, base: int) -> int:
    """Resident bytes of a process, shared pages divided among those that share them."""
    found = [0]
    for thread in _threads(pid):
        try:
            lines = _read(f"/proc/{pid}/task/{thread}/smaps_rollup").splitlines()
            line = next(line for line in lines if line.startswith("Pss:"))
            found.append(int(line.split()[1]) * 1024)
        except (FileNotFoundError, ProcessLookupError):
            continue
        except (OSError, StopIteration, ValueError):
            return max(0, _resident(pid) - base)  # a process may forbid the look at itself
    return max(found)


def _threads(pid: int) -> list[str]:
    """The threads of a process, none if it is gone."""
    with contextlib.suppress(*GONE):
        return os.listdir(f"/proc/{pid}/task")
    return []


def _read(path: str) -> str:
    with open(path) as file:
        return file.read()


def _available() -> int:
    """Bytes that the machine could still give to anybody."""
    text = Path("/proc/meminfo").read_text()
    return int(text.split("MemAvailable:")[1].split()[0]) * 1024


def _end(keeper: int) -> str:
    """End a room and everything in it; returns once the kernel has."""
    try:
        os.kill(keeper, signal.SIGKILL)
        os.waitpid(keeper, 0)
    except (ProcessLookupError, ChildProcessError):
        pass
    while True:  # what a room that is not isolated left behind
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ""
        if not pid:
            return ""


def _say(control: socket.socket, message: dict) -> None:
    control.send(json.dumps(message).encode())


if __name__ == "__main__":
    main(sys.argv[1] == "isolated", *map(int, sys.argv[2:]))
