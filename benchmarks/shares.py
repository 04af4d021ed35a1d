"""What a submission takes: its own code, the room in which that runs, and the judge."""

from __future__ import annotations

import importlib
import os
import statistics
import time
from pathlib import Path

import nbformat
import torch

from course.checks.kinds import outcomes_of
from grading.judge import judging, warm
from grading.judge.cells import Script
from grading.judge.inside import shell
from grading.judge.material import CourseFolder
from grading.judge.reading import read
from grading.judge.releases import Releases
from grading.judge.sandbox import Room
from grading.notebook import type_in

SAMPLE = 20  # submissions that are timed
IMPORTED = ("matplotlib.pyplot", "tqdm.auto", "course.widgets", "course.worked")  # by notebooks


def own_share(folder: Path, name: str) -> tuple[float, float, float]:
    """Seconds a submission: its own code's, the room's in which it runs, and the judge's."""
    torch.set_num_threads(1)  # as in a worker
    for module in IMPORTED:
        importlib.import_module(module)
    own, inside, whole = [], [], []
    ask = Room.ask
    spent = [0.0]

    def clocked(self: Room, *arguments: object) -> object:
        start = time.monotonic()
        try:
            return ask(self, *arguments)
        finally:
            spent[0] += time.monotonic() - start

    course, releases = CourseFolder(folder), Releases(folder)
    Room.ask = clocked  # type: ignore[method-assign]
    try:
        for number, place in enumerate(sorted((folder / "submitted").iterdir())[: SAMPLE + 1]):
            notebook = read(place / name, name, releases).notebook
            spent[0], start = 0.0, time.monotonic()
            judging.judge(notebook, place.name, course)
            if number:  # the first one starts the sandbox
                inside.append(spent[0])
                whole.append(time.monotonic() - start)
                own.append(own_seconds(notebook, course))
    finally:
        Room.ask = ask  # type: ignore[method-assign]
        warm.cool()
    return statistics.mean(own), statistics.mean(inside), statistics.mean(whole)


def unlisted(folder: Path, name: str, right: dict[str, list[str]]) -> float:
    """Seconds that an answer takes which is wrong in a way that no key lists, beside a right one:
    each such answer is looked at in a process of its own. `right` is what to type in."""
    course = CourseFolder(folder)
    keys = course.material(name).keys
    seconds = []
    try:
        for typed in (right, right | {n: ["raise ValueError"] for n in keys}):
            book = nbformat.read(folder / "release" / name / f"{name}.ipynb", as_version=4)
            book.metadata["course"] = {"chapter": name}
            type_in(book, typed)
            judging.judge(book, "the first one", course)  # starts the sandbox
            start = time.monotonic()
            for number in range(SAMPLE):
                judging.judge(book, f"student {number}", course)
            seconds.append((time.monotonic() - start) / SAMPLE)
    finally:
        warm.cool()
    return (seconds[1] - seconds[0]) / len(keys)


def own_seconds(notebook: nbformat.NotebookNode, course: CourseFolder) -> float:
    """Seconds that a submission's cells and one call of each function on each hidden case take, in
    a warm process without walls."""
    script = Script(notebook)
    material = course.material(notebook.metadata.course.chapter)
    drawn = {exercise: course.drawn(material, exercise).exercise for exercise in material.keys}
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        shell.prepare()
        shell.run("import torch; torch.set_num_threads(1)", 60)
        start = time.monotonic()
        for cell in script.to_run(demo=False):
            shell.run(cell.source, 60)
        for exercise, cases in drawn.items():
            if exercise in shell.namespace():
                outcomes_of(shell.namespace()[exercise], cases)
        os.write(write_end, str(time.monotonic() - start).encode())
        os._exit(0)
    os.close(write_end)
    os.waitpid(child, 0)
    with os.fdopen(read_end) as pipe:
        return float(pipe.read())
