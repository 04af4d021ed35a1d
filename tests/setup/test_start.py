"""start.py: one command makes the environment and runs a job; a sentence says what is missing.

Most tests run the real start.py in a tiny checkout, whose only dependency is small.
"""

import http.server
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import start

ROOT = Path(__file__).resolve().parents[2]
TINY_PROJECT = """\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"
[project]
name = "tiny"
version = "1"
dependencies = ["six"]
[project.optional-dependencies]
test = ["iniconfig"]
[tool.setuptools]
packages = ["course"]
"""
TINY_JOB = """\
import os, shutil, sys
import six
print("six", six.__version__, "arguments", sys.argv[1:], "in", os.getcwd())
print("python on the path:", shutil.which("python"))
sys.exit(7)
"""


@pytest.fixture
def checkout(tmp_path):
    """A tiny checkout in a folder whose name has spaces and letters beyond ASCII."""
    root = tmp_path / "Kurs für alle ∑" / "check out"
    (root / "course").mkdir(parents=True)
    (root / "course" / "__init__.py").write_text("")
    (root / "course" / "__main__.py").write_text(TINY_JOB)
    (root / "pyproject.toml").write_text(TINY_PROJECT)
    (root / "requirements.lock").write_text("six==1.16.0\niniconfig==2.0.0\n")
    shutil.copy(ROOT / "start.py", root)
    return root


def environment(**changes):
    """This process's environment without what would change what start.py does."""
    kept = {k: v for k, v in os.environ.items() if k not in ("COURSE_VENV", "PYTHONPATH")}
    return kept | {"COURSE_TORCH_INDEX": "", "PYTHONIOENCODING": "utf-8"} | changes


def run_start(root, *arguments, python=sys.executable, prelude=None, **changes):
    """Run start.py; `prelude` is Python code that runs before it, to take something away."""
    script = str(root / "start.py")
    command = [str(python), script, *arguments]
    if prelude:
        code = f"import runpy, sys; sys.argv = {[script, *arguments]!r}\n{prelude}\n"
        command = [str(python), "-c", code + f"runpy.run_path({script!r}, run_name='__main__')"]
    return subprocess.run(
        command, env=environment(**changes), capture_output=True, encoding="utf-8", timeout=300
    )


def assert_one_sentence(result, *expected):
    """The run ended with status 2 and one line on stderr, which holds all that is `expected`."""
    assert result.returncode == 2, result.stdout + result.stderr
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].endswith("."), lines[0]
    for text in expected:
        assert text in lines[0]


def other_pythons():
    """Interpreters on this machine that start.py does not support."""
    found = [*Path.home().glob(".pyenv/versions/*/bin/python")]
    for name in ("python2.7", "python3.6", "python3.8", "python3.9", "python3.10", "python3.14"):
        found += [Path(path) for path in [shutil.which(name)] if path and "shims" not in path]
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    versions = {}
    for python in found:
        said = subprocess.run([python, "-c", code], capture_output=True, text=True)
        if said.returncode == 0 and said.stdout.strip() not in ("3.11", "3.12", "3.13"):
            versions.setdefault(said.stdout.strip(), python)
    return versions


def test_an_unsupported_python_on_this_machine_is_told_so():
    pythons = other_pythons()
    if not pythons:
        pytest.skip("no other Python on this machine")
    for version, python in pythons.items():
        result = run_start(ROOT, "lab", python=python)
        assert_one_sentence(result, "needs Python 3.11, 3.12 or 3.13", f"is Python {version}.")


@pytest.mark.parametrize("version", [(3, 10, 9), (3, 14, 0), (4, 0, 0)])
def test_a_python_too_old_or_too_new_is_told_so(version):
    result = run_start(ROOT, "lab", prelude=f"sys.version_info = {version}")
    assert_one_sentence(result, "is Python {}.{}.{}".format(*version))


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_venv_is_told_what_to_install(checkout, module):
    result = run_start(checkout, "lab", prelude=f"sys.modules[{module!r}] = None")
    assert_one_sentence(result, "venv", "apt install python3-venv")


def test_an_unknown_job_lists_the_jobs():
    assert_one_sentence(run_start(ROOT, "lapp"), "`lapp`", *start.JOBS)


def test_help_lists_every_job_and_make_has_the_same():
    for arguments in ([], ["help"], ["--help"]):
        result = run_start(ROOT, *arguments)
        assert result.returncode == 0
        assert re.findall(r"^  (\w+) ", result.stdout, re.M) == list(start.JOBS)
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.M)[1].split()
    assert sorted(phony) == sorted(["help", *start.JOBS])


@pytest.mark.skipif(not shutil.which("make"), reason="no make on this machine")
def test_make_hands_on_the_chapter_and_further_arguments():
    for asked, expected in {
        ("grade", "CHAPTER=ch04_rnn"): "start.py grade ch04_rnn",
        ("test", "ARGS=-k elman"): "start.py test -k elman",
        (): "start.py help",
    }.items():
        said = subprocess.check_output(["make", "-n", *asked], cwd=ROOT, text=True)
        assert expected in said


def test_a_student_copy_says_that_it_has_no_instructors_jobs(checkout):
    assert_one_sentence(run_start(checkout, "grade", "ch04_rnn"), "grading/", "instructors")


def test_the_first_start_installs_the_locked_versions_and_the_second_nothing(checkout):
    first = run_start(checkout, "lab", "--port", "1 2")
    assert first.returncode == 7, first.stderr  # the job's own status
    assert "six 1.16.0 arguments ['lab', '--port', '1 2']" in first.stdout
    assert f"in {checkout}" in first.stdout
    assert f"python on the path: {checkout / '.venv'}" in first.stdout

    before = (checkout / ".venv" / start.STAMP).stat()
    began = time.perf_counter()
    second = run_start(checkout, "lab")
    assert time.perf_counter() - began < 2
    assert second.returncode == 7
    assert "nstalling" not in second.stdout
    assert (checkout / ".venv" / start.STAMP).stat().st_mtime_ns == before.st_mtime_ns

    (checkout / "requirements.lock").write_text("six==1.17.0\n")
    third = run_start(checkout, "lab")
    assert "six 1.17.0" in third.stdout


def test_the_tests_extra_stays_when_another_job_installs_again(checkout):
    (checkout / "tests").mkdir()
    (checkout / "tests" / "pytest.py").write_text("")
    result = run_start(checkout, "test", "--version")
    assert "No module named pytest" in result.stderr  # the tiny extra has none
    (checkout / "requirements.lock").write_text("six==1.17.0\niniconfig==2.1.0\n")
    assert run_start(checkout, "lab").returncode == 7
    stamp = json.loads((checkout / ".venv" / start.STAMP).read_text())
    assert stamp["extra"] == "test" and stamp["key"]
    python = start.interpreter(str(checkout / ".venv"))
    code = "import importlib.metadata as m; print(m.version('iniconfig'))"
    assert subprocess.check_output([python, "-c", code], text=True).strip() == "2.1.0"


@pytest.mark.parametrize("kill", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_start_is_taken_up_again(checkout, kill):
    """The worst moment: there is a Python in the environment already, but no pip yet."""
    process = subprocess.Popen(
        [sys.executable, "start.py", "lab"],
        cwd=checkout,
        env=environment(),
        start_new_session=True,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    while not Path(start.interpreter(str(checkout / ".venv"))).exists():
        assert process.poll() is None
    os.killpg(process.pid, kill)
    _, said = process.communicate(timeout=30)
    assert not list(checkout.glob(".venv/lib/python*/site-packages/pip"))
    if kill == signal.SIGINT:
        assert process.returncode == 130
        assert said.strip() == "Stopped; `start.py lab` goes on from here."
    result = run_start(checkout, "lab")
    assert result.returncode == 7, result.stderr


def test_a_package_that_was_being_written_when_pip_was_killed_is_made_whole(checkout):
    assert run_start(checkout, "lab").returncode == 7
    venv = checkout / ".venv"
    (metadata,) = venv.glob("lib/python*/site-packages/six-*.dist-info")
    (metadata / "RECORD").unlink()  # pip writes it last
    (metadata.parent / "six.py").unlink()
    stamp = json.loads((venv / start.STAMP).read_text())
    (venv / start.STAMP).write_text(json.dumps(stamp | {"key": ""}))
    result = run_start(checkout, "lab")
    assert result.returncode == 7, result.stderr
    assert "six 1.16.0" in result.stdout


def test_an_environment_whose_python_is_gone_is_made_anew(checkout):
    assert run_start(checkout, "lab").returncode == 7
    python = Path(start.interpreter(str(checkout / ".venv")))
    python.unlink()
    python.symlink_to("/nowhere/python3.11")
    assert run_start(checkout, "lab").returncode == 7


def test_a_folder_that_start_did_not_make_is_left_alone(checkout, tmp_path):
    mine = tmp_path / "thesis"
    mine.mkdir()
    (mine / "thesis.tex").write_text("years of work")
    result = run_start(checkout, "lab", COURSE_VENV=str(mine))
    assert_one_sentence(result, str(mine), "COURSE_VENV")
    assert [path.name for path in mine.iterdir()] == ["thesis.tex"]


def unreachable_index():
    """Settings under which pip's package index is a port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{probe.getsockname()[1]}/simple"
    pip = {name: "" for name in os.environ if name.startswith("PIP_")}
    return pip | {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": address,
        "PIP_RETRIES": "0",
        "PIP_NO_CACHE_DIR": "1",
    }


def test_without_a_network_one_sentence_says_so_and_the_next_start_goes_on(checkout):
    result = run_start(checkout, "lab", **unreachable_index())
    assert_one_sentence(result, "package index", "network", "goes on from here")
    log = Path(re.search(r"everything that was said: (.*)\)", result.stderr)[1])
    assert "127.0.0.1" in log.read_text()
    result = run_start(checkout, "lab")
    assert result.returncode == 7, result.stderr
    assert "Making" not in result.stdout


def test_another_failure_of_pip_is_shown_in_full(checkout):
    (checkout / "requirements.lock").write_text("six==99\n")
    result = run_start(checkout, "lab")
    assert result.returncode == 2
    assert "six==99" in result.stderr and "Traceback" not in result.stderr
    assert "failed with exit status 1" in result.stderr.strip().splitlines()[-1]


def test_a_disk_with_too_little_room_is_found_before_anything_is_installed(checkout):
    little = "import shutil; shutil.disk_usage = lambda path: type('U', (), {'free': 1.2e9})"
    result = run_start(checkout, "lab", prelude=little)
    assert_one_sentence(result, "about 1.8 GB more", "COURSE_VENV")
    assert not any((checkout / ".venv").iterdir())


@pytest.mark.parametrize("megabytes", [4, 30])
def test_a_disk_that_fills_up_meanwhile_is_named(checkout, tmp_path, megabytes):
    """At 4 MB the environment itself does not fit, at 30 MB the packages do not."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(disk)]
    if os.name == "nt" or os.geteuid() != 0 or subprocess.run(mount).returncode:
        pytest.skip("only root can mount a small disk")
    try:
        plenty = "import shutil; shutil.disk_usage = lambda path: type('U', (), {'free': 9e9})"
        (checkout / "pyproject.toml").write_text(TINY_PROJECT.replace('"six"', '"numpy"'))
        venv = str(disk / "venv")
        result = run_start(checkout, "lab", prelude=plenty, COURSE_VENV=venv, TMPDIR=str(disk))
        assert_one_sentence(result, "oom", "COURSE_VENV", "again")
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_folder_without_write_access_is_named(checkout, tmp_path):
    (tmp_path / "file").write_text("")
    result = run_start(checkout, "lab", COURSE_VENV=str(tmp_path / "file" / "venv"))
    assert_one_sentence(result, str(tmp_path / "file"), "COURSE_VENV")


def test_the_cpu_build_is_asked_for_where_there_is_no_gpu_and_its_index_answers(
    monkeypatch, tmp_path
):
    monkeypatch.delenv("COURSE_TORCH_INDEX", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "index" / "torch").mkdir(parents=True)

    class Index(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=tmp_path / "index")

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Index) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setattr(start, "TORCH_CPU_INDEX", address)
        assert start.torch_index() == address
        driver = tmp_path / "nvidia-smi"
        driver.write_text("#!/bin/sh\n")
        driver.chmod(0o755)
        assert start.torch_index() == ""
        driver.unlink()
        server.shutdown()
    assert start.torch_index() == ""  # nobody answers
    monkeypatch.setenv("COURSE_TORCH_INDEX", "https://example.org/cu130")
    assert start.torch_index() == "https://example.org/cu130"


def test_a_renewed_lock_keeps_what_is_kept_by_hand_and_leaves_out_what_depends_on_the_machine():
    installed = [
        "torch==2.14.0+cu130",
        "nvidia-cublas==13.0",
        "cuda-bindings==13.0",
        "triton==3.5",
        "pip==26.0",
        "Jinja2==3.1.6",
        "ruamel.yaml==0.19.1",
        "soupsieve==9",
    ]
    kept = ["torch==2.13.0", 'soupsieve==2.10; python_full_version < "3.11.5"']
    assert start.lock_lines(installed, kept) == [
        "jinja2==3.1.6",
        "ruamel-yaml==0.19.1",
        'soupsieve==2.10; python_full_version < "3.11.5"',
        "torch==2.13.0",
    ]


def test_the_example_in_start_py_is_right():
    import doctest

    assert doctest.testmod(start).attempted > 0
    assert doctest.testmod(start).failed == 0
