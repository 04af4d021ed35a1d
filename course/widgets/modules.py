"""The browser's side: JavaScript modules from js/, joined into one text, as anywidget wants."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("js")
IMPORT = re.compile(r'^import \{[^}]*\} from "\./([\w-]+)\.js";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


@cache
def javascript(name: str) -> str:
    """Return js/<name>.js with the modules that it imports from this folder put before it.

    All share one scope, so names at the top of a module are unique among those it is joined with.
    Raises FileNotFoundError for a module that is not there.

    >>> "import {" in javascript("frames")
    False
    """
    joined: dict[str, str] = {}
    _join(name, joined)
    return "\n".join(joined.values())


def _join(name: str, joined: dict[str, str], main: bool = True) -> None:
    if name in joined:
        return
    text = (FOLDER / f"{name}.js").read_text(encoding="utf-8")
    for needed in IMPORT.findall(text):
        _join(needed, joined, main=False)
    text = IMPORT.sub("", text)
    joined[name] = text if main else EXPORT.sub("", text)


@cache
def stylesheet() -> str:
    """Return the style of all widgets."""
    return (FOLDER / "widgets.css").read_text(encoding="utf-8")
