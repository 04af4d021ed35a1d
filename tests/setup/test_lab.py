"""`course lab`: the student's own copy, which nothing ever overwrites, and JupyterLab on it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from course.lab import STATE, LabError, update

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "only-for-this-test"


def notebook(text):
    """A notebook of one cell, as bytes."""
    cell = {"cell_type": "markdown", "id": "only", "metadata": {}, "source": text}
    content = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content).encode()


class Course:
    """A release of two chapters and a student's folder."""

    def __init__(self, root):
        self.release, self.folder = root / "release", root / "my notebooks é"
        for chapter in ("ch01_first", "ch02_second"):
            self.publish(f"{chapter}/{chapter}.ipynb", notebook("version 1"))

    def publish(self, name, content):
        path = self.release / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def update(self):
        return list(update(self.release, self.folder))

    def mine(self, name):
        return self.folder / name


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path)


FIRST = "ch01_first/ch01_first.ipynb"
NEW = "ch01_first/ch01_first.new.ipynb"
NEW2 = "ch01_first/ch01_first.new2.ipynb"


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.ipynb")}


def test_the_first_run_copies_every_chapter_with_its_files_and_a_second_changes_nothing(course):
    course.publish("ch01_first/figures/map.svg", b"<svg/>")
    course.publish("ch01_first/.ipynb_checkpoints/ch01_first-checkpoint.ipynb", notebook("old"))
    course.publish("header/notes.txt", b"not a chapter")
    assert course.update() == []
    assert course.mine(FIRST).read_bytes() == notebook("version 1")
    assert course.mine("ch01_first/figures/map.svg").read_bytes() == b"<svg/>"
    assert sorted(path.name for path in course.folder.iterdir()) == [
        STATE,
        "ch01_first",
        "ch02_second",
    ]
    before = {path: path.stat().st_mtime_ns for path in course.folder.rglob("*")}
    assert course.update() == []
    assert {path: path.stat().st_mtime_ns for path in course.folder.rglob("*")} == before


def test_an_edited_notebook_is_never_overwritten(course):
    course.update()
    course.mine(FIRST).write_bytes(notebook("my answer"))
    assert course.update() == []
    for version in range(2, 5):
        course.publish(FIRST, notebook(f"version {version}"))
        course.update()
        assert course.mine(FIRST).read_bytes() == notebook("my answer")


def test_a_notebook_the_student_has_not_touched_is_not_overwritten_either(course):
    course.update()
    course.publish(FIRST, notebook("version 2"))
    course.update()
    assert course.mine(FIRST).read_bytes() == notebook("version 1")


def test_a_chapter_that_changed_is_put_beside_and_told_once(course):
    course.update()
    course.publish(FIRST, notebook("version 2"))
    (sentence,) = course.update()
    assert "ch01_first.new.ipynb" in sentence and sentence.endswith(".")
    assert course.mine(NEW).read_bytes() == notebook("version 2")
    assert course.update() == []

    course.mine(NEW).unlink()  # read, and thrown away
    assert course.update() == []
    assert not course.mine(NEW).exists()


def test_a_new_version_the_student_did_not_touch_is_replaced_by_a_newer_one(course):
    course.update()
    for version in (2, 3):
        course.publish(FIRST, notebook(f"version {version}"))
        assert len(course.update()) == 1
    assert course.mine(NEW).read_bytes() == notebook("version 3")
    assert not course.mine(NEW2).exists()


def test_a_new_version_the_student_edited_is_kept_and_the_next_is_numbered(course):
    course.update()
    course.publish(FIRST, notebook("version 2"))
    course.update()
    course.mine(NEW).write_bytes(notebook("my work on version 2"))
    for version in (3, 4):
        course.publish(FIRST, notebook(f"version {version}"))
        (sentence,) = course.update()
        assert "ch01_first.new2.ipynb" in sentence
    assert course.mine(NEW).read_bytes() == notebook("my work on version 2")
    assert course.mine(NEW2).read_bytes() == notebook("version 4")


def test_a_file_of_the_students_own_that_has_the_name_of_a_new_version_is_kept(course):
    course.update()
    course.mine(NEW).write_bytes(notebook("mine"))
    course.publish(FIRST, notebook("version 2"))
    course.update()
    assert course.mine(NEW).read_bytes() == notebook("mine")
    assert course.mine(NEW2).read_bytes() == notebook("version 2")


def test_a_deleted_copy_comes_back(course):
    course.update()
    course.mine(FIRST).unlink()
    (sentence,) = course.update()
    assert "ch01_first.ipynb was missing" in sentence
    assert course.mine(FIRST).read_bytes() == notebook("version 1")


@pytest.mark.parametrize("damage", [None, b"", b"[]", b'{"files": {"a": 3}}', b'{"files": "'])
def test_without_its_state_file_or_with_a_damaged_one_nothing_is_lost(course, damage):
    course.update()
    course.mine(FIRST).write_bytes(notebook("my answer"))
    (course.folder / STATE).unlink()
    if damage is not None:
        (course.folder / STATE).write_bytes(damage)
    course.update()
    assert course.mine(FIRST).read_bytes() == notebook("my answer")
    assert course.update() == []


def test_a_picture_is_brought_up_to_date_unless_the_student_changed_it(course):
    for name in ("map.svg", "table.csv"):
        course.publish(f"ch01_first/{name}", b"1")
    course.update()
    course.mine("ch01_first/table.csv").write_bytes(b"my table")
    for name in ("map.svg", "table.csv"):
        course.publish(f"ch01_first/{name}", b"2")
    course.update()
    assert course.mine("ch01_first/map.svg").read_bytes() == b"2"
    assert course.mine("ch01_first/table.csv").read_bytes() == b"my table"
    assert course.mine("ch01_first/table.new.csv").read_bytes() == b"2"


def test_a_write_that_fails_half_way_leaves_the_old_files_and_goes_on_next_time(
    course, monkeypatch
):
    course.update()
    course.mine(FIRST).write_bytes(notebook("my answer"))
    for chapter in ("ch01_first", "ch02_second"):
        course.publish(f"{chapter}/{chapter}.ipynb", notebook("version 2"))
    before = files(course.folder)

    def half_written(path, content):
        with open(path, "wb") as file:
            file.write(content[: len(content) // 2])
        raise OSError(28, "No space left on device", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", half_written)
        with pytest.raises(LabError, match=r"No space left on device.*nothing of yours"):
            course.update()
    assert files(course.folder) == before
    assert not list(course.folder.rglob("*.part"))
    assert len(course.update()) == 2
    assert course.mine(NEW).read_bytes() == notebook("version 2")


def run_course(*arguments, cwd=ROOT, **changes):
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"} | changes
    return subprocess.run(
        [sys.executable, "-m", "course", *map(str, arguments)],
        cwd=cwd,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


def assert_one_sentence(result, *expected):
    assert result.returncode == 2, result.stdout + result.stderr
    (line,) = result.stderr.strip().splitlines()
    assert line.endswith("."), line
    for text in expected:
        assert text in line


def test_a_really_full_disk_gives_one_sentence_and_keeps_the_notebooks(course, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)]
    if os.name == "nt" or os.geteuid() != 0 or subprocess.run(mount).returncode:
        pytest.skip("only root can mount a small disk")
    try:
        course.folder = disk / "mine"
        course.update()
        course.mine(FIRST).write_bytes(notebook("my answer"))
        course.publish(FIRST, notebook("long " * 100_000))
        options = ["--from", course.release, "--to", course.folder, "--copy-only"]
        assert_one_sentence(run_course("lab", *options), "No space left", str(course.folder))
        assert course.mine(FIRST).read_bytes() == notebook("my answer")
        assert not course.mine(NEW).exists()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_no_chapters_no_folder_and_a_wrong_folder_give_one_sentence(course, tmp_path):
    nothing = tmp_path / "nothing"
    result = run_course("lab", "--from", nothing, "--to", course.folder)
    assert_one_sentence(result, "no chapter", str(nothing), "--from")
    (tmp_path / "file").write_text("")
    result = run_course("lab", "--from", course.release, "--to", tmp_path / "file")
    assert_one_sentence(result, str(tmp_path / "file"))
    result = run_course("lab", "--from", course.release, "--to", course.release)
    assert_one_sentence(result, "--to")


def test_without_jupyterlab_one_sentence_says_how_to_get_it(course, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u\n"
        "find = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'jupyterlab' else find(name, *rest)\n"
    )
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    options = ["--from", course.release, "--to", course.folder]
    result = run_course("lab", *options, PYTHONPATH=path)
    assert_one_sentence(result, "JupyterLab is not installed", "python start.py lab")


def test_the_commands_explain_themselves_and_need_no_torch(tmp_path):
    result = run_course("--help")
    assert result.returncode == 0
    assert "lab" in result.stdout and "progress" in result.stdout
    assert_one_sentence(run_course("lob"), "lob", "--help")
    assert_one_sentence(run_course("progress", "--all"), "--all")
    code = "import sys, course.__main__; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_progress_prints_the_table(tmp_path):
    result = run_course("progress", HOME=str(tmp_path), XDG_DATA_HOME=str(tmp_path))
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip()


@pytest.fixture
def lab_server(course, tmp_path):
    """A function that starts the real thing, waits until it answers, and gives a client for it."""
    started = []

    def begin():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        private = {
            name: str(tmp_path / name)
            for name in ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR")
        }
        log = open(tmp_path / f"server-{len(started)}.log", "wb")  # noqa: SIM115
        folders = ["--from", str(course.release), "--to", str(course.folder)]
        jupyterlabs = [f"--IdentityProvider.token={TOKEN}"]
        command = [sys.executable, "-m", "course", "lab", "--no-browser", "--port", str(port)]
        process = subprocess.Popen(
            [*command, *folders, *jupyterlabs],
            cwd=ROOT,
            env=os.environ | private | {"PYTHONPATH": str(ROOT)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        started.append((process, log))

        def ask(path, method="GET", body=None):
            request = urllib.request.Request(
                f"http://127.0.0.1:{port}{path}",
                method=method,
                data=json.dumps(body).encode() if body else None,
                headers={"Authorization": f"token {TOKEN}"},
            )
            with urllib.request.urlopen(request, timeout=20) as reply:
                return json.load(reply)

        for _ in range(600):
            try:
                ask("/api")
                return process, ask
            except (urllib.error.URLError, ConnectionError):
                assert process.poll() is None, Path(log.name).read_text()
                time.sleep(0.1)
        raise AssertionError(Path(log.name).read_text())

    yield begin
    for process, log in started:
        if process.poll() is None:
            process.kill()
            process.wait()
        log.close()


def test_a_real_jupyterlab_serves_the_copy_and_the_second_start_keeps_the_edits(course, lab_server):
    process, ask = lab_server()
    assert "version" in ask("/api")
    served = ask(f"/api/contents/{FIRST}")
    assert served["content"]["cells"][0]["source"] == "version 1"

    edited = served["content"]
    edited["cells"][0]["source"] = "my answer"
    ask(f"/api/contents/{FIRST}", "PUT", {"type": "notebook", "content": edited})
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0

    course.publish(FIRST, notebook("version 2"))
    _, ask = lab_server()
    cells = {
        name: ask(f"/api/contents/{name}")["content"]["cells"][0]["source"] for name in (FIRST, NEW)
    }
    assert cells == {FIRST: "my answer", NEW: "version 2"}


def test_the_rule_that_nothing_is_overwritten_is_really_tested(course, monkeypatch):
    """With a planted fault, a copy that is written over, the promise above is seen broken."""
    from course import lab

    monkeypatch.setattr(lab, "_name_beside", lambda name, *_: name)
    with pytest.raises(AssertionError):
        test_an_edited_notebook_is_never_overwritten(course)
    shutil.rmtree(course.folder)
    course.publish(FIRST, notebook("version 1"))
    with pytest.raises(AssertionError):
        test_a_notebook_the_student_has_not_touched_is_not_overwritten_either(course)
