"""What a student waits for: the import, a check, a chapter run from top to bottom.

python -m benchmarks.chapters
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

from benchmarks.classes import LAYOUT, ROOT, Watch
from course import check
from grading.build import gather
from grading.chapter import read

TIMES = 5
RUN = """
import nbformat, sys
from nbclient import NotebookClient
book = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(book, timeout=600, kernel_name="python3").execute()
"""


def imports() -> list[tuple[str, float]]:
    """Median seconds that an import takes in a fresh interpreter, beyond starting it."""
    found = []
    for statement in ("pass", "import course", "import torch", "from course import widgets"):
        times = []
        for _ in range(TIMES):
            start = time.monotonic()
            subprocess.run([sys.executable, "-c", statement], cwd=ROOT, check=True)
            times.append(time.monotonic() - start)
        found.append((statement, statistics.median(times)))
    return [(statement, seconds - found[0][1]) for statement, seconds in found[1:]]


def checks() -> list[tuple[str, str, float]]:
    """Chapter, exercise and median seconds of check() on a right answer."""
    found = []
    for name in LAYOUT.names():
        keys, _, _ = gather(read(LAYOUT.chapters / f"{name}.md"), LAYOUT.answers / name)
        for exercise, key in keys.items():
            times = []
            for _ in range(TIMES):
                start = time.monotonic()
                check(_named(key.solution, exercise))
                times.append(time.monotonic() - start)
            found.append((name, exercise, statistics.median(times[1:])))
    return found


def _named(solution, name):
    solution.__name__ = name
    return solution


def chapters() -> list[tuple[str, float, int]]:
    """Each solved chapter's wall seconds and the most memory, in bytes, of one run."""
    found = []
    for name in LAYOUT.names():
        path = LAYOUT.source / name / f"{name}.ipynb"
        with tempfile.TemporaryDirectory() as folder:
            environment = os.environ | {"PYTHONPATH": str(ROOT), "COURSE_PROGRESS": folder}
            watch = Watch()
            with watch:
                command = [sys.executable, "-c", RUN, str(path)]
                subprocess.run(command, cwd=folder, env=environment, check=True)
        found.append((name, watch.seconds, watch.memory))
    return found


def report() -> str:
    """The tables, as Markdown."""
    base = dict(imports())
    lines = [f"Imports, medians of {TIMES}: "]
    lines[0] += ", ".join(f"`{statement}` {seconds:.2f} s" for statement, seconds in base.items())
    times = checks()
    lines += ["", "| chapter | check(), median ms | slowest exercise | ms |", "|---|---|---|---|"]
    for name in LAYOUT.names():
        own = [(seconds, exercise) for chapter, exercise, seconds in times if chapter == name]
        slow, which = max(own)
        middle = statistics.median(seconds for seconds, _ in own)
        lines.append(f"| {name} | {1e3 * middle:.0f} | {which} | {1e3 * slow:.0f} |")
    lines += ["", "| chapter, solved, run once | seconds | peak memory |", "|---|---|---|"]
    lines += [f"| {name} | {s:.0f} | {m / 2**30:.2f} GiB |" for name, s, m in chapters()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(report())
