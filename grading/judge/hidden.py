"""Hidden inputs: drawn for one student, one exercise and one submission from the course's secret.

The same submission gets the same inputs whenever it is graded again, so that a grade does not hang
on a drawing. No other student gets them, and a changed submission gets new ones, so that nothing
that was found out about them is of use to anybody.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from course.checks.expected import Exercise
from course.checks.kinds import outcomes_of
from course.checks.scoring import wrong_leaves
from grading import compiling
from grading.answers import Key

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
    """The random numbers that belong to some names, as (chapter, student, exercise).

    >>> a, b = (generator(b"secret", "ch04_rnn", "ada", "elman").random() for _ in range(2))
    >>> a == b, a == generator(b"secret", "ch04_rnn", "ben", "elman").random()
    (True, False)
    """
    # A separator that no name holds: ("a", "bc") and ("ab", "c") must not share their inputs.
    digest = hmac.new(key, "\0".join(names).encode(), hashlib.sha256).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))


def exercise(
    key: bytes, answers: Key, points: float, chapter: str, student: str, submission: str
) -> Exercise:
    """A submission's own cases of an exercise, with what the key's oracle says of them.

    A drawing that a right answer in float32 fails by chance, as check() promises that it does not,
    is drawn again.
    """
    rng = generator(key, chapter, student, answers.name, submission)
    for _ in range(DRAWINGS):
        drawn = compiling.draw(answers, points, rng)
        if drawn.kind != "function" or _passes_in_float32(answers, drawn):
            break
    return drawn


def _passes_in_float32(answers: Key, drawn: Exercise) -> bool:
    import torch

    def single(**inputs: object) -> object:
        return answers.solution(**_single(inputs, torch))

    outcomes = outcomes_of(single, drawn)
    pairs = zip(drawn.cases, outcomes, strict=True)
    return not any(wrong_leaves(drawn, case, outcome) for case, outcome in pairs)


def _single(value: Any, torch: Any) -> Any:
    """A value tree with its float64 tensors as float32."""
    if isinstance(value, torch.Tensor):
        return value.float() if value.dtype == torch.float64 else value
    if isinstance(value, dict):
        return {name: _single(item, torch) for name, item in value.items()}
    if isinstance(value, list):
        return [_single(item, torch) for item in value]
    return value
