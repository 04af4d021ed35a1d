"""What can't be stored as a value and is sent by name: known functions and random generators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

FUNCTIONS = ("identity", "step", "relu", "sigmoid", "tanh")
MAX_SEED = 2**63 - 1


@dataclass(frozen=True)
class Given:
    """A function of the registry; a student's function gets the torch function itself."""

    name: str

    def __post_init__(self) -> None:
        if self.name not in FUNCTIONS:
            raise ValueError(f"{self.name!r} is no given function; there are {FUNCTIONS}.")

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Rng:
    """A seed; a student's function gets `torch.Generator().manual_seed(seed)`.

    In a key the seed may be left out: the build draws one for each case.
    """

    seed: int = 0

    def __post_init__(self) -> None:
        if type(self.seed) is not int or not 0 <= self.seed <= MAX_SEED:
            raise ValueError(f"{self.seed!r} is no seed; a seed is an int from 0 to 2**63 - 1.")

    def __str__(self) -> str:
        return f"torch.Generator().manual_seed({self.seed})"


def real(value: Given | Rng) -> Any:
    """The function, or a fresh generator.

    >>> real(Given("relu"))(real(Given("identity"))(__import__("torch").tensor([-1.0, 2.0])))
    tensor([0., 2.])
    """
    import torch

    if isinstance(value, Rng):
        return torch.Generator().manual_seed(value.seed)
    own = {"identity": _identity, "step": _step}
    return own.get(value.name) or getattr(torch, value.name)


def _identity(x: Any) -> Any:
    return x


def _step(x: Any) -> Any:
    return (x >= 0).to(x.dtype)
