"""Making what a student's program wrote fit to be shown: terminal escapes, controls, pictures.

HTML is escaped where HTML is made; a student's Markdown is the business of `markdown`.
"""

from __future__ import annotations

import base64
import binascii
import re

LARGEST = 300_000  # characters of one picture's base64
PNG = b"\x89PNG\r\n\x1a\n"
TERMINAL = re.compile(
    "\x1b[\\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\\\|\x9c)?"  # strings: titles, links, settings
    "|(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]?"  # colours, movements
    "|\x1b[ -/]*[0-~]?"  # the rest
)
# Control characters but tab and newline, and those that turn the direction of writing around.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """Text without terminal escapes and control characters, for a page, a table, a terminal.

    >>> plain("\\x1b[31mred\\x1b[0m, 10%\\r 20%")
    ' 20%'
    """
    text = TERMINAL.sub("", text)
    # A carriage return starts its line anew: of a progress bar, the last state is left.
    lines = [line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n")]
    whole = CONTROL.sub("", "\n".join(lines))
    return whole.encode("utf-8", "replace").decode()  # half characters can't be written to a file


def line(text: str) -> str:
    """The same as a single line."""
    return " ".join(plain(text).split())


def png(text: str) -> str | None:
    """The base64 of a PNG, written anew; None if it is none."""
    if len(text) > LARGEST:
        return None
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    return base64.b64encode(data).decode() if data.startswith(PNG) else None
