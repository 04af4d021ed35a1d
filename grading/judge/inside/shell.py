"""Running a notebook's cells without a Jupyter kernel: an IPython shell whose output is captured.

Magics, top-level await and display() work as in a notebook. Nobody sits at the keyboard, so
input() and breakpoint() fail at once. Captured text is cut to a length, pictures to a number.
"""

from __future__ import annotations

import ast
import base64
import builtins
import contextlib
import getpass
import io
import re
import signal
import sys
import warnings
from collections.abc import Iterator
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

TEXT = 20_000  # characters a cell, of all kinds together
TRACEBACK = 4_000
PICTURES, PICTURE_SIZE = 4, 300_000  # a cell; bytes of base64
NOBODY = "nobody is at the keyboard while a notebook is graded; give the value in the code."
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class TimeIsUp(KeyboardInterrupt):
    """The cell ran longer than its time."""


class Captured:
    """What one cell gave, as [kind, text] rows, cut to bounded length."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.rows: list[list[str]] = []
        self.left = TEXT
        self.pictures = 0

    def text(self, kind: str, text: str) -> None:
        """Add text; the first that is too long is cut and says so, the rest is dropped."""
        if self.left <= 0 or not text:
            return
        if len(text) > self.left:
            text = text[: self.left] + "\n... cut here: too much output"
        self.left -= len(text)
        if self.rows and self.rows[-1][0] == kind and kind in ("stdout", "stderr"):
            self.rows[-1][1] += text
        else:
            self.rows.append([kind, text])

    def data(self, kind: str, data: dict[str, Any]) -> None:
        """Add what display() or a cell's last line shows: a picture, or plain text."""
        picture = data.get("image/png")
        if isinstance(picture, bytes):
            picture = base64.b64encode(picture).decode()
        if isinstance(picture, str) and self.pictures < PICTURES and len(picture) <= PICTURE_SIZE:
            self.pictures += 1
            self.rows.append(["image", picture])
        elif isinstance(data.get("text/plain"), str):
            self.text(kind, data["text/plain"])


class Stream(io.TextIOBase):
    """Standard output or error of the cell that runs."""

    encoding = "utf-8"

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def write(self, text: str) -> int:
        captured.text(self.kind, str(text))
        return len(text)

    def writable(self) -> bool:
        return True

    def close(self) -> None:
        """Stay open: a cell that closes its output must not silence the next."""


class Publisher(DisplayPublisher):
    def publish(self, data: dict, *args: Any, **kwargs: Any) -> None:
        captured.data("result", data)

    def clear_output(self, wait: bool = False) -> None:
        captured.clear()


class Hook(DisplayHook):
    def quiet(self) -> bool:
        return super().quiet()

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict, md_dict: dict | None = None) -> None:
        captured.data("result", format_dict)


class Shell(InteractiveShell):
    display_pub_class = Type(Publisher)
    displayhook_class = Type(Hook)

    def transform_cell(self, raw_cell: str) -> str:
        """The cell as Python. Where it is that already, IPython's search for magics, which takes
        longer than most cells, would find none; in a single line it may find other things."""
        if raw_cell.strip().count("\n"):
            with contextlib.suppress(SyntaxError, ValueError), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # they are given when the cell is run
                ast.parse(raw_cell)
                return raw_cell if raw_cell.endswith("\n") else raw_cell + "\n"
        return super().transform_cell(raw_cell)

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        if issubclass(etype, NobodyThere):
            stb = [f"{etype.__name__}: {evalue}"]
        lines = _COLOURS.sub("", "\n".join(stb))
        captured.text("error", lines[-TRACEBACK:])

    def enable_gui(self, gui: str | None = None) -> None:
        """There is no window system to wait for."""


captured = Captured()


def prepare() -> None:
    """Make the shell, once, before the first room is forked."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    config.InteractiveShell.xmode = "Context"
    # The first cell of a shell takes ten times what the others do.
    Shell.instance(config=config).run_cell("pass", store_history=False)


def namespace() -> dict[str, Any]:
    """The names that the notebook's cells have defined."""
    return Shell.instance().user_ns


def run(source: str, seconds: float) -> list[list[str]]:
    """Run one cell and return what it gave, as [kind, text] rows.

    A cell that runs longer than `seconds` is interrupted; one that will not stop is left to
    whoever watches from outside.
    """
    captured.clear()
    shell = Shell.instance()
    signal.signal(signal.SIGALRM, _time_is_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    with at_desk():
        try:
            shell.run_cell(source, store_history=True)
            shell.events.trigger("post_execute")
        except BaseException as error:  # SystemExit in some magics; nothing may end the runner
            captured.text("error", f"{type(error).__name__}: {error}"[:TRACEBACK])
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    return captured.rows


@contextlib.contextmanager
def at_desk() -> Iterator[None]:
    """The standard streams captured and the keyboard gone, whatever the last cell did to them."""
    sys.stdout, sys.stderr, sys.stdin = Stream("stdout"), Stream("stderr"), io.StringIO()
    builtins.input = getpass.getpass = _no_keyboard
    sys.breakpointhook = _no_keyboard
    yield


class NobodyThere(RuntimeError):
    """input() or breakpoint() was called."""


def _no_keyboard(*args: Any, **kwargs: Any) -> None:
    raise NobodyThere(f"input() and breakpoint() wait for somebody, but {NOBODY}")


def _time_is_up(number: int, frame: Any) -> None:
    raise TimeIsUp("this cell ran for too long and was stopped")
