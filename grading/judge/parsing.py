"""Parsing student code in the judge's own process: bounded, and never an exception.

Only names are looked for here, so lines of magics and shell commands are left out, not translated.
"""

from __future__ import annotations

import ast
import functools

LARGEST = 50_000  # characters of a cell; a longer one is not looked into


class TooLarge(Exception):
    """A cell is longer than what is looked into."""


@functools.lru_cache(maxsize=16)  # a cell is looked at for this and for that
def parse(source: str) -> ast.Module:
    """A cell's syntax tree, for reading; an empty one if it is no Python. Raises `TooLarge`."""
    if len(source) > LARGEST:
        raise TooLarge(f"a cell of {len(source)} characters was not searched")
    lines = ["" if line.lstrip()[:1] in ("%", "!", "?") else line for line in source.splitlines()]
    try:
        return ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module(body=[], type_ignores=[])


def dotted(node: ast.AST) -> str:
    """The name of an attribute of an attribute of a name, "" for anything else or longer."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < 10:
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""
