"""Grading a class: stock `nbgrader autograde` beside ours, by number of workers.

    python -m benchmarks.classes [--students 100] [--stock 8]

Both grade the same chapter and the same submissions by the same command, in one process a class as
far as stock goes, and neither runs the cells that only demonstrate. Stock is timed on a part of
the class and scaled: what two submissions take, and as often as needed what each further one does.
"""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat
import psutil

from benchmarks.shares import own_share, unlisted
from grading.answers import load_quiz
from grading.autograde import register
from grading.build import Layout
from grading.commands import nbgrader
from grading.judge.material import CourseFolder
from grading.notebook import type_in

ROOT = Path(__file__).resolve().parents[1]
LAYOUT = Layout.at(ROOT)
STOCK = """
c = get_config()
c.CourseDirectory.course_id = "stock"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "__pycache__", "*.pyc", "*.py", "*.md"]
c.Execute.skip_cells_with_tag = "demo"
c.Execute.timeout = 120
"""
LOOK = 3.0  # seconds between two looks at memory, which cost time themselves
TURNS = 4  # of stock and ours: the machine may be quicker in one minute than in the next
COUNTS = 5_000_000  # steps of a loop that only counts


@dataclass
class Run:
    """One grading of a class: wall seconds, and the most memory at one time, in bytes."""

    name: str
    students: int
    seconds: float
    memory: int = 0


def bodies(name: str, course: CourseFolder) -> Iterator[dict[str, list[str]]]:
    """What student after student types: half of them all right, a fifth done by half, the others
    make one listed mistake in every exercise."""
    keys = course.material(name).keys
    right = {exercise: key.body() for exercise, key in keys.items()}
    quiz = LAYOUT.answers / name / "quiz.py"
    letters = {n: q.right for n, q in load_quiz(quiz).items()} if quiz.is_file() else {}
    quizzes = [n for n in course.material(name).visible if n not in keys]
    right |= {n: [f"return {letters}"] for n in quizzes}
    half = dict(itertools.islice(right.items(), len(right) // 2))
    for number in itertools.count():
        wrong = {n: k.body(k.mistakes[number % len(k.mistakes)]) for n, k in keys.items()}
        yield right if number % 10 < 5 else half if number % 10 < 7 else right | wrong


def make_class(folder: Path, name: str, students: int) -> Path:
    """A course's folder with one chapter and a class's submissions."""
    (folder / "chapters").mkdir(parents=True)
    shutil.copy(LAYOUT.chapters / f"{name}.md", folder / "chapters")
    for part in (LAYOUT.answers, LAYOUT.release, LAYOUT.source):
        shutil.copytree(part / name, folder / part.name / name)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    released = LAYOUT.release / name / f"{name}.ipynb"
    for number, typed in zip(range(students), bodies(name, CourseFolder(ROOT)), strict=False):
        book = nbformat.read(released, as_version=4)
        type_in(book, typed)
        place = folder / "submitted" / f"student{number:03}" / name
        place.mkdir(parents=True)
        nbformat.write(book, place / f"{name}.ipynb")
    register(folder, name)
    return folder


def timed(folder: Path, name: str, label: str, students: int, *options: str) -> Run:
    """Run `nbgrader autograde` on the first `students` of a class, watched; with `options`, which
    are the judge's, as `grading autograde` runs it."""
    out = [path.name for path in sorted((folder / "submitted").iterdir())[students:]]
    watch = Watch()
    with watch:
        nbgrader(
            *(folder, "autograde", name, "--create", "--force", *options),
            f"--CourseDirectory.student_id_exclude={','.join(out)}",
            ahead=bool(options),
        )
    return Run(label, students, watch.seconds, watch.memory)


class Watch:
    """Wall time, and the most memory that this process's children hold together (PSS)."""

    def __enter__(self) -> Watch:
        self.memory, self.on = 0, True
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.start = time.monotonic()
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.seconds = time.monotonic() - self.start
        self.on = False
        self.thread.join()

    def _look(self) -> None:
        while self.on:
            total = 0
            for process in psutil.Process().children(recursive=True):
                try:
                    total += process.memory_full_info().pss
                except psutil.Error:
                    continue
            self.memory = max(self.memory, total)
            time.sleep(LOOK)


def gain(processes: int) -> float:
    """How much more counting so many processes do here than one: cores may share their insides."""

    def counted(number: int) -> float:
        children, start = [], time.monotonic()
        for _ in range(number):
            children.append(os.fork())
            if children[-1] == 0:
                table: dict[int, int] = {}
                for n in range(COUNTS):
                    table[n % 1000] = n
                os._exit(0)
        for child in children:
            os.waitpid(child, 0)
        return time.monotonic() - start

    rounds = [(counted(1), counted(processes)) for _ in range(5)]
    return statistics.median(processes * one / several for one, several in rounds)


def scale_up(folder: Path, name: str, students: int, part: int) -> float:
    """Seconds that stock takes for a class, by what two submissions take and what `part` do."""
    few, more = (timed(folder, name, "stock", n).seconds for n in (2, part))
    return few + (students - 2) * (more - few) / (part - 2)


def mean(runs: list[Run]) -> Run:
    """Runs of the same thing as one: the mean of their seconds, the most memory of any."""
    seconds, memory = statistics.mean(r.seconds for r in runs), max(r.memory for r in runs)
    return replace(runs[0], seconds=seconds, memory=memory)


def measure(
    name: str, students: int, part: int
) -> tuple[list[Run], float, list[float], tuple[float, ...]]:
    """Our runs by workers, stock's seconds for the whole class, how many times as long that is turn
    by turn, and what a submission takes."""
    with tempfile.TemporaryDirectory() as place:
        folder = make_class(Path(place) / "ours", name, students)
        stock = Path(place) / "stock"
        shutil.copytree(folder, stock)
        (stock / "nbgrader_config.py").write_text(STOCK)
        (stock / "gradebook.db").unlink(missing_ok=True)
        register(stock, name)
        many = len(os.sched_getaffinity(0))
        options = {
            n: (f"--JudgeExporter.workers={n}", "--JudgeExporter.again=True") for n in (1, many)
        }
        scaled, runs = [], {n: [] for n in options}
        for turn in range(TURNS):
            scaled.append(scale_up(stock, name, students, part))
            for n in options if turn == 0 else (many,):
                runs[n].append(timed(folder, name, f"{n}", students, *options[n]))
        told = [mean(several) for several in runs.values()]
        times = [one / run.seconds for one, run in zip(scaled, runs[many], strict=True)]
        whole = Watch()
        with whole:
            command = [sys.executable, "-P", "-m", "grading", "autograde", name, "--force"]
            subprocess.run(command, cwd=folder, check=False, stdout=subprocess.DEVNULL)
        told.append(Run("whole", students, whole.seconds, whole.memory))
        with whole:
            subprocess.run(command[:-1], cwd=folder, check=False, stdout=subprocess.DEVNULL)
        told.append(Run("again", students, whole.seconds, whole.memory))
        right = next(bodies(name, CourseFolder(folder)))
        shares = *own_share(folder, name), unlisted(folder, name, right)
        return told, statistics.mean(scaled), times, shares


def report(name: str = "ch04_rnn", students: int = 100, part: int = 8) -> str:
    """The table, as Markdown."""
    runs, stock, times, (own, inside, whole, more_wrong) = measure(name, students, part)
    lines = [
        f"`nbgrader autograde {name}`, {students} submissions; stock timed on {part} of them and "
        f"scaled. Both are started as `grading autograde` starts nbgrader. Stock, and the judge "
        f"with the most workers: means of {TURNS} runs, in turns, of which each gave "
        f"{min(times):.1f} to {max(times):.1f} times stock.\n",
        "| what | seconds | a submission | times stock | peak memory |",
        "|---|---|---|---|---|",
        f"| stock nbgrader | {stock:.0f} | {stock / students:.2f} | 1 | |",
    ]
    titles = {"whole": "`grading autograde`, with feedback and table", "again": "the same, again"}
    for run in runs:
        title = titles.get(run.name, f"the judge, {run.name} worker{'s' * (run.name != '1')}")
        lines.append(
            f"| {title} | {run.seconds:.1f} | {run.seconds / students:.2f} "
            f"| {stock / run.seconds:.1f} | {run.memory / 2**30:.2f} GiB |"
        )
    best = next(run for run in reversed(runs) if run.name.isdigit())
    more = gain(int(best.name))
    lines.append(
        f"\nA submission's own cells, and its functions on the hidden cases, take {own:.2f} s in a "
        f"warm process without walls. With room, forks and channel it is {inside:.2f} s "
        f"({inside / own:.1f} times), and with drawing, comparing and diagnosing {whole:.2f} s "
        f"({whole / own:.1f} times; {whole / inside:.2f} times the room's). A wrong answer "
        f"that no key lists, of which this class has none, takes {1000 * more_wrong:.0f} ms more "
        f"than a right one. The class took "
        f"{best.seconds * int(best.name) / (own * students):.1f} times its own share of the "
        f"{best.name} workers' time, starting and nbgrader's writing included. On this machine "
        f"{best.name} processes that only count do {more:.2f} times the work of one."
    )
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="Grading a class, beside stock nbgrader.")
    parser.add_argument("--students", type=int, default=100)
    parser.add_argument("--stock", type=int, default=8, help="submissions that stock is timed on")
    parser.add_argument("--chapter", default="ch04_rnn")
    options = parser.parse_args()
    print(report(options.chapter, options.students, options.stock))


if __name__ == "__main__":
    main()
