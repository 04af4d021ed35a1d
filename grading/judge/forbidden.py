"""Whether code names something that an exercise asks to do without, under any alias.

This looks at the text alone; at run time the probe looks, too. Both find honest shortcuts. A
student who hides a call on purpose may get past both, which is why a find is shown to a person
and takes no points by itself.
"""

from __future__ import annotations

import ast
import functools
import importlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from grading.judge.parsing import dotted, parse

USUAL = {"F": "torch.nn.functional", "nn": "torch.nn"}
PACKAGES = ("torch", "numpy", "sklearn")


def imports(cells: Iterable[str]) -> dict[str, str]:
    """What the names stand for that cells import: dotted names by alias. Raises `TooLarge`."""
    return {alias: name for text in cells for alias, name in _imports(text)}


def used(source: str, imported: Mapping[str, str], names: Sequence[str]) -> list[str]:
    """Which of the `names` the code of `source` uses; `imported` is what other cells import.

    A dotted name is one function; a bare one is forbidden on whatever it is called. Raises
    `parsing.TooLarge`.

    >>> cells = ["from torch.nn.functional import conv2d as conv"]
    >>> used("h = F.relu(conv(x, k))", imports(cells), ["F.conv2d"])
    ['F.conv2d']
    """
    if not names:
        return []
    imported = {**USUAL, **imported, **imports([source])}
    named = {_whole(name, imported) for name in _named(parse(source))}
    found = [name for name in names if any(_same(name, _whole(name, USUAL), it) for it in named)]
    return sorted(found)


def _named(tree: ast.AST) -> set[str]:
    """The names in a syntax tree, dotted and bare; `ast.walk` takes twice the time."""
    found, waiting = set(), [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.Attribute, ast.Name)):
            found.add(dotted(node))
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, ast.AST):
                waiting.append(value)
            elif isinstance(value, list):
                waiting += [item for item in value if isinstance(item, ast.AST)]
    return found - {""}


def _same(name: str, wanted: str, found: str) -> bool:
    if found in (name, wanted) or found.endswith(f".{name}"):
        return True
    thing = _thing(wanted)
    return thing is not None and thing is _thing(found)


@functools.lru_cache(maxsize=4096)
def _thing(name: str) -> Any:
    """What a dotted name of one of the known packages stands for, None if nothing."""
    first, *rest = name.split(".")
    if first not in PACKAGES:
        return None
    thing = importlib.import_module(first)
    for part in rest:
        thing = getattr(thing, part, None)
    return thing


@functools.lru_cache(maxsize=512)  # most cells of a class are the released ones
def _imports(source: str) -> tuple[tuple[str, str], ...]:
    """(alias, dotted name) of everything that a cell imports."""
    return tuple(_aliases(parse(source)))


def _aliases(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname:
                    yield alias.asname, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _whole(name: str, imported: dict[str, str]) -> str:
    """A dotted name from its package on: "F.conv1d" is "torch.nn.functional.conv1d"."""
    for _ in range(5):  # an alias may lead to another, and hostile ones in a circle
        first, _dot, rest = name.partition(".")
        if imported.get(first, first) == first:
            break
        name = imported[first] + (f".{rest}" if rest else "")
    return name
