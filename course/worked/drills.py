"""What can be practised: fresh examples with small numbers, and the slips that are known there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from course.worked import feedforward_slips, slips
from course.worked.derivation import Derivation
from course.worked.feedforward import backprop, neuron
from course.worked.recurrent import elman, jordan
from course.worked.through_time import bptt
from course.worked.tutor import Practice, Question

WEIGHTS = np.array([-0.9, -0.8, -0.7, -0.6, -0.4, -0.3, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9])
OUTPUTS = np.array([-2, -1.5, -0.5, 0.5, 1.5, 2])  # never 1, which would hide a forgotten weight
INPUTS = np.array([-2, -1, 1, 2])
BIASES = np.array([-0.5, -0.4, -0.2, 0.2, 0.4, 0.5])
RATES = np.array([0.1, 0.2, 0.5])
SMALL = 0.05  # a smaller number asks for more digits than are compared
DRAWS = 500  # more are hardly ever needed; then the clearest example so far is taken


@dataclass(frozen=True)
class Drill:
    """A topic of practice: how to draw an example, work it, and ask for its numbers."""

    draw: Callable[[np.random.Generator, int], dict[str, Any]]
    work: Callable[..., Derivation]
    ask: Callable[..., Iterator[Question]]
    options: dict[str, Any] = field(default_factory=dict)  # with what they are unless given
    given: tuple[str, ...] = ()  # headings whose table is shown from the start
    steps: int = 3  # unless given


def draw_elman(rng: np.random.Generator, steps: int) -> dict[str, Any]:
    """Draw a network of one unit, and what it reads."""
    W_xh, W_hh = rng.choice(WEIGHTS, size=2, replace=False)
    b_h, b_y = rng.choice(BIASES, size=2, replace=False)
    x, h0 = rng.choice(INPUTS, size=steps), rng.choice([-0.5, 0.5])
    return dict(x=x, h0=h0, W_xh=W_xh, W_hh=W_hh, b_h=b_h, W_hy=rng.choice(OUTPUTS), b_y=b_y)


def draw_jordan(rng: np.random.Generator, steps: int) -> dict[str, Any]:
    """Draw the same, and what the output comes back through."""
    given = draw_elman(rng, steps)
    return given | dict(y0=rng.choice([-1, 1]), W_yh=rng.choice(WEIGHTS))


def draw_bptt(rng: np.random.Generator, steps: int) -> dict[str, Any]:
    """Draw the same as for Elman, and targets."""
    return draw_elman(rng, steps) | dict(targets=rng.choice(INPUTS, size=steps))


def draw_neuron(rng: np.random.Generator, steps: int) -> dict[str, Any]:
    """Draw a neuron with so many inputs."""
    x, w = rng.choice(INPUTS, size=steps), rng.choice(WEIGHTS, size=steps)
    return dict(x=x, w=w, b=rng.choice(BIASES))


def draw_backprop(rng: np.random.Generator, steps: int) -> dict[str, Any]:
    """Draw a row, its target, and a network with one hidden unit; `steps` is not used."""
    W1, b1, b2 = rng.choice(WEIGHTS), *rng.choice(BIASES, size=2, replace=False)
    x, y = rng.choice(INPUTS), rng.choice(OUTPUTS)
    return dict(X=x, y=y, W1=W1, b1=b1, W2=rng.choice(OUTPUTS), b2=b2, alpha=rng.choice(RATES))


TOPICS = {
    "elman": Drill(draw_elman, elman, slips.elman),
    "jordan": Drill(draw_jordan, jordan, slips.jordan, {"hybrid": False}),
    "bptt": Drill(
        draw_bptt, bptt, slips.bptt, {"act": "tanh", "truncate": None}, given=("Forward",)
    ),
    "neuron": Drill(draw_neuron, neuron, feedforward_slips.neuron, {"phi": "tanh"}, steps=2),
    "backprop": Drill(draw_backprop, backprop, feedforward_slips.backprop, {"act": "tanh"}),
}


def practice(
    topic: str, seed: int | None = None, steps: int | None = None, **options: Any
) -> Practice:
    """Draw a fresh example and ask for its numbers, one after the other.

    `topic` is "elman", "jordan" (option `hybrid=True`), "bptt" (options `act`, tanh unless
    given, and `truncate`), "neuron" (option `phi`) or "backprop" (option `act`). `steps` is the
    length of the sequence, 1 to 6, 3 unless given; for a neuron, how many inputs it has. The same
    `seed` gives the same example; without one, a seed is drawn, and told at the end.

    Returns a `Practice`: answer with `p.answer(0.964)`, give up on a number with `p.show()`.
    The numbers are drawn so that each typical slip gives a number of its own, where the example
    allows it. Raises ValueError for an unknown topic or option.

    >>> p = practice("elman", seed=4)
    >>> p.question()
    'Number 1 of 6: `h_1` (state) = ?'
    >>> p.answer(1.05)
    Not 1.05: you get this when tanh is left out.
    Number 1 of 6: h_1 (state) = ?
    >>> p.show()
    a_1 = W_xh x_1 + W_hh h_0 + b_h = 0.4·2 + 0.9·0.5 + (-0.2) = 1.05   (sum before tanh)
    h_1 = tanh(a_1) = tanh(1.05) = 0.7818   (state)
    Number 2 of 6: y_1 (output) = ?
    """
    if topic not in TOPICS:
        raise ValueError(f"practice: there is no topic {topic!r}; there are {', '.join(TOPICS)}.")
    drill = TOPICS[topic]
    steps = drill.steps if steps is None else steps
    if type(steps) is not int or not 1 <= steps <= 6:
        raise ValueError(f"practice: steps is {steps!r}, expected a whole number from 1 to 6.")
    for name in options:
        if name not in drill.options:
            known = ", ".join(drill.options) or "none"
            raise ValueError(f"practice: {topic} has no option {name!r}; its options: {known}.")
    options = drill.options | options
    if seed is None:
        seed = int(np.random.default_rng().integers(1_000_000))
    rng = np.random.default_rng(seed)
    fewest, best = np.inf, None
    for _ in range(DRAWS):
        derivation = drill.work(**drill.draw(rng, steps), **options)
        questions = list(drill.ask(derivation, **options))
        unclear = sum(q.collisions() + (abs(q.value) < SMALL) for q in questions)
        if unclear < fewest:
            fewest, best = unclear, (derivation, questions)
        if unclear == 0:
            break
    return Practice(*best, seed=seed, given=drill.given)
