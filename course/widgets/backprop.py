"""Gradients of a network with one hidden layer: the student's, PyTorch's, and the cost they fit.

The network is that of the exercise `backprop_2layer`: relu inside, a sigmoid at the end, and the
mean binary cross-entropy as its cost. Its parameters are W1, b1, W2, b2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from course.widgets.trial import Trial, trial

NAMES = ("W1", "b1", "W2", "b2")
TINY = 1e-12  # a chance of 0 counts as this much


def gradients(
    backprop: Callable, X: np.ndarray, y: np.ndarray, parameters: Mapping[str, Any]
) -> Trial:
    """Ask the student's `backprop_2layer` for all gradients.

    X has shape (n, d), y (n,), 0 or 1; `parameters` are arrays or tensors by name. Returns arrays
    by name, and what is wrong, or nothing.

    >>> one = np.ones((1, 1))
    >>> net = {"W1": one, "b1": one[0], "W2": one, "b2": one[0]}
    >>> gradients(lambda X, y, W1, b1, W2, b2: {"W1": W1}, one, one[0], net).problem
    '<lambda> returned a dict without b1, W2 and b2; expected W1, b1, W2 and b2.'
    """
    import torch

    given = {name: torch.tensor(np.asarray(parameters[name])) for name in NAMES}  # fresh copies
    shapes = {name: tuple(value.shape) for name, value in given.items()}
    return trial(backprop, {"X": torch.tensor(X), "y": torch.tensor(y)[:, None], **given}, shapes)


def by_pytorch(
    X: np.ndarray, y: np.ndarray, parameters: Mapping[str, Any]
) -> dict[str, np.ndarray]:
    """Return the gradients by autograd; arguments as for `gradients`."""
    import torch
    from torch.nn import functional

    free = [torch.tensor(np.asarray(parameters[name]), requires_grad=True) for name in NAMES]
    W1, b1, W2, b2 = free
    z = functional.linear(torch.relu(functional.linear(torch.tensor(X), W1, b1)), W2, b2)
    cost = functional.binary_cross_entropy_with_logits(z, torch.tensor(y)[:, None])
    found = torch.autograd.grad(cost, free)
    return {name: value.numpy() for name, value in zip(NAMES, found, strict=True)}


def cross_entropy(chances: np.ndarray, y: np.ndarray) -> float:
    """Return the mean binary cross-entropy of chances, shape (n,); nan without rows."""
    said = np.where(y == 1, chances, 1 - chances)
    return float(-np.log(np.maximum(said, TINY)).mean()) if len(y) else float("nan")


def different(yours: Mapping[str, np.ndarray], reference: Mapping[str, np.ndarray]) -> list[str]:
    """Return the names under which the student's arrays are not the reference's."""
    return [
        name
        for name, value in reference.items()
        if name in yours and not np.allclose(yours[name], value, 1e-4, 1e-7)
    ]
