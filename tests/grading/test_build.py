"""What the build makes, and that it makes it again to the byte, and only when something changed."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from grading import notebook
from grading.build import Layout, build, differences
from grading.chapter import read
from grading.errors import BuildError

ROOT = Path(__file__).resolve().parents[2]


def files(root: Path) -> dict[str, bytes]:
    """Everything that the build made, by path."""
    folders = [root / "source", root / "release", root / "course"]
    return {
        str(path.relative_to(root)): path.read_bytes()
        for folder in folders
        for path in folder.rglob("*.*")
        if path.is_file()
    }


def test_the_committed_build_is_up_to_date():
    """source/, release/ and expected/ are what the chapters and answers make today."""
    assert differences(Layout.at(ROOT)) == []


def test_two_builds_in_two_processes_are_equal_to_the_byte(course):
    """Neither the hash seed nor what was there before changes a byte."""
    made = []
    for seed in ("1", "2"):
        shutil.rmtree(course.root / "source", ignore_errors=True)
        done = subprocess.run(
            [sys.executable, "-m", "grading", "build", "--force"],
            cwd=course.root,
            env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        made.append(files(course.root))
        shutil.rmtree(course.root / "course")
    assert len(made[0]) == 3
    assert made[0] == made[1]


def test_what_did_not_change_is_not_built_again(built, capsys):
    """A second build says so and writes nothing; a changed text is built, a hand edit undone."""
    layout = Layout.at(built.root)
    assert build(layout) == []
    assert "nothing changed" in capsys.readouterr().out
    before = files(built.root)
    release = built.notebook("release")
    release.write_text(release.read_text().replace("by its weight", "by hand"))
    assert build(layout) == [release]
    assert files(built.root) == before
    built.edit(built.chapter, "one of each", "one of everything")
    assert set(build(layout)) == {built.notebook("source"), release}


def test_a_drifted_release_is_found(built):
    """One changed word in a released notebook, and a missing file, are named."""
    layout = Layout.at(built.root)
    assert differences(layout) == []
    release = built.notebook("release")
    built.edit(release, "by its weight", "by its height")
    assert [str(release) in line for line in differences(layout)] == [True]
    release.unlink()
    assert ["is missing" in line for line in differences(layout)] == [True]


@pytest.mark.parametrize(("change", "rewritten"), [(1e-13, False), (1e-3, True)])
def test_compiled_figures_are_compared_by_value(built, change, rewritten):
    """Another processor's last digits leave the file alone; a changed figure does not."""
    path = built.root / "course/checks/expected/ch98_mini.safetensors"
    from safetensors import safe_open

    with safe_open(path, framework="numpy") as file:
        header = file.metadata()
    arrays = load_file(path)
    arrays["weighted_mean.float64"] = arrays["weighted_mean.float64"] * (1 + change)
    save_file(arrays, path, metadata=header)
    before = path.read_bytes()
    assert (differences(Layout.at(built.root)) != []) is rewritten
    build(Layout.at(built.root), force=True)
    assert (path.read_bytes() != before) is rewritten


def test_a_misspelt_marker_leaks_nothing(course, monkeypatch):
    """If a marker were misspelt, nbgrader would leave the answer in: the build refuses that."""
    monkeypatch.setattr(
        notebook, "_marked", lambda body: ["### BEGIN SOLUTIN", *body, "### END SOLUTION"]
    )
    with pytest.raises(BuildError, match="an answer may leak"):
        build(Layout.at(course.root))
    assert not course.notebook("release").exists()


@pytest.mark.torch_free
def test_cells_keep_their_ids(course):
    """A new cell changes ids only below it in its own section."""
    before = list(notebook.cell_ids(read(course.chapter)))
    course.edit(course.chapter, "It has one of each", "Hello.\n\n+++\n\nIt has one of each")
    after = list(notebook.cell_ids(read(course.chapter)))
    assert len(after) == len(before) + 1 == len(set(after))
    in_section = [name for name in before if "weighted-mean" in name]
    assert in_section == [name for name in after if "weighted-mean" in name]


def test_the_source_notebook_is_what_nbgrader_expects(built):
    """Stub, markers, points, locked checks; options of the build are gone; no outputs."""
    source = nbformat.read(built.notebook("source"), as_version=4)
    cells = {
        c.metadata["nbgrader"]["grade_id"]: c for c in source.cells if "nbgrader" in c.metadata
    }
    assert set(cells) == {
        *("weighted_mean", "weighted_mean-check"),
        *("mini_quiz", "mini_quiz-check", "mini_essay"),
    }
    assert "### BEGIN SOLUTION\n    total = (w * x).sum()" in cells["weighted_mean"].source
    assert cells["weighted_mean-check"].source == "check(weighted_mean)"
    assert cells["weighted_mean-check"].metadata["nbgrader"]["locked"] is True
    assert cells["weighted_mean-check"].metadata["nbgrader"]["points"] == 16
    assert cells["mini_quiz-check"].source == "quiz(mini_quiz)"
    assert cells["mini_essay"].cell_type == "markdown"
    text = json.dumps(source)
    assert '"prints"' not in text and '"exercise"' not in text and '"covers"' not in text
    assert all(not cell.get("outputs") for cell in source.cells)
    release = nbformat.read(built.notebook("release"), as_version=4)
    (essay,) = [c for c in release.cells if c.id.endswith("-answer")]
    assert essay.source == "*Write your answer here.*"


def test_badges_and_colab_need_a_published_bundle(course):
    """With a student repository named, the release opens in Colab and Binder; else it says none."""
    build(Layout.at(course.root))
    assert "colab" not in course.notebook("release").read_text()
    (course.root / "pyproject.toml").write_text('[tool.course]\nstudent_bundle = "ann/course"\n')
    build(Layout.at(course.root))
    text = course.notebook("release").read_text()
    assert "colab.research.google.com/github/ann/course/blob/main/release/ch98_mini" in text
    assert "mybinder.org/v2/gh/ann/course/main?labpath=release/ch98_mini" in text
    setup = nbformat.reads(text, as_version=4).cells[2].source
    assert setup.startswith("import sys") and setup.endswith("from course import check, quiz")


def test_a_folder_that_cannot_be_written(built):
    """A file in the way of an output is one sentence, and the old build stays."""
    before = files(built.root)
    built.edit(built.chapter, "one of each", "one of everything")
    release = built.notebook("release")
    part = release.with_name(release.name + ".part")
    part.mkdir()
    done = built.grading("build")
    assert done.returncode == 2 and "can't be written" in done.stderr
    assert "Traceback" not in done.stderr
    part.rmdir()
    assert (
        files(built.root)[str(release.relative_to(built.root))]
        == before[str(release.relative_to(built.root))]
    )


def test_figures_are_not_rounded_away():
    """The compiled figures of the worked Elman network are the ones worked out by hand."""
    from course.checks.expected import find

    case = find("elman").cases[0]
    assert np.allclose(
        case.result["H"].ravel(),
        [0.964027580076, 0.999279286166, 0.999909073299, 0.999987709416],
        rtol=1e-11,
    )
