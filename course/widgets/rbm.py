"""Chapter 11, Boltzmann machines: energy ledger."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from course.widgets.controls import Choice, Slider
from course.widgets.states import Ledger
from course.widgets.trial import callable_or_error, name_of, trial
from course.widgets.view import Screen

VISIBLE = np.array(list(itertools.product((0, 1), repeat=3)))  # (8, 3), 000 ... 111
HIDDEN = np.array(list(itertools.product((0, 1), repeat=2)))  # (4, 2), 00 ... 11
PATTERNS = tuple("".join(map(str, v)) for v in VISIBLE)
CHAINS = 2000  # that the student's Gibbs steps run
SEED = 11


@dataclass(frozen=True)
class Machine:
    """A restricted Boltzmann machine of three visible and two hidden units, and a data point.

    W is visible by hidden, row by row; a are the visible biases, b the hidden ones. `data` is the
    visible state that is learned, k the Gibbs steps of contrastive divergence.
    """

    W: tuple[float, ...] = (2.0, -1.0, 2.0, -1.0, -1.0, 2.0)
    a: tuple[float, ...] = (0.0, 0.0, 0.0)
    b: tuple[float, ...] = (-1.0, 0.0)
    data: str = "101"
    k: int = 1

    def energies(self) -> np.ndarray:
        """Return E(v, h) = -a.v - b.h - v W h of all states by the equation, shape (8, 4)."""
        W = np.reshape(self.W, (3, 2))
        return -(VISIBLE @ self.a)[:, None] - HIDDEN @ self.b - VISIBLE @ W @ HIDDEN.T


@dataclass(frozen=True)
class Weighed:
    """What the student's energies make: shapes (8, 4), (8, 4), (8,), (3, 2), (3, 2).

    `p` are exact probabilities, `after` those of the visible states k Gibbs steps from the data,
    `true` and `cd` the gradients of log p(data) by W. `sampled`, shape (8,) or None, are shares
    of chains that the student's Gibbs steps ran. All is nan where the function failed.
    """

    energies: np.ndarray = field(repr=False)
    p: np.ndarray = field(repr=False)
    after: np.ndarray = field(repr=False)
    true: np.ndarray = field(repr=False)
    cd: np.ndarray = field(repr=False)
    sampled: np.ndarray | None = field(default=None, repr=False)
    name: str = "energy"
    problem: str = ""


def energy_ledger(energy: Callable, gibbs: Callable | None = None) -> Screen:
    """Weigh all 32 states of a small Boltzmann machine by the student's energy function.

    `energy(v, h, W, a, b)` is called by position, for one state at a time: v (3,) and h (2,) of
    zeros and ones, W (3, 2), visible by hidden, a (3,), b (2,), all float64; it returns
    E = -a.v - b.h - v W h, a single number (Smolensky, 1986). From these 32 numbers alone follow
    the probabilities exp(-E) / Z, the true gradient of log p(data), and what k steps of
    contrastive divergence (Hinton, 2002) expect in its place.

    `gibbs(v, W, a, b, generator)`, if there is one, makes one step v -> h -> v for many chains:
    v (B, 3), and returns the new v, (B, 3); `generator` is a `torch.Generator`. The shares of
    its chains after k steps are drawn beside the exact ones.

    Returns the widget: `w.state` is a `Machine`, `w.result` a `Weighed`. Raises TypeError for
    what is no function.

    >>> w = energy_ledger(lambda v, h, W, a, b: -a @ v - b @ h - v @ W @ h)
    >>> w.result.p.shape, float(w.result.p.sum().round(6)), w.problem
    ((8, 4), 1.0, '')
    """
    callable_or_error("energy_ledger", energy, "energy_ledger(energy)")
    if gibbs is not None:
        callable_or_error("energy_ledger", gibbs, "energy_ledger(energy, gibbs)")
    rails = [
        Slider(f"W.{2 * i + j}", f"W{chr(0x2081 + i)}{chr(0x2081 + j)}", -3, 3)
        for i in range(3)
        for j in range(2)
    ]
    rails += [Slider(f"a.{i}", f"a{chr(0x2081 + i)}", -3, 3) for i in range(3)]
    rails += [Slider(f"b.{j}", f"b{chr(0x2081 + j)}", -3, 3) for j in range(2)]
    rails += [Choice("data", "data v", PATTERNS), Slider("k", "CD steps k", 1, 20, 1)]
    return Screen(
        title=f"Energy ledger: {name_of(energy)}",
        predict="Which of the 32 states is the most likely, and which slider would make it rarer? "
        "Then raise k to 20: will CD-k come to lie on the true gradient?",
        state=Machine(),
        controls=rails,
        scene=Ledger,
        compute=lambda state: weighed(energy, state, gibbs),
        js="energy_ledger",
        arrays=_arrays,
    )


def _arrays(state: Machine, result: Weighed) -> dict[str, Any]:
    found = {"energies": result.energies, "name": result.name}
    return found if result.sampled is None else found | {"sampled": result.sampled}


def weighed(energy: Callable, state: Machine, gibbs: Callable | None = None) -> Weighed:
    """Ask the student's functions, and do the sums."""
    E, problem = asked(energy, state)
    found = summed(E, state)
    sampled = None
    if gibbs is not None:
        sampled, wrong = shares(gibbs, state)
        problem = problem or wrong
    return Weighed(E, *found, sampled, name_of(energy), problem)


def summed(E: np.ndarray, state: Machine) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return p, after, true and cd, as in `Weighed`, from the energies of all states."""
    p = _softmax(-E, (0, 1))
    up, down = _softmax(-E, 1), _softmax(-E, 0)  # p(h | v), p(v | h)
    start = (np.array(PATTERNS) == state.data).astype(float)
    after = start
    for _ in range(state.k):
        after = down @ (after @ up)
    positive = _statistics(start, up)
    true = positive - VISIBLE.T @ p @ HIDDEN
    return p, after, true, positive - _statistics(after, up)


def _statistics(v: np.ndarray, up: np.ndarray) -> np.ndarray:
    """The mean of v_i h_j over a distribution of visible states, shape (3, 2)."""
    return VISIBLE.T @ (v[:, None] * up) @ HIDDEN


def _softmax(a: np.ndarray, axis: Any) -> np.ndarray:
    weights = np.exp(a - a.max(axis=axis, keepdims=True))
    return weights / weights.sum(axis=axis, keepdims=True)


def _parameters(state: Machine) -> dict[str, Any]:
    import torch

    W, a, b = (torch.tensor(x, dtype=torch.float64) for x in (state.W, state.a, state.b))
    return {"W": W.reshape(3, 2), "a": a, "b": b}


def _positional(function: Callable) -> Callable:
    """The function under its own name, called by position."""

    def call(**given: Any) -> Any:
        return function(*given.values())

    call.__name__ = name_of(function)
    return call


def asked(energy: Callable, state: Machine) -> tuple[np.ndarray, str]:
    """Return the student's energies of all states, shape (8, 4), and what went wrong first."""
    import torch

    E = np.full((8, 4), np.nan)
    for i, j in np.ndindex(8, 4):
        given = {"v": torch.tensor(VISIBLE[i]).double(), "h": torch.tensor(HIDDEN[j]).double()}
        tried = trial(_positional(energy), given | _parameters(state), {"E": ()})
        if tried.problem:
            return np.full((8, 4), np.nan), tried.problem
        E[i, j] = tried.arrays["E"]
    return E, ""


def shares(gibbs: Callable, state: Machine) -> tuple[np.ndarray, str]:
    """Return how many of the student's chains are at each visible state, shape (8,)."""
    import torch

    generator = torch.Generator().manual_seed(SEED)
    start = torch.tensor([float(digit) for digit in state.data], dtype=torch.float64)
    v = start.repeat(CHAINS, 1)
    for _ in range(state.k):
        given = {"v": v, **_parameters(state), "generator": generator}
        tried = trial(_positional(gibbs), given, {"v": (CHAINS, 3)})
        problem = tried.problem
        if not problem and not np.isin(tried.arrays["v"], (0, 1)).all():
            problem = f"{name_of(gibbs)} returned v with other values than 0 and 1."
        if problem:
            return np.full(8, np.nan), problem
        v = torch.tensor(tried.arrays["v"])
    numbers = (v.numpy() @ (4, 2, 1)).astype(int)
    return np.bincount(numbers, minlength=8) / CHAINS, ""
