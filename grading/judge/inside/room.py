"""A room: one submission's own namespaces, files and limits, made by a fork of the zygote.

The room's first process is a keeper: as process 1 of its own PID namespace it lives exactly as
long as the room; when it goes, the kernel ends whatever is left in there.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from . import syscalls

SCRATCH = "/scratch"  # the one place that a room can write to, beside /dev/shm
HOME, TEMPORARY = f"{SCRATCH}/home", f"{SCRATCH}/tmp"
# CLONE_NEW...: user, mounts, processes, IPC, UTS; and a network of its own, since the ports of the
# sandbox's loopback are there for all rooms.
NAMESPACES = 0x10000000 | 0x20000 | 0x20000000 | 0x08000000 | 0x04000000 | 0x40000000
MADE = "made"
_PRIVATE = 0x4000 | 0x40000  # MS_REC | MS_PRIVATE
_TMPFS = 0x2 | 0x4  # MS_NOSUID | MS_NODEV
_BIND = 0x1000
libc = ctypes.CDLL(None, use_errno=True)


def open_room(
    channel: socket.socket,
    limits: dict,
    isolated: bool,
    work: Callable[[socket.socket, dict], None],
) -> int:
    """Fork a room in which `work(channel, limits)` runs; returns its keeper's process id.

    `limits` are bytes and counts by name. Raises OSError where the kernel refuses.
    """
    me = (os.getuid(), os.getgid()) if isolated else None
    read, write = os.pipe()
    with os.fdopen(read, "rb") as pipe:
        try:
            keeper = _fork_into(NAMESPACES) if isolated else os.fork()
            if keeper == 0:
                _keep(channel, limits, work, write, me)
        finally:
            os.close(write)
        said = pipe.read().decode()
    if said != MADE:
        os.waitpid(keeper, 0)
        raise OSError(f"no room could be made: {said or 'the fork died'}")
    return keeper


def _fork_into(namespaces: int) -> int:
    """os.fork, but the child is in new namespaces, as process 1 where that of processes is new:
    `unshare` would take a second fork, and each copies the warm Python's page tables.

    Raises OSError where the kernel refuses.
    """
    python = ctypes.PyDLL(None, use_errno=True)  # which does not let go of Python's lock
    flags = map(ctypes.c_long, (syscalls.number(syscalls.CLONE), namespaces | signal.SIGCHLD))
    python.syscall.restype = ctypes.c_long
    python.PyOS_BeforeFork()
    child = python.syscall(*flags, *[ctypes.c_long(0)] * 4)
    number = ctypes.get_errno()
    (python.PyOS_AfterFork_Parent if child else python.PyOS_AfterFork_Child)()
    if child < 0:
        raise OSError(f"no room could be made: clone: {os.strerror(number)}")
    return child


def _isolate(limits: dict, user: int, group: int) -> None:
    """Who it is in the new namespaces; own writable folders of bounded size."""
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    _done(libc.mount(None, b"/", None, _PRIVATE, None), "mount /")
    size = f"size={limits['disk']},nr_inodes={limits['files']},mode=1777".encode()
    for folder in (SCRATCH, "/dev/shm"):
        _done(libc.mount(b"tmpfs", folder.encode(), b"tmpfs", _TMPFS, size), f"mount {folder}")
    # A shared mapping of /dev/zero is memory that nobody counts.
    _done(libc.mount(b"/dev/null", b"/dev/zero", None, _BIND, None), "mount /dev/zero")
    # The sandbox's /proc would show the zygote and this room's other side.
    empty = b"size=4k,nr_inodes=1,mode=555"
    _done(libc.mount(b"tmpfs", b"/proc", b"tmpfs", _TMPFS, empty), "mount /proc")


def _keep(
    channel: socket.socket, limits: dict, work: Callable, write: int, me: tuple[int, int] | None
) -> None:
    """The keeper's life: make the room and say so, start the runner, reap, go when the runner goes.
    Never returns. `me` is None where there are no walls."""
    try:
        try:
            _furnish(limits, me)
        except BaseException as error:  # the zygote must hear of everything
            os.write(write, str(error).encode()[:500])
            raise
        os.write(write, MADE.encode())
        os.close(write)
        runner = os.fork()
        if runner == 0:
            end_with_parent()
            _run(channel, limits, work)
        channel.close()
        _close_all_but()
        while True:
            pid, status = os.wait()
            if pid == runner:
                os._exit(0 if status == 0 else 1)
    except BaseException as error:
        print(f"keeper: {error!r}", file=sys.stderr, flush=True)
    finally:
        os._exit(2)


def _furnish(limits: dict, me: tuple[int, int] | None) -> None:
    """Make a room of this process's surroundings: walls, limits, no way back."""
    os.setsid()
    if me:
        _isolate(limits, *me)
    else:
        end_with_parent()
    _limit(limits)
    libc.prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE: nobody in the room looks into the keeper
    _drop_capabilities()
    if limits["filter"]:
        syscalls.refuse(libc)


def _run(channel: socket.socket, limits: dict, work: Callable) -> None:
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        libc.prctl(4, 1, 0, 0, 0)
        _close_all_but(channel.fileno())
        desk()
        sys.path.insert(0, "")  # as in a notebook's folder: cells may import what cells wrote
        work(channel, limits)
    except BaseException as error:
        print(f"runner: {error!r}", file=sys.stderr, flush=True)
        os._exit(3)
    os._exit(0)


def end_with_parent() -> None:
    """Have the kernel end this process when its parent ends: without walls nothing else would."""
    libc.prctl(1, int(signal.SIGKILL), 0, 0, 0)  # PR_SET_PDEATHSIG


def desk() -> None:
    """Make the home and temporary folders, and go there."""
    for folder in (os.environ["HOME"], os.environ["TMPDIR"]):
        Path(folder).mkdir(parents=True, exist_ok=True)
    os.chdir(os.environ["HOME"])


def _limit(limits: dict) -> None:
    """Limits that every process of the room inherits and none can raise."""
    base = resource.getrlimit(resource.RLIMIT_DATA)[1]
    memory = limits["memory"] if base < 0 else min(base, limits["memory"])
    bounds = {
        resource.RLIMIT_DATA: memory,
        resource.RLIMIT_CPU: limits["cpu_seconds"],
        resource.RLIMIT_NPROC: limits["processes"],
        resource.RLIMIT_NOFILE: limits["open_files"],
        resource.RLIMIT_FSIZE: limits["disk"],
        resource.RLIMIT_CORE: 1,  # 0 would still feed a program that collects core dumps
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    for name, bound in bounds.items():
        hard = resource.getrlimit(name)[1]
        bound = bound if hard < 0 else min(bound, hard)
        resource.setrlimit(name, (bound, bound))


def _drop_capabilities() -> None:
    """Give up what the new user namespace granted; no_new_privs keeps it from coming back."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this process
    nothing = (ctypes.c_uint32 * 6)()
    _done(libc.capset(header, nothing), "capset")


def _close_all_but(*keep: int) -> None:
    """Only the channel stays open; the standard streams lead nowhere."""
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    highest = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    start = 3
    for number in sorted(keep):
        os.closerange(start, number)
        start = number + 1
    os.closerange(start, max(highest, 4096))


def _done(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
