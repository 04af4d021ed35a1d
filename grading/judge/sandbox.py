"""The sandbox: where student code runs, and what keeps it there.

Theory of operation. The judge starts a sandbox with bubblewrap; inside waits a warm Python, the
zygote. The workers that judge a class share one, in which each has a twin of the zygote to itself.
For each submission the zygote forks a *room*; in a room one process runs the notebook's cells and
forks a *probe* that calls the functions of all exercises, then one for all that were not right, and
then one of its own for each of those that shows no listed mistake. The judge talks with a room over
a socket made for that room alone; when the room is closed, the kernel ends everything in it.

What is promised, and by which mechanism:

- No network, no host's processes, no shared memory or message queues of others: network, PID, IPC
  and UTS namespaces of the sandbox, and again of each room, with user and mount namespaces.
- No files but the Python environment and a student's `course` without `worked` and `widgets`, both
  read-only: a root that bubblewrap builds of bind mounts. No checkout, answers, hidden inputs,
  gradebook, other submissions or home; /proc is empty in a room.
- Nothing is left for the next submission: the only writable places are a room's own tmpfs, of
  bounded size and number of files; the keeper is process 1 of the room, and when it ends the
  kernel ends the rest.
- One submission can't reach another, the zygote or the judge: a room's user namespace has no
  capabilities over the zygote (so no ptrace, and signals need a process id, which the room's PID
  namespace does not hold). Grading as root, the zygote becomes an unprivileged user first.
- No privileges: no capabilities, no_new_privs, and a filter of system calls (`inside.syscalls`)
  against further namespaces, mounts, ptrace, uncounted memory and kernel interfaces.
- Bounded use: processor time, processes, open files, file size and data a process by the kernel's
  limits; wall time by the runner and, where that was tampered with, by the judge; memory of the
  whole room by the zygote, which looks twenty times a second, and ends the room, too, when the
  machine itself runs short; output by length, at both ends.
- What comes over the channel are length-limited frames of JSON and safetensors, checked before use
  (`inside.frames`). Nothing from a room is executed, unpickled or believed: scores are computed
  outside, from numbers. What goes in are values, and nothing that a value could carry.

What is not promised: a kernel whose namespaces have a hole; that a room can't slow others down by
using its share of the machine, or a burst of memory between two looks; secrecy of what a student
knows anyway, such as her own inputs; a limit on processes on Linux older than 5.14. Code that
gives the right numbers gets the points, whoever wrote it.
"""

from __future__ import annotations

import contextlib
import json
import platform
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from grading.judge import walls
from grading.judge.inside import frames, syscalls

DOOR = "door"  # of a shared sandbox, in its folder
START = 120.0  # seconds that a sandbox may take to warm up, on a slow disk
ADVICE = {
    "missing": "bubblewrap is missing: install it (Debian, Ubuntu: `apt-get install bubblewrap`).",
    "refused": (
        "this machine refuses user namespaces ({reason}): on Ubuntu 24.04 install bubblewrap's "
        "AppArmor profile, in Docker run with `--security-opt seccomp=unconfined`, or grade on "
        "another machine."
    ),
    "system": "the sandbox needs Linux on an x86-64 or ARM64 processor; this is {reason}.",
}


class NoSandbox(Exception):
    """Student code can't be shut in here; the message is one sentence that says what to do."""

    def __init__(self, what: str, reason: str = "") -> None:
        advice = ADVICE[what].format(reason=reason)
        super().__init__(f"Nothing was graded: {advice} `--no-sandbox` grades trusted code only.")


class Broken(Exception):
    """The sandbox itself failed, through no fault of a submission that is known."""


class Died(Exception):
    """A room is gone, or has to go: "timeout", "exit", "garbage", "broken"; the submission's doing,
    as far as can be seen."""


@dataclass(frozen=True)
class Limits:
    """What a submission may use. Times in seconds, sizes in bytes."""

    cell_seconds: float = 60.0  # wall time of one cell
    probe_seconds: float = 10.0  # processor time of all hidden calls of one exercise
    probe_wall: float = 40.0  # wall time of the same: it may sleep, or share a busy machine
    rehearsal_seconds: float = 4.0  # both, of all exercises together; who takes longer has none
    total_seconds: float = 600.0  # wall time of a submission, with all second tries
    cpu_seconds: int = 300  # processor time of any one process
    memory: int = 3 * 2**30  # data of any one process
    room_memory: int = 2 * 2**30  # of all processes of a submission, beyond the warm Python's own
    disk: int = 64 * 2**20
    files: int = 2000
    processes: int = 32  # and threads
    open_files: int = 128
    reply: int = 64 * 2**20  # bytes of one answer


class Room:
    """One submission's place in the sandbox."""

    def __init__(self, sandbox: Sandbox, channel: socket.socket, limits: Limits) -> None:
        self.sandbox, self.channel, self.limits = sandbox, channel, limits

    def ask(self, order: dict[str, Any], seconds: float) -> Mapping[str, Any]:
        """Send an order and wait for the reply, so long and no longer. Raises `Died`."""
        try:
            frames.send_order(self.channel, order)
            reply = frames.receive(self.channel, seconds, self.limits.reply)
        except frames.Late:
            raise Died("timeout") from None
        except frames.Closed:
            raise Died("exit") from None
        except frames.Malformed:
            raise Died("garbage") from None
        if not isinstance(reply, Mapping):
            raise Died("garbage")
        return reply

    def close(self) -> str:
        """End the room and all that runs in it; returns how it ended ("closed", "memory", ...).

        Raises `Broken`.
        """
        self.channel.close()
        return self.sandbox.end_room()


class Sandbox:
    """A warm sandbox, good for one submission after the other; use it as a context manager.

    `shut_in=False` is `--no-sandbox`: the same processes and limits, but no walls. A `shared` one
    lets visitors in (`Visitor`).
    """

    def __init__(self, shut_in: bool = True, shared: bool = False) -> None:
        if platform.system() != "Linux" or (shut_in and not syscalls.supported()):
            raise NoSandbox("system", f"{platform.system()} on {platform.machine()}")
        if shut_in and not shutil.which("bwrap"):
            raise NoSandbox("missing")
        self.shut_in, self.shared = shut_in, shared
        self.process: subprocess.Popen | None = None
        self.files: contextlib.ExitStack | None = None

    def __enter__(self) -> Sandbox:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def start(self) -> None:
        """Start and warm up; returns when rooms can be opened. Raises `NoSandbox`, `Broken`."""
        self.begin()
        self._try_out()

    def begin(self) -> None:
        """Start, without waiting until it is warm."""
        self.files = contextlib.ExitStack()
        self.folder = Path(self.files.enter_context(tempfile.TemporaryDirectory(prefix="judge-")))
        self.folder.chmod(0o755)  # the unprivileged user inside reads it
        site = self.folder / "site"
        walls.furnish(site)
        self.log = self.files.enter_context((self.folder / "log").open("w+b"))
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.files.enter_context(self.control)
        with contextlib.ExitStack() as handed:
            passed = [handed.enter_context(theirs).fileno()]
            if self.shared:
                passed.append(handed.enter_context(_door(self.folder / DOOR)).fileno())
            self.process = subprocess.Popen(
                walls.command(site, passed, self.shut_in),
                pass_fds=passed,
                env=walls.environment(self.folder, self.shut_in),
                stdin=subprocess.DEVNULL,
                stdout=self.log,
                stderr=self.log,
                cwd=self.folder,
            )

    def _try_out(self) -> None:
        """Wait until it is warm, and open a room. Raises `NoSandbox`, `Broken`."""
        try:
            self._hear(START, "ready")
            self.room(Limits()).close()  # namespaces within namespaces may be refused, too
        except Broken as error:
            self.close()
            reason = str(error)[-300:]
            if reason.startswith(("bwrap:", "no room")):
                raise NoSandbox("refused", reason) from None
            raise

    def close(self) -> None:
        """End the sandbox and everything in it; closing twice does no harm."""
        if self.process is not None:
            self.control.close()  # the zygote ends its room, and itself
            try:
                self.process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None
        if self.files is not None:
            self.files.close()
            self.files = None

    def room(self, limits: Limits, trains: bool = False, modules: Collection[str] = ()) -> Room:
        """Open a room; one in which an optimiser is used, or such modules, is quicker if that is
        known. They are imported outside the room: only what nobody but us has named may be.

        Raises `Broken`.
        """
        if self.files is None:
            raise Broken("the sandbox is not running")
        ours, theirs = socket.socketpair()
        order = asdict(limits) | {"isolated": self.shut_in, "filter": self.shut_in}
        if not self.shut_in:
            order["room_memory"] = 0  # the zygote would count the whole machine's processes
        try:
            with theirs:
                wanted = {"open": order, "trains": trains, "modules": list(modules)}
                message = json.dumps(wanted).encode()
                socket.send_fds(self.control, [message], [theirs.fileno()])
            self._hear(30.0, "opened")
        except (OSError, Broken) as error:
            ours.close()
            raise Broken(str(error)) from None
        return Room(self, ours, limits)

    def end_room(self) -> str:
        """End the open room. Raises `Broken`."""
        try:
            self.control.send(b'{"close": true}')
        except OSError as error:
            raise Broken(str(error)) from None
        return str(self._hear(30.0, "closed"))

    def _hear(self, seconds: float, wanted: str) -> Any:
        """What the zygote answers under the name `wanted`. Raises `Broken`."""
        self.control.settimeout(seconds)
        try:
            message = self.control.recv(65536)
        except OSError as error:
            raise Broken(f"the sandbox does not answer ({error})") from None
        if not message:
            raise Broken(self._last_word() or "the sandbox ended without a word")
        answer = json.loads(message)
        if wanted not in answer:
            raise Broken(str(answer.get("refused", answer)))
        return answer[wanted]

    def _last_word(self) -> str:
        """The last line that the zygote wrote, or bubblewrap."""
        self.log.seek(0)
        said = self.log.read()[-2000:].decode("utf-8", "replace").strip()
        return said.splitlines()[-1] if said else ""


class Visitor(Sandbox):
    """A twin of a shared sandbox that another process of the grader's has begun in `folder`.

    It is warm as soon as that one is, has rooms of its own, and goes when either of them is closed.
    """

    def __init__(self, folder: Path, shut_in: bool = True) -> None:
        super().__init__(shut_in)
        self.folder = folder

    def begin(self) -> None:
        """Knock at the door. Raises OSError where nobody is there any more."""
        self.files = contextlib.ExitStack()
        self.control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.files.enter_context(self.control)
        self.control.connect(str(self.folder / DOOR))

    def _last_word(self) -> str:
        return ""  # its host knows


def _door(path: Path) -> socket.socket:
    """A socket at which this user's other processes may knock."""
    door = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        door.bind(str(path))
        path.chmod(0o600)
        door.listen()
    except OSError:
        door.close()
        raise
    return door


def require() -> None:
    """Make sure that student code can be shut in here. Raises `NoSandbox`."""
    with Sandbox():
        pass
