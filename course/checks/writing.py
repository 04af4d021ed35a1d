"""What a student's own source says: code above a stub's line, calls that are not allowed."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

STUB = "raise NotImplementedError"


def unfinished(target: Any) -> list[str]:
    """A sentence for an answer that raises like its stub but holds code; none if untouched."""
    functions = list(definitions(target))
    stubs = [f for f in functions if STUB in ast.unparse(f)]
    if any(len(_statements(f)) > 1 for f in stubs):
        return [f"Your code is there, but the line `{STUB}` is, too: delete it."]
    if stubs and len(stubs) < len(functions):
        names = ", ".join(f"`{f.name}`" for f in stubs)
        return [f"The rest is there; {names} still raises NotImplementedError."]
    return []


def forbidden(target: Any, names: Sequence[str]) -> str:
    """The first forbidden name that the source uses, "" if none or unknown."""
    for function in definitions(target) if names else ():
        for node in ast.walk(function):
            if isinstance(node, ast.Attribute | ast.Name):
                dotted = ast.unparse(node)
                for name in names:
                    if dotted == name or dotted.endswith("." + name):
                        return dotted
    return ""


def definitions(target: Any) -> Iterator[ast.FunctionDef]:
    """The parsed function, or every method of a class; what has no source is left out."""
    if isinstance(target, type):
        # A class of a notebook has no file of its own; its methods have.
        for item in vars(target).values():
            if inspect.isfunction(item):
                yield from definitions(item)
        return
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(target))).body[0]
    except (OSError, TypeError, SyntaxError):
        return
    if isinstance(tree, ast.FunctionDef):
        yield tree


def _statements(function: ast.FunctionDef) -> list[ast.stmt]:
    """A function's body without its docstring."""
    has_docstring = bool(function.body) and isinstance(function.body[0], ast.Expr)
    return function.body[has_docstring:]
