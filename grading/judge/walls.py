"""The walls of the sandbox: bubblewrap's command line, and what lies inside.

The list is of what is shown, never of what is hidden: whatever is not named here does not exist
for student code.
"""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

import course
from course.checks import expected
from grading.files import clean_copy
from grading.judge import inside
from grading.judge.inside.room import HOME, SCRATCH, TEMPORARY

ENVIRONMENT = {
    "HOME": HOME,
    "TMPDIR": TEMPORARY,
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "USER": "student",
    "LOGNAME": "student",
    "MPLBACKEND": "agg",
    # Threads would not survive a fork, and two workers share two cores.
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
}


def command(site: Path, sockets: Sequence[int], shut_in: bool) -> list[str]:
    """The zygote's command line; `site` is what `furnish` made, `sockets` are inherited: control,
    and the door if there is one."""
    numbers = list(map(str, sockets))
    if not shut_in:
        return [sys.executable, "-s", "-P", "-m", "inside.zygote", "open", *numbers]
    prefix = Path(sys.prefix)
    inner = Path("/env") if prefix != Path(sys.base_prefix) else prefix
    python = str(inner / Path(sys.executable).relative_to(prefix))
    own = ["--unshare-user"]
    if os.getuid() == 0:
        # Root sets the walls up without a user namespace, then becomes nobody in the zygote:
        # the kernel's limits on processes do not hold for root.
        own = ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    return [
        *("bwrap", *own, "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"),
        *("--unshare-cgroup-try", "--hostname", "notebook", "--new-session"),
        *("--die-with-parent", "--clearenv"),
        *_system(),
        *_bound(Path(sys.base_prefix).resolve(), Path(sys.base_prefix)),
        *(*_bound(prefix, inner), *_masked(prefix, inner)),
        *(*_bound(site, Path("/judge")), "--proc", "/proc", "--dev", "/dev"),
        *("--perms", "1777", "--tmpfs", SCRATCH),
        *_temporary(),
        *("--remount-ro", "/dev", "--remount-ro", "/"),
        *(word for item in ENVIRONMENT.items() for word in ("--setenv", *item)),
        *("--setenv", "PYTHONPATH", "/judge"),
        *("--chdir", SCRATCH, "--", python, "-s", "-P"),
        *("-m", "inside.zygote", "isolated", *numbers),
    ]


def environment(folder: Path, shut_in: bool) -> dict[str, str]:
    """The environment variables of the command; bubblewrap sets those inside by itself.

    Without walls: the same variables, with folders of this machine.
    """
    path = {"PATH": os.environ.get("PATH", os.defpath)}
    if shut_in:
        return path
    home = {"HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp")}
    return {**ENVIRONMENT, **home, **path, "PYTHONPATH": str(folder / "site")}


def furnish(site: Path) -> None:
    """The packages that a notebook needs beside the environment's, without any answers.

    The figures that `check` compares with are a student's own anyway, and helper cells may ask
    `finished`. What worked examples and widgets compute could be handed in, so a dummy stands for
    them.
    """
    clean_copy(Path(inside.__file__).parent, site / "inside")
    clean_copy(Path(course.__file__).parent, site / "course")
    for name in ("worked", "widgets"):
        shutil.rmtree(site / "course" / name, ignore_errors=True)
        shutil.copy(site / "inside" / "nothing.py", site / "course" / f"{name}.py")
    shutil.rmtree(site / "course" / "checks" / "expected", ignore_errors=True)
    clean_copy(expected.FOLDER, site / "course" / "checks" / "expected")
    for path in [site, *site.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def _bound(source: Path, target: Path) -> list[str]:
    """A read-only view of a folder; the folders above it may be passed but are empty."""
    above = [folder for folder in reversed(target.parents) if folder != Path("/")]
    if Path("/usr") in (target, *above):
        return []  # seen with the system's programs
    words = [word for folder in above for word in ("--perms", "0755", "--dir", str(folder))]
    return [*words, "--ro-bind", str(source), str(target)]


def _system() -> list[str]:
    """The system's programs and libraries, as they lie on this machine."""
    words = ["--ro-bind", "/usr", "/usr"]
    for name in ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"):
        path = Path(name)
        if path.is_symlink():
            words += ["--symlink", os.readlink(path), name]
        elif path.is_dir():
            words += ["--ro-bind", name, name]
    exchange = Path("/usr/local/share/nbgrader")  # nbgrader's usual place for what students hand in
    if exchange.is_dir():
        words += ["--tmpfs", str(exchange)]
    for name in ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime"):
        words += ["--ro-bind-try", name, name]
    return words


def _masked(prefix: Path, inner: Path) -> list[str]:
    """Empty folders over what an installed wheel of this project would show."""
    site = Path(sysconfig.get_paths()["purelib"])
    found = [site / name for name in ("course", "grading") if (site / name).is_dir()]
    return [word for path in found for word in ("--tmpfs", str(inner / path.relative_to(prefix)))]


def _temporary() -> list[str]:
    """Programs write to /tmp whatever they are told; it leads to the room's own folder."""
    below = Path("/tmp") in Path(sys.base_prefix).parents
    return [] if below else ["--symlink", TEMPORARY, "/tmp"]
