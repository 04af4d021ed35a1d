"""Calling a student's sampler: many draws of one case, each from a generator of its own seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from course.checks.calls import Outcome, observed, read, tensors
from course.checks.given import MAX_SEED, Rng
from course.checks.returned import Refused

MOVED = "the generator moved"
ALONE = "torch's own generator was left alone"
OWN_SEED = 987_654_321  # of torch's own generator: no seed that a student is likely to take
AGAIN = "again"  # "result again" is what comes back when the first seed is used once more


def call_sampler(
    function: Callable,
    inputs: Mapping[str, Any],
    expected: Any,
    parts: tuple[str, ...],
    draws: int,
) -> Outcome:
    """Call `function(**inputs)` for `draws` seeds, counted on from the one in `inputs`.

    Each leaf of the outcome is a stack (draws, *shape); "<leaf> again" comes from the first seed
    once more, `MOVED` says whether the function took numbers from the generator, `ALONE` whether it
    left torch's own alone. That one is set anew before each call, so that what draws from it does
    not repeat; the caller's own state comes back.
    """
    import torch

    name = next(name for name, value in inputs.items() if isinstance(value, Rng))
    first = inputs[name].seed
    seeds = [(first + i) % MAX_SEED for i in range(draws)]
    outcome, arguments = Outcome(), tensors(inputs)
    rows: list[dict[str, Any]] = []
    itemsizes, facts = [], {}
    with torch.random.fork_rng(devices=[]), observed(outcome, function, arguments):
        for i, seed in enumerate([*seeds, seeds[0]]):
            if i:
                arguments = tensors(inputs)
            arguments[name] = generator = torch.Generator().manual_seed(seed)
            torch.default_generator.manual_seed(OWN_SEED + i)
            if not i:
                before = generator.get_state(), torch.random.get_rng_state()
            read(outcome, function(**arguments), expected, parts)
            if not i:
                facts = {
                    MOVED: not torch.equal(before[0], generator.get_state()),
                    ALONE: torch.equal(before[1], torch.random.get_rng_state()),
                }
            rows.append(outcome.values)
            itemsizes.append(outcome.itemsize)
        outcome.values = _stacked(rows) | facts
        outcome.itemsize = min(itemsizes)
    if outcome.fault:
        outcome.values = {}
    return outcome


def _stacked(rows: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for leaf in rows[0]:
        arrays = [np.asarray(row[leaf]) for row in rows]
        shapes = list(dict.fromkeys(array.shape for array in arrays))
        if len(shapes) > 1:
            name = "The result" if leaf == "result" else leaf
            raise Refused(f"{name} has shape {shapes[0]} with one seed, {shapes[1]} with another.")
        found[leaf] = np.stack(arrays[:-1])
        found[f"{leaf} {AGAIN}"] = arrays[-1]
    return found
