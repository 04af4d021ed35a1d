"""K-fold validation, fold by fold, of the simplest model there is: the mean."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.worked import arrays
from course.worked.derivation import Derivation
from course.worked.table import Table

MOST = 12  # values: more would not fit on a line


def k_fold(y: Any = (1, 3, 4, 6, 8, 8), k: int = 3, digits: int = 4) -> Derivation:
    """Work K-fold validation by hand (Stone, 1974), for the model that predicts the mean.

    The values y_1 ... y_n are cut into k parts of neighbours, the first n mod k of them one value
    longer. Each part in turn is left out: the model is the mean of the others, its score the mean
    squared error on the part. The result is the mean of the k scores.

    `y` has shape (n,), with n from 2 to 12; `k` is from 2 to n. Returns a `Derivation`. Its
    `data()` has y, models (k,), scores (k,), and score. Tables: folds.
    Raises ValueError where a number doesn't fit.

    >>> k_fold().table("folds")
    fold  left_out  model  score
    1     [1, 3]    6.5    21.25
    2     [4, 6]    5      1
    3     [8, 8]    3.5    20.25
    >>> k_fold()["score"]
    score = (score_1 + score_2 + score_3) / 3   (mean of the scores)
          = (21.25 + 1 + 20.25) / 3
          = 14.1667
    """
    y = arrays.numeric("k_fold", "y", y)
    if y.ndim != 1 or not 2 <= len(y) <= MOST:
        raise ValueError(f"k_fold: y has shape {y.shape}, expected (n,) with n from 2 to {MOST}.")
    if type(k) is not int or not 2 <= k <= len(y):
        raise ValueError(f"k_fold: k is {k!r}, expected a whole number from 2 to {len(y)}.")
    d = Derivation("K-fold validation of the mean", digits=digits)
    for i, value in enumerate(y, start=1):
        d.give(f"y_{i}", value)
    models, scores, rows = [], [], []
    for fold, part in enumerate(np.array_split(np.arange(1, len(y) + 1), k), start=1):
        rest = [i for i in range(1, len(y) + 1) if i not in part]
        d.part(f"Fold {fold}: {', '.join(f'y_{i}' for i in part)} left out", fold)
        model = d.add(
            f"m_{fold}",
            "model: the mean of the others",
            f"({_plus(f'y_{i}' for i in rest)})/{len(rest)}",
            y[np.array(rest) - 1].mean(),
        )
        errors = _plus(f"(y_{i} - m_{fold})^2" for i in part)
        score = d.add(
            f"score_{fold}",
            "mean squared error on what was left out",
            f"({errors})/{len(part)}" if len(part) > 1 else errors,
            ((y[part - 1] - model) ** 2).mean(),
        )
        models.append(model)
        scores.append(score)
        rows.append([fold, y[part - 1], model, score])
    d.part("Together")
    total = _plus(f"score_{fold}" for fold in range(1, k + 1))
    d.add("score", "mean of the scores", f"({total})/{k}", np.mean(scores))
    d.tables["folds"] = Table(["fold", "left_out", "model", "score"], rows, digits)
    d.arrays = {"y": y, "models": models, "scores": scores, "score": np.mean(scores)}
    return d


def _plus(terms: Any) -> str:
    return " + ".join(terms)
