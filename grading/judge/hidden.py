"""Hidden inputs: drawn for an exercise from the course's secret, the same ones for everybody.

Equal answers get equal grades, whoever hands them in and whenever they are graded again; and nobody
can try her luck once more with a changed comment. Nothing that a student gets to see tells of them.
A drawing is used only after it has been tried out: the solution passes, listed mistakes do not.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from course.checks.expected import Exercise
from course.checks.kinds import outcomes_of
from course.checks.scoring import wrong_by_case
from grading.answers import Key
from grading.compiling import known
from grading.gates import passes, unnoticed
from grading.judge import orders
from grading.results import draw

SIZE = 32  # bytes of the secret
DRAWINGS = 20


def secret(folder: Path) -> bytes:
    """The course's secret, made on first use, readable by its owner alone.

    `folder` is the judge's own, `.judge` in the course's. Raises OSError where it can't be kept.
    """
    path = folder / "secret"
    folder.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        descriptor, fresh = tempfile.mkstemp(dir=folder)  # mode 0600
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(SIZE))
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)  # two graders at once agree on the first one's
        os.unlink(fresh)
    os.chmod(path, 0o600)
    found = path.read_bytes()
    if len(found) != SIZE:
        raise OSError(f"{path} does not hold {SIZE} bytes; remove it, and grade everybody again.")
    return found


def generator(key: bytes, *names: str) -> np.random.Generator:
    """The random numbers that belong to some names, as (chapter, exercise).

    >>> a, b = (generator(b"secret", "ch04_rnn", "elman").random() for _ in range(2))
    >>> a == b, a == generator(b"secret", "ch04_rnn", "jordan").random()
    (True, False)
    """
    # A separator that no name holds: ("a", "bc") and ("ab", "c") must not share their inputs.
    digest = hmac.new(key, "\0".join(names).encode(), hashlib.sha256).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))


@dataclass(frozen=True)
class Drawn:
    """An exercise with hidden cases, what the oracle says of each, and what is made from them."""

    answers: Key
    exercise: Exercise

    @cached_property
    def order(self) -> dict[str, Any]:
        """What a probe needs to call a student's function on them."""
        return orders.exercise(self.exercise)

    @cached_property
    def known(self) -> Exercise:
        """The exercise with what each listed mistake returns, for a diagnosis."""
        return known(self.answers, self.exercise)


def drawn(key: bytes, answers: Key, points: float, chapter: str) -> Drawn:
    """A course's drawing of an exercise's cases: the first one that serves.

    Raises `BuildError` where none does, or where the answer key itself fails.
    """
    rng = generator(key, chapter, answers.name)
    reason = ""
    for _ in range(DRAWINGS):
        exercise = draw(answers, points, rng)
        reason = _unfit(answers, exercise)
        if not reason:
            return Drawn(answers, exercise)
    raise answers.error(f"{reason} (with {DRAWINGS} drawings of the hidden cases)")


def _unfit(answers: Key, drawn: Exercise) -> str:
    """Why a drawing would be unfair, by chance, or blind; or ""."""
    if not passes(answers.solution, drawn):
        return "the solution does not pass on hidden cases"
    # check() promises that right answers may be computed in float32.
    if answers.kind == "function" and not _passes_in_float32(answers, drawn):
        return "the solution does not pass on hidden cases in float32"
    # Trained with a mistake, a model may be good enough: there the build bounds the chance.
    return unnoticed(answers, drawn) if answers.named else ""


def _passes_in_float32(answers: Key, drawn: Exercise) -> bool:
    import torch

    def single(**inputs: object) -> object:
        return answers.solution(**_single(inputs, torch))

    return not any(wrong_by_case(drawn, outcomes_of(single, drawn)))


def _single(value: Any, torch: Any) -> Any:
    """A value tree with its float64 tensors as float32."""
    if isinstance(value, torch.Tensor):
        return value.float() if value.dtype == torch.float64 else value
    if isinstance(value, dict):
        return {name: _single(item, torch) for name, item in value.items()}
    if isinstance(value, list):
        return [_single(item, torch) for item in value]
    return value
