"""The command `grading`: the instructors' jobs.

Errors that a person can mend are one sentence on stderr, with exit status 2.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from grading.chapter import BuildError
from grading.commands import CommandFailed


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
    job.set_defaults(job=_autograde)

    job = jobs.add_parser("demo", help="a simulated class, from release to grades")
    job.add_argument("--folder", type=Path, help="where it plays (default: demo/)")
    job.set_defaults(job=_demo)

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
    from grading.autograde import grade

    return grade(options.root.resolve(), options.chapter)


def _demo(options: argparse.Namespace) -> int:
    from grading.demo import demo

    root = options.root.resolve()
    return demo(root, (options.folder or root / "demo").resolve())


def _bundle(options: argparse.Namespace) -> int:
    from grading.bundle import bundle

    root = options.root.resolve()
    target = (options.to or root / "dist" / "student").resolve()
    bundle(root, target)
    print(f"written: {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
