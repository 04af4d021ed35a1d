"""Any folder that a student hands in is read without an error, and never beyond its limits."""

import contextlib
import copy
import errno
import gzip
import json
import os
import shutil
import signal
import socket
import time
from pathlib import Path

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grading.errors import BuildError
from grading.judge import reading
from grading.judge.reading import MAX_FILE, MAX_REPAIRS, find_notebook, read
from grading.judge.releases import Releases

CHAPTER = "ch98_mini"
NAME = f"{CHAPTER}.ipynb"
SOLVED = "def weighted_mean(x, w):\n    return (x * w).sum() / w.sum()"
NEST = 200_000


@pytest.fixture(scope="module")
def releases(shared_course) -> Releases:
    return Releases(shared_course.root)


@pytest.fixture(scope="module")
def released(shared_course) -> dict:
    return json.loads(shared_course.notebook("release").read_text(encoding="utf-8"))


@pytest.fixture
def folder(tmp_path) -> Path:
    path = tmp_path / "submitted" / "ada" / CHAPTER
    path.mkdir(parents=True)
    return path


@pytest.fixture
def soon():
    """A reader that waits for ever fails, and does not stop the tests."""

    def stop(signal_number, frame):
        raise TimeoutError("still reading after a minute")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def solved(released: dict) -> dict:
    """A student's notebook as Jupyter saves it, the exercise solved."""
    notebook = copy.deepcopy(released)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            output = {"output_type": "stream", "name": "stdout", "text": ["<script>x</script>"]}
            cell.update(execution_count=3, outputs=[output])
        if grade_id(cell) == "weighted_mean":
            cell["source"] = SOLVED.splitlines(keepends=True)
    return notebook


def grade_id(cell) -> str:
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def hand_in(folder: Path, content, name: str = NAME) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def sound(restored, released: dict) -> None:
    """Check what must hold of every restored notebook."""
    notebook = restored.notebook
    nbformat.validate(notebook)
    assert notebook.nbformat == 4 and notebook.nbformat_minor == 5
    nbformat.writes(notebook).encode("utf-8")
    assert set(notebook.metadata) == {"course", "kernelspec", "language_info"}
    assert notebook.metadata.kernelspec == released["metadata"]["kernelspec"]
    assert notebook.metadata.language_info == released["metadata"]["language_info"]
    assert notebook.metadata.course == {
        "chapter": CHAPTER,
        "release": restored.release,
        "repairs": list(restored.repairs),
        "problem": restored.problem,
    }
    wanted = [c for c in released["cells"] if grade_id(c)]
    found = {grade_id(c): c for c in notebook.cells if grade_id(c)}
    assert [grade_id(c) for c in notebook.cells if grade_id(c)].count("weighted_mean") == 1
    assert set(found) == {grade_id(c) for c in wanted}
    for cell in wanted:
        mine = found[grade_id(cell)]
        assert mine.metadata.nbgrader == cell["metadata"]["nbgrader"]
        assert (mine.id, mine.cell_type) == (cell["id"], cell["cell_type"])
    for cell in notebook.cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None
        assert set(cell.metadata) <= {"nbgrader", "tags", "deletable", "editable", "course"}
    for sentence in (*restored.repairs, restored.problem):
        assert sentence.isprintable() and len(sentence) < 300


def answer(restored) -> str:
    """The source in the exercise's cell."""
    return next(c.source for c in restored.notebook.cells if grade_id(c) == "weighted_mean")


def test_a_solved_notebook_is_read(folder, releases, released):
    hand_in(folder, solved(released))
    restored = read(folder, CHAPTER, releases)
    sound(restored, released)
    assert answer(restored) == SOLVED
    assert (restored.repairs, restored.problem) == ((), "")
    assert restored.release == released["metadata"]["course"]["release"]
    others = [c.source for c in restored.notebook.cells if grade_id(c) != "weighted_mean"]
    stored = ["".join(c["source"]) for c in released["cells"] if grade_id(c) != "weighted_mean"]
    assert others == stored


def broken(released: dict) -> dict[str, tuple[bytes, str]]:
    """Files that can't be read, and what is said of them."""
    whole = json.dumps(released).encode()
    nested = json.dumps({**released, "metadata": {"x": 0}})
    other = copy.deepcopy(released)
    other["metadata"]["course"]["chapter"] = "ch97_other\n<b>" + "x" * 90
    return {
        "empty": (b"", "is empty"),
        "white space": (b" \n\n", "is empty"),
        "truncated": (whole[:-300], "from line 1 on"),
        "truncated in a line": (json.dumps(released, indent=1).encode()[:-300], "from line"),
        "prose": (b"Dear teacher, my dog ate it.", "damaged or no notebook"),
        "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "damaged or no notebook"),
        "compressed": (gzip.compress(whole), "damaged or no notebook"),
        "a web page": (b"<!DOCTYPE html><html>", "damaged or no notebook"),
        "zeros": (b"\0" * 5000, "damaged or no notebook"),
        "two at once": (whole + whole, "damaged or no notebook"),
        "single quotes": (b"{'cells': []}", "damaged or no notebook"),
        "open brackets": (b"[" * NEST, "nested too deeply"),
        "closed brackets": (b"[" * NEST + b"]" * NEST, "nested too deeply"),
        "open braces": (b'{"a":' * NEST, "nested too deeply"),
        "deep metadata": (
            nested.replace('"x": 0', '"x": ' + "[" * NEST + "]" * NEST).encode(),
            "nested too deeply",
        ),
        "too many lists": (b"[" + b"[]," * 1_000_001 + b"0]", "too many parts"),
        "too large": (whole + b" " * MAX_FILE, "more than 20 MB"),
        "a list": (json.dumps([released]).encode(), "no notebook with cells"),
        "null": (b"null", "no notebook with cells"),
        "a number": (b"1" * 10_000, "no notebook with cells"),
        "no cells": (b'{"cells": [], "metadata": {}}', "no notebook with cells"),
        "cells by name": (b'{"cells": {"0": 1}}', "no notebook with cells"),
        "sheets by name": (b'{"worksheets": {"cells": [1]}}', "no notebook with cells"),
        "another chapter": (json.dumps(other).encode(), "notebook is of ch97_other"),
    }


BROKEN = list(broken({"cells": [], "metadata": {"course": {}}}))


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_explained(folder, releases, released, name):
    """In one sentence; the notebook is then the release, and no solution is run."""
    content, said = broken(released)[name]
    hand_in(folder, content)
    restored = read(folder, CHAPTER, releases)
    sound(restored, released)
    assert said in restored.problem and restored.problem.endswith(".")
    assert restored.repairs == ()
    stubs = [c for c in restored.notebook.cells if c.metadata.get("nbgrader", {}).get("solution")]
    assert len(stubs) == 3 and all(c.metadata.course == {"run": False} for c in stubs)
    assert [c.source for c in restored.notebook.cells] == [
        "".join(c["source"]) for c in released["cells"]
    ]


def odd(released: dict) -> dict[str, bytes]:
    """Files that Jupyter would not write but a student can: all are read."""
    notebook = solved(released)
    text = json.dumps(notebook)
    metadata = '"metadata": {"x": 0'
    assert '"nbformat": 4' in text

    def with_extra(extra: str) -> bytes:
        return ('{"extra": ' + extra + ", " + text[1:]).encode()

    def with_cells(change) -> bytes:
        changed = copy.deepcopy(notebook)
        for cell in changed["cells"]:
            change(cell)
        return json.dumps(changed).encode()

    sheet = [
        {"input": c["source"], "language": "python", "collapsed": False, **c}
        for c in copy.deepcopy(notebook["cells"])
    ]
    for cell in sheet:
        cell.pop("source" if cell["cell_type"] == "code" else "input")
        cell.pop("id")
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": notebook["metadata"]}
    hostile = {"tags": {"a": 1}, "course": {"run": False}, "nbgrader": ["x"], "name": [1]}
    return {
        "a byte order mark": b"\xef\xbb\xbf" + text.encode(),
        "UTF-16": text.encode("utf-16"),
        "UTF-16 without mark": text.encode("utf-16-le"),
        "UTF-32": text.encode("utf-32"),
        "no numbers": with_extra("[NaN, Infinity, -Infinity]"),
        "a huge number": with_extra("1" * 10_000),
        "a huge power": with_extra("[1e999999, -1e999999, 0.1e-999999]"),
        "a key twice": with_extra('1, "cells": [], "metadata": []'),
        "half characters": with_extra(r'"\ud800 \udfff"'),
        "Windows line ends": text.replace("\\n", "\\r\\n").encode(),
        "Mac line ends": text.replace("\\n", "\\r").encode(),
        "NULs in the sources": with_cells(
            lambda cell: cell.update(source="\0" + "".join(cell["source"]) + "\0")
        ),
        "sources in one piece": with_cells(
            lambda cell: cell.update(source="".join(cell["source"]))
        ),
        "attachments": with_cells(
            lambda cell: cell.update(attachments={"a.png": {"image/png": ["x"]}}, outputs=3)
        ),
        "hostile outputs": with_cells(lambda cell: cell.update(outputs=[[]], execution_count="1")),
        "nbformat 3": json.dumps({**old, "worksheets": [{"cells": sheet}, 7, {}]}).encode(),
        "nbformat 9": text.replace('"nbformat": 4', '"nbformat": 9').encode(),
        "no nbformat": text.replace('"nbformat": 4', '"nb": [4]').encode(),
        "no ids": with_cells(lambda cell: cell.pop("id")),
        "one id": with_cells(lambda cell: cell.update(id="x")),
        "ids that are none": with_cells(lambda cell: cell.update(id=["\ud800"])),
        "hostile metadata": with_cells(lambda cell: cell.update(metadata=hostile)),
        "no metadata": with_cells(lambda cell: cell.pop("metadata")),
        "metadata that is none": with_cells(lambda cell: cell.update(metadata=[metadata])),
        "forged grades": with_cells(_forge),
    }


def _forge(cell: dict) -> None:
    tags = ["skip-execution", "nbval-skip", "demo", "setup", "nbgrader-hide"]
    cell["metadata"]["tags"] = tags
    if "nbgrader" in cell["metadata"]:
        cell["metadata"]["nbgrader"].update(points=1e9, grade=False, locked=False, solution=False)


ODD = list(odd({"cells": [], "metadata": {"course": {}}, "nbformat": 4}))


@pytest.mark.parametrize("name", ODD)
def test_an_odd_file_is_read(folder, releases, released, name):
    """To the very notebook that the honest file gives."""
    hand_in(folder, solved(released))
    honest = read(folder, CHAPTER, releases).notebook
    hand_in(folder, odd(released)[name])
    restored = read(folder, CHAPTER, releases)
    sound(restored, released)
    assert restored.problem == "" and restored.repairs == ()
    assert restored.notebook.cells == honest.cells


def test_characters_that_are_no_utf_8_are_replaced(folder, releases, released):
    """A comment in another encoding costs no points."""
    text = json.dumps(solved(released), ensure_ascii=False)
    text = text.replace("def weighted", "# Lösung\\ndef weighted")
    hand_in(folder, text.encode("latin-1"))
    restored = read(folder, CHAPTER, releases)
    sound(restored, released)
    assert answer(restored) == "# L\ufffdsung\n" + SOLVED
    assert len(restored.repairs) == 1 and "replaced" in restored.repairs[0]


def test_control_characters_leave_text_but_not_code(folder, releases, released):
    """Half characters and NULs stand in no source; code keeps the rest, which may be in strings."""
    notebook = solved(released)
    for cell in notebook["cells"]:
        cell["source"] = "\ud800\0\x1b[31m\x0c\x85a\tb"
    hand_in(folder, notebook)
    restored = read(folder, CHAPTER, releases)
    sound(restored, released)
    assert answer(restored) == "\ufffd\x1b[31m\x0c\x85a\tb"
    assert restored.notebook.cells[0].source == "\ufffd[31ma\tb"


def test_what_is_no_cell_is_left_out(folder, releases, released):
    notebook = solved(released)
    wrong = [
        *(7, None, [], {}, {"cell_type": "code", "source": 3}, {"cell_type": ["code"]}),
        *({"cell_type": "widget", "source": "x"}, {"cell_type": "code", "source": ["a", 1]}),
    ]
    notebook["cells"] = wrong + notebook["cells"]
    hand_in(folder, notebook)
    restored = read(folder, CHAPTER, releases)
    sound(restored, released)
    assert answer(restored) == SOLVED
    assert restored.repairs == tuple(
        f"Cell {n} could not be read; it was left out." for n in range(1, len(wrong) + 1)
    )


def test_too_many_cells_are_left_out(folder, releases, released):
    notebook = solved(released)
    notebook["cells"] += [{"cell_type": "code", "source": f"x = {n}"} for n in range(2000)]
    hand_in(folder, notebook)
    restored = read(folder, CHAPTER, releases)
    sound(restored, released)
    assert len(restored.notebook.cells) == 1000
    assert restored.repairs == ("The notebook has more than 1000 cells; the rest was left out.",)


@pytest.mark.parametrize(
    ("kind", "lengths", "emptied"),
    [
        ("code", [200_000, 200_001, 3_000_000, 3], [2, 3]),
        ("code", [199_000] * 11, [11]),
        ("markdown", [9_000] * 30, [*range(23, 31)]),
        ("raw", [200_001], [1]),
    ],
)
def test_too_much_text_is_emptied(folder, releases, released, kind, lengths, emptied):
    """Code is never cut: a part of it would be another program."""
    notebook = {**released, "cells": [{"cell_type": kind, "source": "x" * n} for n in lengths]}
    notebook["cells"] += [c for c in solved(released)["cells"] if grade_id(c) == "weighted_mean"]
    hand_in(folder, notebook)
    restored = read(folder, CHAPTER, releases)
    sound(restored, released)
    said = [sentence for sentence in restored.repairs if "emptied" in sentence]
    assert said == [
        f"Cell {n} was emptied: there is too much text in it or before it." for n in emptied
    ]
    assert answer(restored) == SOLVED  # what follows is read again


def test_what_is_said_is_bounded(folder, releases, released):
    hand_in(folder, {**released, "cells": released["cells"] + [0] * 900})
    restored = read(folder, CHAPTER, releases)
    assert len(restored.repairs) == MAX_REPAIRS + 1
    assert restored.repairs[-1] == "850 more such things were put right."


# --- the folder


def test_a_renamed_notebook_is_found(folder, releases, released):
    hand_in(folder, solved(released), f"{CHAPTER} (1).ipynb")
    restored = read(folder, CHAPTER, releases)
    assert answer(restored) == SOLVED
    assert restored.repairs == (f"{CHAPTER} (1).ipynb was graded: there is no {CHAPTER}.ipynb.",)


def test_the_right_name_goes_before_all_others(folder, releases, released):
    hand_in(folder, solved(released))
    late = hand_in(folder, released, "late.ipynb")
    os.utime(late, (2e9, 2e9))
    restored = read(folder, CHAPTER, releases)
    assert answer(restored) == SOLVED
    assert restored.repairs == ("late.ipynb was not used: only the notebook is graded.",)


def test_of_several_the_newest_of_the_chapter_is_graded(folder, releases, released):
    """What a notebook says of itself counts before its age."""
    other = copy.deepcopy(released)
    other["metadata"]["course"]["chapter"] = "ch97_other"
    contents = {"a.ipynb": solved(released), "b.ipynb": released, "c.ipynb": other, "d.ipynb": b""}
    for age, (name, content) in enumerate(contents.items()):
        path = hand_in(folder, content, name)
        os.utime(path, (2e9, 2e9) if name == "a.ipynb" else (1e9 + age, 1e9 + age))
    restored = read(folder, CHAPTER, releases)
    assert answer(restored) == SOLVED
    assert restored.repairs == (
        f"a.ipynb, the newest of 2 notebooks, was graded: there is no {CHAPTER}.ipynb.",
        "b.ipynb, c.ipynb, d.ipynb were not used: only the notebook is graded.",
    )
    (folder / "a.ipynb").unlink()
    assert "b.ipynb was graded" in read(folder, CHAPTER, releases).repairs[0]
    (folder / "b.ipynb").unlink()
    restored = read(folder, CHAPTER, releases)
    assert "d.ipynb, the newest of 2 notebooks," in restored.repairs[0]
    assert "is empty" in restored.problem


def link(path: Path, secret: Path) -> None:
    secret.rename(secret.with_name("answers.ipynb"))
    path.symlink_to(secret.with_name("answers.ipynb"))


def bound_socket(path: Path, secret: Path) -> None:
    secret.unlink()
    with contextlib.chdir(path.parent), socket.socket(socket.AF_UNIX) as bound:
        bound.bind(path.name)


NO_FILES = {
    "a link": link,
    "a link to nothing": lambda path, secret: path.symlink_to("nowhere"),
    "a link to itself": lambda path, secret: path.symlink_to(path.name),
    "a device": lambda path, secret: path.symlink_to("/dev/zero"),
    "a pipe": lambda path, secret: os.mkfifo(path),
    "a folder": lambda path, secret: path.mkdir(),
    "a socket": bound_socket,
}


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("make", NO_FILES.values(), ids=NO_FILES)
def test_what_is_no_file_is_refused(folder, releases, released, make, tmp_path):
    """Neither followed nor waited for."""
    secret = hand_in(tmp_path, solved(released), "secret.ipynb")
    path = folder / NAME
    make(path, secret)
    restored = read(folder, CHAPTER, releases)
    sound(restored, released)
    assert restored.problem == f"{NAME} is no file; hand in the notebook itself."
    assert answer(restored) != SOLVED
    assert reading._bytes(path) is None  # also where it came there after the look at the folder
    hand_in(folder, solved(released), "copy.ipynb")
    assert answer(read(folder, CHAPTER, releases)) == SOLVED


@pytest.mark.parametrize("part", ["folder", "student"])
def test_folders_that_are_links_are_refused(folder, releases, released, part, tmp_path):
    """A link to another student's folder would hand in her work."""
    hand_in(folder, solved(released))
    if part == "folder":
        mine = tmp_path / "submitted" / "bob" / CHAPTER
        mine.parent.mkdir()
        mine.symlink_to(folder)
    else:
        (tmp_path / "submitted" / "bob").symlink_to(folder.parent)
        mine = tmp_path / "submitted" / "bob" / CHAPTER
    restored = read(mine, CHAPTER, releases)
    sound(restored, released)
    assert "is a link" in restored.problem and answer(restored) != SOLVED
    assert find_notebook(mine, CHAPTER)[0] is None


def test_a_course_below_a_link_is_read(folder, releases, released, tmp_path):
    """Where the instructor keeps her submissions is her business."""
    hand_in(folder, solved(released))
    (tmp_path / "linked").symlink_to(tmp_path / "submitted")
    assert answer(read(tmp_path / "linked" / "ada" / CHAPTER, CHAPTER, releases)) == SOLVED


def test_nothing_handed_in(folder, releases, released):
    hidden = folder / ".ipynb_checkpoints"
    hidden.mkdir()
    hand_in(folder, solved(released), ".hidden.ipynb")
    assert read(folder, CHAPTER, releases).problem == (
        f"There is no notebook in the folder; hand in {NAME}."
    )
    for missing in (folder / "none" / CHAPTER, folder / ".hidden.ipynb"):
        restored = read(missing, CHAPTER, releases)
        sound(restored, released)
        assert restored.problem == f"Nothing was handed in for {CHAPTER}."


def test_other_files_are_named_and_not_used(folder, releases, released):
    """Once, shortened, and fit for a page and a terminal."""
    hand_in(folder, solved(released))
    for name in ("numpy.py", "\x1b[31m\n<b>", "y" * 200, "z.txt", ".hidden", "timestamp.txt"):
        (folder / name).write_bytes(b"")
    (folder / os.fsdecode(b"x\xff")).write_bytes(b"")
    (folder / "course").mkdir()
    restored = read(folder, CHAPTER, releases)
    sound(restored, released)
    assert answer(restored) == SOLVED
    assert restored.repairs == (
        "course, numpy.py, x\ufffd and 3 more were not used: only the notebook is graded.",
    )
    for name in ("course", "numpy.py", os.fsdecode(b"x\xff")):
        path = folder / name
        path.rmdir() if path.is_dir() else path.unlink()
    assert read(folder, CHAPTER, releases).repairs == (
        f"{'y' * 39}…, z.txt, \ufffd[31m\ufffd<b> were not used: only the notebook is graded.",
    )


def test_a_huge_file_is_not_read(folder, releases, released):
    """Nor is a folder of very many files looked through for ever."""
    with open(folder / NAME, "wb") as file:
        file.truncate(10**12)
    started = time.monotonic()
    assert "more than 20 MB" in read(folder, CHAPTER, releases).problem
    assert time.monotonic() - started < 5
    assert len(reading._bytes(folder / NAME)) == MAX_FILE + 1


def test_a_crowded_folder_is_read(folder, releases, released, monkeypatch):
    """The notebook may lie beyond the files that are looked at."""
    monkeypatch.setattr(reading, "MAX_FILES", 5)
    hand_in(folder, solved(released))
    for n in range(50):
        (folder / f"{n}.txt").touch()
    restored = read(folder, CHAPTER, releases)
    assert answer(restored) == SOLVED
    assert "and 2 more were" in restored.repairs[0] or "and 1 more were" in restored.repairs[0]


# --- releases


def old_release(releases: Releases, released: dict, edition: str) -> dict:
    """An archived edition whose exercise was called otherwise."""
    old = copy.deepcopy(released)
    old["metadata"]["course"]["release"] = edition
    old["cells"][0]["source"] = "# As it was"
    path = releases.root / ".judge" / "releases" / CHAPTER / f"{edition}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(old), encoding="utf-8")
    return old


def test_the_build_keeps_every_release(shared_course, releases, released):
    """Under its edition; a trial build elsewhere keeps nothing."""
    edition = released["metadata"]["course"]["release"]
    archive = shared_course.root / ".judge" / "releases" / CHAPTER
    present = shared_course.notebook("release").read_bytes()
    assert (archive / f"{edition}.ipynb").read_bytes() == present
    shutil.rmtree(archive)
    done = shared_course.grading("build", "--check")
    assert done.returncode == 0, done.stderr
    assert not archive.exists()
    releases.keep(CHAPTER)
    assert (archive / f"{edition}.ipynb").read_bytes() == present


def test_an_older_copy_is_read_against_its_own_release(folder, releases, released):
    old = old_release(releases, released, "0123456789abcdef")
    hand_in(folder, solved(old))
    restored = read(folder, CHAPTER, releases)
    sound(restored, released)
    assert (restored.release, restored.repairs) == ("0123456789abcdef", ())
    assert restored.notebook.cells[0].source == "# As it was"
    assert restored.notebook.cells[0].id == released["cells"][0]["id"]


@pytest.mark.parametrize(
    "edition", ["fedcba9876543210", "", "../../stolen", "0" * 16 + "-x", "é" * 16, 7, None, ["0"]]
)
def test_an_unknown_release_is_read_as_the_present_one(folder, releases, released, edition):
    """What a notebook says becomes no path."""
    for name in ("../../stolen", "0" * 16 + "-x"):
        old_release(releases, released, name)
    notebook = solved(released)
    notebook["metadata"]["course"]["release"] = edition
    hand_in(folder, notebook)
    restored = read(folder, CHAPTER, releases)
    sound(restored, released)
    assert answer(restored) == SOLVED
    assert restored.release == released["metadata"]["course"]["release"]
    assert restored.repairs == (
        "The notebook names no release that is known here; it was read as the present one.",
    )


def test_the_present_release_needs_no_archive(tmp_path, released):
    """A course that was copied without its hidden folders is graded as well."""
    path = tmp_path / "release" / CHAPTER / NAME
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(released), encoding="utf-8")
    found, exact = Releases(tmp_path).find(CHAPTER, released["metadata"]["course"]["release"])
    assert exact and found.metadata == released["metadata"]
    assert not Releases(tmp_path).find(CHAPTER, "fedcba9876543210")[1]


def test_no_release_is_our_own_fault(tmp_path, released):
    """It raises, so that no student gets a zero for it."""
    with pytest.raises(BuildError, match="grading build ch98_mini"):
        read(tmp_path, CHAPTER, Releases(tmp_path))
    with pytest.raises(BuildError, match="no release"):
        Releases(tmp_path).keep(CHAPTER)
    path = tmp_path / "release" / CHAPTER / NAME
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({**released, "metadata": {}}), encoding="utf-8")
    with pytest.raises(BuildError, match="names no edition"):
        Releases(tmp_path).keep(CHAPTER)


def test_a_failing_disk_is_our_own_fault(folder, releases, released, monkeypatch):
    """It raises, too: what could not be read now can be read later."""
    hand_in(folder, solved(released))

    def fail(*arguments, **keywords):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "open", fail)
    with pytest.raises(OSError, match="Input/output error"):
        read(folder, CHAPTER, releases)


# --- anything at all

WORDS = st.sampled_from(
    [
        *("cells", "cell_type", "source", "metadata", "id", "nbgrader", "grade_id", "course"),
        *("release", "chapter", "code", "markdown", "raw", "heading", "weighted_mean", CHAPTER),
        *("worksheets", "input", "nbformat", "outputs", "attachments", "tags", "points"),
        *("weighted_mean-check", "mini_essay", "mini_quiz", "check(weighted_mean)", SOLVED),
    ]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | WORDS
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=25,
)
CELLS = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["code", "markdown", "raw", "heading"]) | TREES,
        "source": st.text(max_size=20) | WORDS | TREES,
        "id": st.text(max_size=4) | TREES,
        "metadata": st.fixed_dictionaries(
            {}, optional={"nbgrader": st.fixed_dictionaries({}, optional={"grade_id": TREES})}
        )
        | TREES,
    },
)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    tree=TREES | st.fixed_dictionaries({"cells": st.lists(CELLS | TREES, max_size=8)}),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32-be"]),
    cut=st.none() | st.integers(0, 200),
)
def test_no_tree_is_an_error(folder, releases, released, tree, encoding, cut):
    """Whatever JSON it is, and wherever it breaks off."""
    hand_in(folder, json.dumps(tree).encode(encoding)[:cut])
    sound(read(folder, CHAPTER, releases), released)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_damage_is_an_error(folder, releases, released, data):
    """A notebook with some of its bytes changed, lost or repeated."""
    content = bytearray(json.dumps(solved(released)).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 40))
        content[at : at + length] = data.draw(st.binary(max_size=8) | st.just(content[:at]))
    hand_in(folder, bytes(content))
    sound(read(folder, CHAPTER, releases), released)
