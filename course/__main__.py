"""The student's commands: `python -m course JOB`, or `course JOB` where it is installed."""

import argparse
import sys
from pathlib import Path
from typing import NoReturn

from course.lab import LabError, course_root, start_jupyterlab, update


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One sentence, as for every other error; argparse would print the usage too."""
        print(f"{self.prog}: {message}; `{self.prog} --help` says what there is.", file=sys.stderr)
        sys.exit(2)


def main(arguments: list[str] | None = None) -> int:
    """Run one of the student's jobs and return its exit status.

    Args:
        arguments: as typed after `course`; those of this process if None.
    """
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if rest and options.job is not lab:
        parser.error(f"`{rest[0]}` is not an option of this job")
    try:
        return options.job(options, rest)
    except LabError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def lab(options: argparse.Namespace, rest: list[str]) -> int:
    """Bring the student's copy up to date and open JupyterLab in it; `rest` is JupyterLab's."""
    root = course_root()
    release = Path(options.release or root / "release").absolute()
    folder = Path(options.folder or root / "my_notebooks").absolute()
    for sentence in update(release, folder):
        print(sentence)
    print(f"Your own copy of the course is in {folder}.")
    if options.copy_only:
        return 0
    if options.no_browser:
        rest = [*rest, "--no-browser"]
    if options.port:
        rest = [*rest, f"--port={options.port}"]
    return start_jupyterlab(folder, rest)


def progress(options: argparse.Namespace, rest: list[str]) -> int:
    """Print, chapter by chapter, what is right, tried and untouched."""
    from course import progress as course_progress  # imports the checks, which `lab` can do without

    print(course_progress())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="course", description="Neural Networks, Worked Out: the student's jobs.")
    jobs = parser.add_subparsers(title="jobs", metavar="JOB", required=True)

    job = jobs.add_parser(
        "lab",
        allow_abbrev=False,  # --no-b… may be JupyterLab's
        help="open the course in JupyterLab, on your own copy of the notebooks",
        description="Copies the chapters to your own folder, where nothing you write is ever "
        "overwritten, and opens JupyterLab there. Other options are handed on to JupyterLab.",
    )
    job.add_argument("--from", dest="release", metavar="FOLDER", help="the released chapters")
    job.add_argument("--to", dest="folder", metavar="FOLDER", help="your copy (my_notebooks)")
    job.add_argument("--no-browser", action="store_true", help="do not open a browser")
    job.add_argument("--port", type=int, help="the port of the server (8888, or a free one)")
    job.add_argument("--copy-only", action="store_true", help="copy the chapters and stop")
    job.set_defaults(job=lab)

    job = jobs.add_parser("progress", help="what is right, tried and untouched so far")
    job.set_defaults(job=progress)
    return parser


if __name__ == "__main__":
    sys.exit(main())
