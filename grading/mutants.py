"""Small mechanical changes of a solution, each of which the visible cases must notice.

A mutant that no case notices means that a wrong answer would be accepted. It is named after the
line it changes and the change, so that a key can excuse one that changes no answer.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import itertools
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from course.checks.calls import code_of

OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.Pow: ast.Mult,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
STEPS = 200_000  # traced lines a mutant may run for one case: an endless loop ends here


class TooLong(Exception):
    """A mutant ran more lines than any sensible answer."""


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """Yield (name, source) of each mutant of a function's source.

    >>> [name for name, _ in mutants("def f(a, b):\\n    return a + b")]
    ['return a + b: Add to Sub']
    """
    tree = ast.parse(source)
    lines = source.splitlines()
    seen: dict[str, int] = {}
    for index, original in enumerate(ast.walk(tree)):
        mutant = copy.deepcopy(tree)
        node = next(itertools.islice(ast.walk(mutant), index, None))
        change = _change(node)
        if not change:
            continue
        name = f"{lines[original.lineno - 1].strip()}: {change}"
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            name += f" ({seen[name]})"
        yield name, ast.unparse(ast.fix_missing_locations(mutant))


def _change(node: ast.AST) -> str:
    """Change `node` in place and say how; "" where there is nothing to change."""
    operator = getattr(node, "op", None)
    if type(operator) in OPERATORS:
        node.op = OPERATORS[type(operator)]()
        return f"{type(operator).__name__} to {type(node.op).__name__}"
    if isinstance(node, ast.Compare) and type(node.ops[0]) in OPERATORS:
        old = type(node.ops[0])
        node.ops[0] = OPERATORS[old]()
        return f"{old.__name__} to {OPERATORS[old].__name__}"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node.op = ast.UAdd()
        return "minus dropped"
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        node.value += 1
        return f"{node.value - 1} to {node.value}"
    if isinstance(node, ast.Attribute) and node.attr in ("T", "mT"):
        inner = node.value  # a node can't replace itself, so it turns into what it transposes
        node.__class__, node.__dict__ = type(inner), inner.__dict__
        return "transposition dropped"
    return ""


@contextlib.contextmanager
def at_most(steps: int, target: Any) -> Iterator[None]:
    """Let the code of a function or class run so many traced lines, then end it by `TooLong`.

    Counting lines, unlike a clock, gives the same verdict on every machine.
    """
    code = code_of(target)
    own = code.co_filename if code else None
    left = steps

    def trace(frame: FrameType, event: str, arg: Any) -> Callable | None:
        nonlocal left
        if frame.f_code.co_filename != own:
            return None
        left -= 1
        if left < 0:
            raise TooLong(f"more than {steps} lines")
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)


def limited(function: Callable, steps: int = STEPS) -> Callable:
    """`function`, ended by `TooLong` after so many traced lines."""

    def run(*args: Any, **kwargs: Any) -> Any:
        with at_most(steps, function):
            return function(*args, **kwargs)

    return run
