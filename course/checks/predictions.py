"""Judging a trained model by its predictions on held-out inputs.

The labels are compared here, never where the student's code runs. A metric has a direction and a
scale on which its values over many right runs look normal; the build computes on that scale how
rarely a right answer misses the threshold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from course.checks.calls import Outcome
from course.checks.compare import close
from course.checks.expected import PREDICTED, Case, Exercise


@dataclass(frozen=True)
class Metric:
    """How predictions are measured: `sign` is 1 where more is better, -1 where less is.

    `scaled(value, n)` is the scale for statistics, `spread(value, n)` the least standard deviation
    there that n held-out examples leave.
    """

    name: str
    sign: int
    of: Callable[[np.ndarray, np.ndarray], float]
    scaled: Callable[[float, int], float]
    spread: Callable[[float, int], float]
    text: str  # with {value} and {threshold}

    def reached(self, value: float, threshold: float) -> bool:
        """Whether a value is as good as the threshold asks."""
        return bool(np.isfinite(value) and self.sign * (value - threshold) >= 0)


def _accuracy(got: np.ndarray, labels: np.ndarray) -> float:
    return float(np.mean(close(got, labels)))


def _squared(got: np.ndarray, labels: np.ndarray) -> float:
    with np.errstate(all="ignore"):
        return float(np.mean((got.astype(float) - labels) ** 2))


def _softened(share: float, n: int) -> float:
    return (share * n + 0.5) / (n + 1)  # 0 and 1 have no logit


def _logit(share: float, n: int) -> float:
    q = _softened(share, n)
    return float(np.log(q / (1 - q)))


def _logit_spread(share: float, n: int) -> float:
    q = _softened(share, n)
    return float(1 / np.sqrt(n * q * (1 - q)))


METRICS = {
    "accuracy": Metric(
        "accuracy",
        1,
        _accuracy,
        _logit,
        _logit_spread,
        "Of all predictions for held-out inputs, a share of {value:.3g} is right; at least "
        "{threshold:.3g} is asked.",
    ),
    "mean squared error": Metric(
        "mean squared error",
        -1,
        _squared,
        lambda value, n: float(np.log(value + 1e-300)),
        lambda value, n: float(np.sqrt(2 / n)),
        "The mean squared error on held-out inputs is {value:.3g}; at most {threshold:.3g} is "
        "asked.",
    ),
}


def right(exercise: Exercise, case: Case, outcome: Outcome) -> dict[str, bool]:
    """Whether the metric reaches the case's threshold."""
    value = measured(exercise, case, outcome)
    metric = METRICS[exercise.settings["metric"]]
    return dict.fromkeys(
        PREDICTED, value is not None and metric.reached(value, case.threshold or 0.0)
    )


def measured(exercise: Exercise, case: Case, outcome: Outcome) -> float | None:
    """The metric of a student's predictions; None where they are no predictions."""
    got = outcome.values.get("result")
    if outcome.fault or not isinstance(got, np.ndarray) or got.shape != case.labels.shape:
        return None
    return METRICS[exercise.settings["metric"]].of(got, case.labels)


def sentences(exercise: Exercise, outcomes: Sequence[Outcome]) -> list[str]:
    """What is wrong with the predictions of the first case that fails, without its labels."""
    for case, outcome in zip(exercise.cases, outcomes, strict=True):
        if case.judged != "predictions" or outcome.fault:
            continue
        if not all(right(exercise, case, outcome).values()):
            return _said(exercise, case, outcome)
    return []


def _said(exercise: Exercise, case: Case, outcome: Outcome) -> list[str]:
    got, labels = outcome.values.get("result"), case.labels
    value = measured(exercise, case, outcome)
    if value is None or not isinstance(got, np.ndarray):
        shape = got.shape if isinstance(got, np.ndarray) else ()
        return [
            f"The predictions have shape {shape}; expected {labels.shape}, one for each held-out "
            "input."
        ]
    if not np.isfinite(got).all():
        return ["Some predictions are NaN or infinite: did the training diverge?"]
    metric = METRICS[exercise.settings["metric"]]
    texts = [metric.text.format(value=value, threshold=case.threshold)]
    if got.size > 1 and (got == got.flat[0]).all():
        texts.append("It predicts the same for every input.")
    elif metric.name == "accuracy":
        texts += _labels(got, labels, case.threshold or 0.0)
    return texts


def _labels(got: np.ndarray, labels: np.ndarray, threshold: float) -> list[str]:
    known: Any = np.unique(labels)
    strange = ~close(got[..., None], np.broadcast_to(known, (*got.shape, len(known)))).any(axis=-1)
    if strange.any():
        return ["Some predictions are no labels: return the class itself, no probability."]
    if len(known) == 2:
        swapped = known.sum() - got
        if _accuracy(swapped, labels) >= threshold:
            return ["With the two classes exchanged, it would be right."]
    return []
