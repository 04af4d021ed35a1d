"""Calling a function on one case: fresh inputs, captured output, every surprise kept as a fact.

The build uses the same code to compute what the solution and each listed mistake return, so that
a student's answer is always compared with something that went the same way.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import linecache
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

import numpy as np

from course.checks import returned
from course.checks.given import Given, Rng, real
from course.checks.values import leaves

MAX_PRINTED = 2000  # characters of a function's own prints that a report may show


@dataclass(frozen=True)
class Fault:
    """Something that kept a call from giving comparable values.

    `kind` is "not attempted", "error", "interrupted", "returned" (what came back can't be read)
    or "gradient" (values came back, but no gradient reaches an input). `line` and `code` are
    where in the student's own code an error happened.
    """

    kind: str
    message: str
    exception: str = ""
    line: int | None = None
    code: str = ""


@dataclass
class Outcome:
    """What one call gave: leaves by name (as far as they could be read), or a fault."""

    values: dict[str, Any] = field(default_factory=dict)
    fault: Fault | None = None
    changed: tuple[str, ...] = ()  # inputs that the function changed in place
    itemsize: int = 8  # bytes a number of the least precise float that came back
    loose: str = ""  # what was accepted here but may not serve where tensors are needed
    printed: str = ""


def call(
    function: Callable,
    inputs: Mapping[str, Any],
    expected: Any,
    parts: tuple[str, ...] = (),
    gradients: tuple[str, ...] = (),
) -> Outcome:
    """Call `function(**inputs)` and bring what it returns into the form of `expected`.

    Arrays of `inputs` (NumPy, float64) arrive as fresh torch tensors. For every leaf of the inputs
    in `gradients` ("W_xh", "weights.W_xh") the outcome also holds "gradient of <name>": the
    gradient of a fixed, non-uniform weighting of all results. An exception, even SystemExit or a
    Ctrl-C, becomes a fault.
    """
    arguments = tensors(inputs)
    flat = dict(leaves(arguments)) if gradients else {}
    sources = {name: flat[name].requires_grad_(True) for name in gradients}
    outcome = Outcome()
    with observed(outcome, function, arguments):
        raw = read(outcome, function(**arguments), expected, parts)
        if gradients:
            outcome.values |= gradients_of(raw, sources)
    return outcome


@contextlib.contextmanager
def observed(outcome: Outcome, target: Any, arguments: dict) -> Iterator[None]:
    """Run a student's code: quietly, and every surprise is put into `outcome`.

    `target` is what she wrote; `arguments` are watched for changes, but for those whose gradient
    is asked for.
    """
    import torch

    before = {
        name: leaf.clone()
        for name, leaf in leaves(arguments)
        if isinstance(leaf, torch.Tensor) and not leaf.requires_grad
    }
    printed = Printed()
    with quiet(printed), torch.enable_grad():
        try:
            yield
        except returned.Refused as refusal:
            outcome.fault = Fault("returned", str(refusal))
        except _GradientLost as lost:
            outcome.fault = Fault("gradient", str(lost))
        except KeyboardInterrupt as stop:
            outcome.fault = fault_of(stop, target, "interrupted")
        except BaseException as error:  # SystemExit, CancelledError and the like included
            outcome.fault = fault_of(error, target, "error")
    outcome.printed = printed.text()
    after = dict(_after(arguments))
    outcome.changed = tuple(
        name for name, tensor in before.items() if not same(tensor, after.get(name))
    )


def read(outcome: Outcome, result: Any, expected: Any, parts: tuple[str, ...]) -> dict[str, Any]:
    """Put a returned value into `outcome`; return its raw leaves. Raises `Refused`."""
    raw = returned.fit(result, expected, parts)
    outcome.loose = returned.loose(result, expected, parts)
    outcome.values = {
        name: _own(returned.leaf(raw[name], leaf, name)) for name, leaf in leaves(expected)
    }
    outcome.itemsize = min(
        (returned.itemsize(raw[n], v) for n, v in outcome.values.items() if _is_float(v)),
        default=8,
    )
    return raw


@contextlib.contextmanager
def quiet(printed: io.StringIO) -> Iterator[None]:
    """Send prints and warnings to `printed`: nbgrader takes a word on stderr for a failure."""
    with (
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("always")
        yield


def tensors(value: Any) -> Any:
    """A value tree with every array as a fresh tensor, what is given by name as the real thing."""
    import torch

    if isinstance(value, np.ndarray):
        return torch.from_numpy(value.copy())
    if isinstance(value, Given | Rng):
        return real(value)
    if isinstance(value, Mapping):
        return {key: tensors(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [tensors(item) for item in value]
    return value


class _GradientLost(Exception):
    pass


class Printed(io.StringIO):
    """What was printed; a function may close it, and its text stays."""

    def close(self) -> None:
        pass

    def text(self) -> str:
        """The beginning of what was printed."""
        return self.getvalue()[:MAX_PRINTED]


def _own(value: Any) -> Any:
    """A leaf with memory of its own: a function may use one buffer for all its calls."""
    if not isinstance(value, np.ndarray):
        return value
    if value.dtype.itemsize <= 8:
        return value.copy()
    with np.errstate(all="ignore"):
        return value.astype(np.float64)


def _after(arguments: dict) -> list:
    """The inputs' leaves after the call."""
    try:
        return list(leaves(arguments))
    except RecursionError:  # the function put a list into itself
        return []


def gradients_of(raw: dict[str, Any], sources: Mapping[str, Any]) -> dict[str, Any]:
    """The gradient of a fixed weighting of all results with respect to each of `sources`."""
    import torch

    total = None
    for value in raw.values():
        if isinstance(value, torch.Tensor) and value.requires_grad:
            # Different for every element: a uniform weighting would hide swapped rows.
            weights = torch.cos(torch.arange(value.numel(), dtype=value.dtype) + 1.0)
            term = (value * weights.reshape(value.shape)).sum()
            total = term if total is None else total + term
    if total is None:
        raise _GradientLost(
            "The values are computed, but no gradient flows back through them. Does every step "
            "stay a torch operation, without .item(), .detach(), NumPy or torch.tensor(...)?"
        )
    found = torch.autograd.grad(total, list(sources.values()), allow_unused=True)
    return {
        f"gradient of {name}": (
            np.zeros(tuple(source.shape)) if g is None else g.detach().cpu().numpy()
        )
        for (name, source), g in zip(sources.items(), found, strict=True)
    }


def code_of(target: Any) -> CodeType | None:
    """The code of a function, or of a class's first method; None where there is none."""
    if isinstance(target, type):
        return next((code for item in vars(target).values() if (code := code_of(item))), None)
    try:
        # @torch.no_grad() is not the student's code.
        code = getattr(inspect.unwrap(target), "__code__", None)
    except Exception:  # a proxy of the student's own that fails when it is looked at
        return None
    return code if isinstance(code, CodeType) else None


def fault_of(error: BaseException, target: Any, kind: str) -> Fault:
    """Where in the student's own code it went wrong, for a traceback as short as can be."""
    code = code_of(target)
    own = code.co_filename if code else None
    frames = traceback.extract_tb(error.__traceback__)
    mine = [f for f in frames if f.filename == own]
    frame = mine[-1] if mine else None
    try:
        message = str.strip(str(error)) or "no message"
    except BaseException:  # an exception of the student's own may be broken, too
        message = "no message"
    if kind == "interrupted":
        message = "You stopped it while it ran; is there a loop that never ends?"
    text = ""
    if frame is not None and frame.lineno is not None:
        text = (frame.line or linecache.getline(frame.filename, frame.lineno)).strip()
    own_line = frame is frames[-1] and len(mine) == 1
    # PyTorch raises this, too, for what it can't do: only the stub's own line counts.
    stub_line = not text or "raise NotImplementedError" in text
    if isinstance(error, NotImplementedError) and own_line and stub_line:
        kind = "not attempted"
    line = frame.lineno if frame is not None else None  # a cell is a file of its own in IPython
    name = type.__dict__["__name__"].__get__(type(error))  # a class may say it has another
    return Fault(kind, message[:600], name, line, text)


def _is_float(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


def same(before: Any, after: Any) -> bool:
    """Whether a tensor is as it was, NaN being alike."""
    import torch

    if not isinstance(after, torch.Tensor) or before.shape != after.shape:
        return False
    if after.requires_grad and after.is_leaf:
        return False  # marked for autograd: the next call's gradients would be added to these
    # Quick where nothing changed, which is nearly always; a NaN is not equal to itself.
    return torch.equal(before, after) or bool(
        torch.equal(torch.nan_to_num(before), torch.nan_to_num(after.detach()))
    )
