"""The command `grading`: the instructors' jobs.

Errors that a person can mend are one sentence on stderr, with exit status 2.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import grading.grammars  # noqa: F401 - before nbgrader
from grading.commands import CommandFailed
from grading.errors import BuildError


def main(arguments: list[str] | None = None) -> int:
    """Run one job; returns the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return options.job(options)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 2
    except CommandFailed as error:
        print(error.output, error, sep="\n", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped; what was finished is kept.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="grading", description="The instructors' jobs.")
    parser.add_argument(
        "--root", type=Path, default=Path.cwd(), help="the course's folder (default: this one)"
    )
    jobs = parser.add_subparsers(required=True, metavar="JOB")

    job = jobs.add_parser("build", help="chapters + answers -> source/, release/, expected/")
    job.add_argument("chapters", nargs="*", help="only these, e.g. ch04_rnn")
    job.add_argument("--force", action="store_true", help="build also what has not changed")
    job.add_argument("--check", action="store_true", help="only say what is out of date")
    job.set_defaults(job=_build)

    job = jobs.add_parser("autograde", help="grade the submissions of a chapter")
    job.add_argument("chapter", help="e.g. ch04_rnn")
    job.add_argument(
        "--no-sandbox",
        action="store_true",
        help="run the students' code unprotected: only for code that you trust; marks the grades",
    )
    job.add_argument("--students", default="", help="only these ids, separated by commas")
    job.add_argument(
        "--workers", type=int, default=0, help="processes that judge (default: one a core)"
    )
    job.add_argument("--force", action="store_true", help="grade also what has not changed")
    job.set_defaults(job=_autograde)

    job = jobs.add_parser("report", help="a page on how the class did on a chapter")
    job.add_argument("chapter", help="e.g. ch04_rnn")
    job.add_argument("--to", type=Path, help="another file than grades/<chapter>.html")
    job.set_defaults(job=_report)

    job = jobs.add_parser("demo", help="a simulated class, from release to grades")
    job.add_argument("--folder", type=Path, help="where it plays (default: demo/)")
    job.set_defaults(job=_demo)

    job = jobs.add_parser("contract", help="what a chapter still owes its students")
    job.add_argument("chapters", nargs="*", help="only these, e.g. ch04_rnn")
    job.set_defaults(job=_contract)

    job = jobs.add_parser("new-chapter", help="write the skeleton of a chapter")
    job.add_argument("chapter", help="e.g. ch05_lstm_gru")
    job.add_argument("title", help='e.g. "LSTM and GRU"')
    job.set_defaults(job=_new_chapter)

    job = jobs.add_parser("new-exercise", help="write the skeletons of an exercise and its key")
    job.add_argument("chapter", help="e.g. ch05_lstm_gru")
    job.add_argument("exercise", help="its id, e.g. lstm_step")
    job.set_defaults(job=_new_exercise)

    job = jobs.add_parser("bundle", help="dist/student/: only what students may have")
    job.add_argument("--to", type=Path, help="another folder than dist/student")
    job.set_defaults(job=_bundle)
    return parser


def _build(options: argparse.Namespace) -> int:
    from grading.build import Layout, build, differences

    layout = Layout.at(options.root.resolve())
    if options.check:
        found = differences(layout)
        print("\n".join(found) or "All is up to date.")
        return 1 if found else 0
    changed = build(layout, options.chapters, options.force)
    for path in changed:
        print(f"written: {path.relative_to(layout.root)}")
    return 0


def _autograde(options: argparse.Namespace) -> int:
    from grading.autograde import Choice, grade

    choice = Choice(
        tuple(name for name in options.students.split(",") if name),
        max(0, options.workers),
        options.force,
        not options.no_sandbox,
    )
    return grade(options.root.resolve(), options.chapter, choice)


def _report(options: argparse.Namespace) -> int:
    from grading.report import write

    to = options.to.resolve() if options.to else None
    print(f"written: {write(options.root.resolve(), options.chapter, to)}")
    return 0


def _demo(options: argparse.Namespace) -> int:
    from grading.demo import demo

    root = options.root.resolve()
    return demo(root, (options.folder or root / "demo").resolve())


def _contract(options: argparse.Namespace) -> int:
    from grading.build import Layout
    from grading.chapter import read
    from grading.contract import breaches

    layout = Layout.at(options.root.resolve())
    coverage = layout.chapters / "coverage.toml"
    found = [
        f"{name}: {text}"
        for name in options.chapters or layout.names()
        for text in breaches(read(layout.chapters / f"{name}.md"), coverage)
    ]
    print("\n".join(found) or "Every chapter keeps its contract.")
    return 1 if found else 0


def _new_chapter(options: argparse.Namespace) -> int:
    from grading.build import Layout
    from grading.skeleton import new_chapter

    for path in new_chapter(Layout.at(options.root.resolve()), options.chapter, options.title):
        print(f"written: {path}")
    return 0


def _new_exercise(options: argparse.Namespace) -> int:
    from grading.build import Layout
    from grading.skeleton import new_exercise

    for path in new_exercise(Layout.at(options.root.resolve()), options.chapter, options.exercise):
        print(f"written: {path}")
    return 0


def _bundle(options: argparse.Namespace) -> int:
    from grading.bundle import bundle

    root = options.root.resolve()
    target = (options.to or root / "dist" / "student").resolve()
    bundle(root, target)
    print(f"written: {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
