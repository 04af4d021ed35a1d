"""How fair a statistical judgement is: right answers that it refuses, wrong ones that it takes.

A sampler's draws are judged by exact tests with one budget for all of an exercise, so that a right
sampler fails with a probability of at most `sampling.BUDGET` by construction. For a trained model
the rate depends on the data: the right answers are run on `RUNS` fresh drawings, the metric is
taken to a scale on which it looks normal (the logit of an accuracy, the logarithm of an error), and
the chance that the next run misses the threshold is the tail of Student's t prediction
distribution, mean + s sqrt(1 + 1/RUNS) t(RUNS - 1). The spread s is never taken to be smaller than
what the number of held-out examples alone makes it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from course.checks.expected import Exercise
from course.checks.kinds import outcome_of
from course.checks.predictions import METRICS, measured
from course.checks.sampling import BUDGET
from grading.answers import Key
from grading.gates import passes
from grading.results import draw

RUNS = 30
POWER = 0.99  # a listed mistake fails at least so often
TRIALS = 5  # drawings on which a sampler's mistakes are tried by the build; the tests try more
FIRST_SEED = 10_000  # far from the seeds of the visible cases


@dataclass(frozen=True)
class Chance:
    """The chance that an answer misses the threshold in some case, and that it meets all."""

    misses: float
    passes: float


def problem(key: Key) -> str:
    """Why the judgement would be unfair, or "". Raises `BuildError` where the key itself fails."""
    if key.kind == "sampler":
        exercises = drawings(key, TRIALS)
        for mistake in key.mistakes:
            if failing_share(key.wrong(mistake), exercises) < 1:
                return f"the mistake {mistake.name!r} passes on some drawings of the cases"
    if key.kind == "trained":
        exercises = drawings(key)
        for name, target in right_answers(key).items():
            if (chance := chance_of(key, target, exercises).misses) > BUDGET:
                return (
                    f"{name}, a right answer, misses the threshold with a chance of {chance:.1g}; "
                    f"at most {BUDGET:g} is fair: lower the threshold or use more data"
                )
        for mistake in key.mistakes:
            if (chance := chance_of(key, key.wrong(mistake), exercises).passes) > 1 - POWER:
                return (
                    f"the mistake {mistake.name!r} meets the threshold with a chance of "
                    f"{chance:.1g}; at most {1 - POWER:.1g} is of use: raise the threshold"
                )
    return ""


def drawings(key: Key, runs: int = RUNS, seed: int = FIRST_SEED) -> list[Exercise]:
    """Fresh drawings of all cases."""
    return [draw(key, 1.0, np.random.default_rng(seed + i)) for i in range(runs)]


def right_answers(key: Key) -> dict[str, Any]:
    """The solution, the oracle where it answers like one, and the alternatives, by name."""
    found = [key.solution, *key.module.alternatives]
    if key.kind == "trained":
        found.insert(1, key.module.oracle)
    return {target.__name__: target for target in found}


def failing_share(target: Any, exercises: Sequence[Exercise]) -> float:
    """The share of drawings on which an answer fails in some case."""
    with one_thread():
        return float(np.mean([not passes(target, exercise) for exercise in exercises]))


def chance_of(key: Key, target: Any, exercises: Sequence[Exercise]) -> Chance:
    """The chances of an answer to a `Trained` exercise, from its runs on drawings."""
    with one_thread():
        rows = [
            [measured(exercise, c, outcome_of(target, exercise, c)) for c in exercise.cases]
            for exercise in exercises
        ]
    sizes = [case.labels.size for case in exercises[0].cases]
    tails = [missing(key, v, n) for v, n in zip(np.array(rows, dtype=float).T, sizes, strict=True)]
    return Chance(min(1.0, sum(tails)), 1 - max(tails))


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Many small calculations: a second thread would only wait, and on a busy machine for long."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def missing(key: Key, values: Sequence[float], size: int) -> float:
    """The chance that the next run of a case misses the threshold, by Student's t prediction.

    `values` are the metric in past runs, `size` is the number of held-out examples. A run without
    a value counts as missed.
    """
    from scipy.stats import t

    metric, found = METRICS[key.call.metric], np.asarray(values)
    found = found[np.isfinite(found)]
    lost = 1 - len(found) / len(values)
    if len(found) < 2:
        return 1.0
    scaled = np.array([metric.scaled(value, size) for value in found])
    spread = max(scaled.std(ddof=1), metric.spread(float(found.mean()), size))
    bound = metric.scaled(key.call.threshold, size)
    distance = metric.sign * (bound - scaled.mean()) / (spread * np.sqrt(1 + 1 / len(found)))
    return float(lost + (1 - lost) * t.cdf(distance, len(found) - 1))
