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
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from course.checks.expected import Exercise
from course.checks.kinds import outcomes_of
from course.checks.scoring import wrong_by_case
from grading.answers import Key
from grading.keys import Case
from grading.results import by_oracle, by_solution, filled_in

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


def drawings(
    key: bytes, answers: Key, points: float, chapter: str, student: str, submission: str
) -> Iterator[Drawing]:
    """A submission's own drawings of an exercise's cases, the first of which is usually used."""
    rng = generator(key, chapter, student, answers.name, submission)
    for _ in range(DRAWINGS):
        yield Drawing(answers, points, tuple(answers.cases(rng)))


@dataclass(frozen=True)
class Drawing:
    """Drawn cases of an exercise, and what is right for them: computed when somebody asks for it.

    The oracle takes most of the time, so a solution that the build has found to agree with it says
    who is right, and only the oracle says who is wrong.
    """

    answers: Key
    points: float
    cases: tuple[Case, ...]

    @cached_property
    def quick(self) -> Exercise:
        """The exercise with what the solution says, as far as that can stand for the oracle.

        Raises `BuildError` where the key itself fails; so do the others.
        """
        if not self.answers.exact:
            return self.exercise
        return filled_in(self.answers, self.points, self.cases, by_solution)

    @cached_property
    def exercise(self) -> Exercise:
        """The exercise with what the key's oracle says."""
        return filled_in(self.answers, self.points, self.cases, by_oracle)

    @cached_property
    def fair(self) -> bool:
        """Whether a right answer in float32 passes, as check() promises that it does; of some
        drawings it does not, by chance."""
        if self.answers.kind != "function":
            return True
        return _passes_in_float32(self.answers, self.exercise)


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
