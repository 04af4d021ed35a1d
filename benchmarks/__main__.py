"""All measurements in one run; writes `benchmarks/README.md` and its plot.

    make bench          (python -m benchmarks [--students 100] [--stock 8] [--rounds 30])

Milliseconds are this machine's; the ratios are what carries over.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import matplotlib.pyplot as plt
import psutil
import torch

from benchmarks import chapters, classes, widgets

HERE = Path(__file__).parent


def machine() -> str:
    """One line on what this is measured on, without its name."""
    cores = len(os.sched_getaffinity(0))
    memory = psutil.virtual_memory().total / 2**30
    load = os.getloadavg()[0]
    return (
        f"{platform.system()} {platform.machine()}, {cores} cores, {memory:.0f} GiB, Python "
        f"{platform.python_version()}, PyTorch {torch.__version__}, load {load:.1f} at the start"
    )


def plot(table: str, path: Path) -> None:
    """Submissions a minute, read from the table of the class."""
    rows = [[cell.strip() for cell in line.split("|")] for line in table.splitlines()]
    rows = [row for row in rows if len(row) > 4 and re.fullmatch(r"[\d.]+", row[2])]
    names = [re.sub("`", "", row[1]) for row in rows]
    rates = [60 / float(row[3]) if float(row[3]) else 0 for row in rows]
    figure, axes = plt.subplots(figsize=(7, 2.6), layout="constrained")
    bars = axes.barh(names[::-1], rates[::-1], color="#4477aa")
    axes.bar_label(bars, fmt="%.0f", padding=3)
    axes.set_xlabel("submissions a minute")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=130)
    plt.close(figure)


def write(about: str, parts: dict[str, str]) -> None:
    """Write what has been measured so far; a run that is stopped leaves that much."""
    text = [
        "# Measurements\n",
        "Written by `make bench` in one run; not edited by hand. The machine decides the seconds, "
        "the ratios are what carries over.\n",
        f"{datetime.now(UTC):%d %B %Y}, {about}.\n",
    ]
    for title, part in parts.items():
        text.append(f"## {title}\n\n{part}")
        if part.startswith("`nbgrader autograde"):
            plot(part, HERE / "class.png")
            text.append("![Submissions a minute](class.png)\n")
    (HERE / "README.md").write_text("\n".join(text), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description="Measure everything.")
    parser.add_argument("--students", type=int, default=100)
    parser.add_argument("--stock", type=int, default=8, help="submissions that stock is timed on")
    parser.add_argument("--rounds", type=int, default=30, help="moves of each widget")
    options = parser.parse_args()
    about, parts = machine(), {}
    jobs = {
        "Widgets": lambda: widgets.report(options.rounds),
        "Grading a class": lambda: classes.report("ch04_rnn", options.students, options.stock),
        "Imports, checks, chapters": chapters.report,
    }
    if not (shutil.which("chromium") or shutil.which("google-chrome")):
        jobs["Widgets"] = lambda: "Not measured: there was no Chromium.\n"
    for title, job in jobs.items():
        print(f"{title} ...", flush=True)
        parts[title] = job()
        print(parts[title], flush=True)
        write(about, parts)
    print(f"written: {HERE / 'README.md'}")


if __name__ == "__main__":
    main()
