#!/usr/bin/env python3
"""Set the course up in an environment of its own, then run one job in it.

    python start.py lab

The environment is the folder .venv, or the one that COURSE_VENV names; what goes into it is the
list of pyproject.toml in the versions of requirements.lock. A stamp file in it says what it was
made from, so that a second start installs nothing, and one after an interruption goes on.

PyTorch is the CPU build where no NVIDIA driver is found. COURSE_TORCH_INDEX names another index
of PyTorch builds; set to nothing, pip's usual index decides.

This file needs Python's standard library alone. Old Pythons, 2.7 too, must be able to parse it,
so that they can say that they are too old: hence no f-strings and no annotations.
"""

from __future__ import print_function

import sys

if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.stderr.write(
        "start.py needs Python 3.11, 3.12 or 3.13, and {} is Python {}.{}.{}: install one of them "
        "and name it, for example `python3.12 start.py lab`.\n".format(
            sys.executable, *sys.version_info[:3]
        )
    )
    sys.exit(2)

import collections
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import urllib.request

ROOT = os.path.dirname(os.path.abspath(__file__))
PROJECT, LOCK = "pyproject.toml", "requirements.lock"
STAMP, LOG = "course-setup.json", "course-setup.log"
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
SPACE = 3e9  # bytes: the CPU build comes to 1.9 GB, and pip needs room to unpack

Job = collections.namedtuple("Job", "extra needs command about")
JOBS = {
    "lab": Job("", "course", ["course", "lab"], "open the course in JupyterLab, on your own copy"),
    "test": Job("test", "tests", ["pytest"], "run every test"),
    "build": Job("", "grading", ["grading", "build"], "chapters + answers -> source/, release/"),
    "grade": Job("", "grading", ["grading", "autograde"], "grade a chapter: grade ch04_rnn"),
    "demo": Job("", "grading", ["grading", "demo"], "a simulated class, from release to grades"),
    "bundle": Job("", "grading", ["grading", "bundle"], "dist/student/: what students may have"),
    "bench": Job("test", "benchmarks", ["benchmarks"], "measure all, write benchmarks/README.md"),
    "lock": Job("test", "tests", None, "renew requirements.lock"),
}

LOCK_HEADER = """\
# The versions that this course is tested with: a constraints file, for pip install -c.
#
# Renew it with `python start.py lock`. That installs the list of pyproject.toml, with the extra
# `test`, into a fresh environment and writes down what came. Two kinds of lines it obeys and
# leaves as they stand, to be edited by hand: torch (its builds are large, and stated figures
# depend on it) and lines with a marker (;), for other systems and Pythons than the one it runs on.
# PyTorch's CUDA packages are left out: each torch build names its own.
"""

# What a failed command printed -> what to tell a person.
CAUSES = (
    (
        "No space left on device|Disk quota exceeded|WinError 112",
        "There is no room left on the disk for {venv}: free some space, or set COURSE_VENV to a "
        "folder on another disk, and run this again; it goes on from here.",
    ),
    (
        "Failed to establish a new connection|NewConnectionError|Temporary failure in name resol|"
        "getaddrinfo failed|Network is unreachable|ConnectTimeout|ReadTimeout|ProxyError|"
        r"\(from versions: none\)",
        "pip got nothing from its package index: connect to the network (or look at the proxy and "
        "at pip's settings) and run this again; it goes on from here{log}.",
    ),
    (
        "",
        "`{command}` failed with exit status {status}; its last lines are above{log}.",
    ),
)


class Stop(Exception):
    """What is wrong and what to do, in one sentence for the person at the keyboard."""


def main(arguments):
    """Run the job that `arguments` (without the program's name) ask for; return its exit status."""
    if not arguments or arguments[0] in ("help", "-h", "--help"):
        print("python start.py JOB [arguments of the job]\n")
        for name, job in JOBS.items():
            print("  {:8}{}".format(name, job.about))
        return 0
    name, rest = arguments[0], arguments[1:]
    venv = os.environ.get("COURSE_VENV") or os.path.join(ROOT, ".venv")
    venv = os.path.abspath(os.path.expanduser(venv))
    try:
        job = find_job(name)
        if not job.command:
            return renew_lock(job.extra)
        python = set_up(venv, job.extra)
    except Stop as stop:
        print(stop, file=sys.stderr)
        return 2
    except OSError as error:
        print(
            "start.py cannot go on ({}): make room or get access there, or set COURSE_VENV to "
            "another folder, and run it again.".format(error),
            file=sys.stderr,
        )
        return 2
    except KeyboardInterrupt:
        print("\nStopped; `start.py {}` goes on from here.".format(name), file=sys.stderr)
        return 130
    if name == "test" and not any(argument.startswith("-n") for argument in rest):
        rest = ["-n", str(min(os.cpu_count() or 1, 4))] + rest  # each worker holds a torch
    return run_job(venv, [python, "-m"] + job.command + rest)


def find_job(name):
    """The row of JOBS called `name`, if this copy of the course can do it."""
    if name not in JOBS:
        raise Stop("start.py has no job `{}`; it has {}.".format(name, ", ".join(JOBS)))
    if not os.path.isdir(os.path.join(ROOT, JOBS[name].needs)):
        raise Stop(
            "`start.py {}` needs the folder {}/, which this copy of the course does not have: use "
            "the instructors' repository.".format(name, JOBS[name].needs)
        )
    return JOBS[name]


def run_job(venv, command):
    """Run `command` in the checkout, with the environment's programs first on the path."""
    path = os.path.dirname(command[0]) + os.pathsep + os.environ.get("PATH", "")
    environment = dict(os.environ, PATH=path, VIRTUAL_ENV=venv)
    environment.pop("PYTHONHOME", None)
    os.chdir(ROOT)
    sys.stdout.flush()
    if os.name != "nt":  # from here on the job has the terminal, the signals and the exit status
        os.execve(command[0], command, environment)
    signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is the job's to answer
    return subprocess.call(command, env=environment)


def set_up(venv, extra):
    """Make `venv` hold what pyproject.toml and `extra` ask for; return its interpreter."""
    python, stamp = interpreter(venv), read_stamp(venv)
    if stamp is None and os.path.isdir(venv) and os.listdir(venv):
        raise Stop(
            "{} is not an environment that start.py made: move it away, or set COURSE_VENV to "
            "another folder.".format(venv)
        )
    stamp = stamp or {}
    key = fingerprint()
    usable = os.path.exists(python) and stamp.get("python") == version()
    if usable and stamp.get("key") == key and extra in ("", stamp.get("extra")):
        return python

    extra = extra or stamp.get("extra", "")
    index = torch_index()
    os.makedirs(venv, exist_ok=True)
    check_space(venv)
    # A stamp comes before each step: whatever stops us, the next start knows what is unfinished.
    if not usable:
        write_stamp(venv, python="", extra=extra, key="")
        create(venv)
    write_stamp(venv, python=version(), extra=extra, key="")
    install(venv, extra, LOCK, index)
    write_stamp(venv, python=version(), extra=extra, key=key)
    return python


def version():
    """Python's version, as far as an environment depends on it."""
    return "{}.{}".format(*sys.version_info[:2])


def interpreter(venv):
    """The path of the Python in `venv`."""
    place = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return os.path.join(venv, *place)


def fingerprint():
    """A hash of all that decides what belongs in the environment, the extra apart."""
    digest = hashlib.sha256((ROOT + version()).encode("utf-8", "surrogateescape"))
    for name in (PROJECT, LOCK):
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def read_stamp(venv):
    """What `venv` was made from: a dict, empty if unreadable, or None where there is no stamp."""
    try:
        with open(os.path.join(venv, STAMP), encoding="utf-8") as file:
            return dict(json.load(file))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):
        return {}


def write_stamp(venv, **stamp):
    """Write down what `venv` is being, or has been, made from."""
    path = os.path.join(venv, STAMP)
    with open(path + ".part", "w", encoding="utf-8") as file:
        json.dump(stamp, file)
    os.replace(path + ".part", path)


def create(venv):
    """Make a fresh environment in `venv`, in the place of an older or a half-made one."""
    try:
        import ensurepip  # noqa: F401
        import venv as venv_module  # noqa: F401
    except ImportError:
        raise Stop(
            "Python {} at {} lacks the modules venv and ensurepip: on Debian or Ubuntu run `sudo "
            "apt install python3-venv`, elsewhere install Python from python.org, and run this "
            "again.".format(version(), sys.executable)
        )
    print("Making an environment with Python {} in {}".format(version(), venv))
    for name in os.listdir(venv):
        path = os.path.join(venv, name)
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        elif name != STAMP:
            os.remove(path)
    run_quietly([sys.executable, "-m", "venv", "--without-pip", venv], venv)
    run_quietly([interpreter(venv), "-Im", "ensurepip"], venv)  # venv would hide why this fails


def install(venv, extra, constraints, index):
    """Let pip put this project, its `extra` and all they depend on into `venv`."""
    for folder, folders, files in os.walk(venv):
        if folder.endswith(".dist-info"):
            folders.clear()
            if "RECORD" not in files:  # pip writes it last: this package was cut short
                shutil.rmtree(folder)
    print("Installing the packages of the course, which takes some minutes the first time")
    pip = [interpreter(venv), "-m", "pip", "install", "--progress-bar", "off", "-c", constraints]
    if index:
        pip += ["--extra-index-url", index]
    run_quietly(pip + ["-e", ".[{}]".format(extra) if extra else "."], venv)


def torch_index():
    """The address of an index of PyTorch builds to be asked beside pip's own, or nothing.

    On Linux pip's usual index has the CUDA build, of several GB. Where its index of CPU builds
    cannot be reached (a mirror, a closed network) pip's configuration is left to decide.
    """
    if "COURSE_TORCH_INDEX" in os.environ:
        return os.environ["COURSE_TORCH_INDEX"]
    if shutil.which("nvidia-smi"):
        return ""
    try:
        urllib.request.urlopen(TORCH_CPU_INDEX + "/torch/", timeout=5).close()
    except (OSError, ValueError):
        return ""
    return TORCH_CPU_INDEX


def check_space(venv):
    """Raise Stop if the disk of `venv` is too full for the installation."""
    held = 0
    for folder, _, files in os.walk(venv):
        held += sum(os.lstat(os.path.join(folder, name)).st_size for name in files)
    missing = SPACE - held - shutil.disk_usage(venv).free
    if missing > 0:
        raise Stop(
            "The installation needs about {:.1f} GB more than is free on the disk of {}: free some "
            "space, or set COURSE_VENV to a folder on another disk, and run this again.".format(
                max(missing / 1e9, 0.1), venv
            )
        )


def run_quietly(command, venv):
    """Run `command`, showing one line of what happens; on failure raise Stop and keep a log."""
    lines = []
    width = shutil.get_terminal_size().columns - 1 if sys.stdout.isatty() else 0
    settings = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_USER": "0", "PIP_NO_INPUT": "1"}
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=dict(os.environ, PYTHONIOENCODING="utf-8", **settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    with process:
        for line in process.stdout:
            lines.append(line)
            if width:
                print("\r" + line.strip()[:width].ljust(width), end="", flush=True)
    if width:
        print("\r" + " " * width, end="\r", flush=True)
    if process.returncode == 0:
        return

    output = "".join(lines)
    log = ""
    try:
        with open(os.path.join(venv, LOG), "w", encoding="utf-8") as file:
            file.write(output)
        log = " (everything that was said: {})".format(file.name)
    except OSError:
        pass  # the full disk that we are about to report
    sentence = next(sentence for pattern, sentence in CAUSES if re.search(pattern, output))
    if "above" in sentence:
        print("".join(lines[-30:]), file=sys.stderr)
    raise Stop(
        sentence.format(
            venv=venv, log=log, command=" ".join(command), status=process.returncode
        )
    )


def renew_lock(extra):
    """Write requirements.lock anew: what pip installs today, and the lines kept by hand."""
    path = os.path.join(ROOT, LOCK)
    with open(path, encoding="utf-8") as file:
        kept = [line for line in file.read().splitlines() if re.match("torch==|[^#]*;", line)]
    with tempfile.TemporaryDirectory() as venv:
        check_space(venv)
        create(venv)
        constraints = os.path.join(venv, LOCK)
        with open(constraints, "w", encoding="utf-8") as file:
            file.write("\n".join(kept))
        install(venv, extra, constraints, torch_index())
        listing = subprocess.check_output(
            [interpreter(venv), "-m", "pip", "list", "--format=freeze", "--exclude-editable"],
            encoding="utf-8",
        )
    lines = lock_lines(listing.split(), kept)
    with open(path + ".part", "w", encoding="utf-8", newline="\n") as file:
        file.write(LOCK_HEADER + "\n".join(lines) + "\n")
    os.replace(path + ".part", path)
    print("requirements.lock names {} versions".format(len(lines)))
    return 0


def lock_lines(installed, kept):
    """The lock's lines, sorted: the lines `kept`, and `installed` (name==version) for the rest.

    >>> lock_lines(["pip==25.0", "jinja2==3.1.6", "torch==2.13.0+cpu", "nvidia-nccl-cu13==2.28"],
    ...            ["torch==2.13.0"])
    ['jinja2==3.1.6', 'torch==2.13.0']
    """
    by_hand = {line.partition("==")[0] for line in kept}
    lines = list(kept)
    for pin in installed:
        name, release = pin.split("==")
        name = re.sub("[-_.]+", "-", name).lower()
        if name not in by_hand and not re.match("(nvidia|cuda|triton|pip$)", name):
            lines.append("{}=={}".format(name, release.partition("+")[0]))
    return sorted(lines)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):  # a path may hold letters that the terminal lacks
        stream.reconfigure(errors="replace", line_buffering=True)
    sys.exit(main(sys.argv[1:]))
