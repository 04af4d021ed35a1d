"""Answer key of `fit_classes`: a trained classifier, judged by its accuracy on held-out data."""

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch import nn

from grading.keys import Case, Mistake, Trained

call = Trained("accuracy", threshold=0.75)
criteria = {"two clouds": 1, "four features": 1}


def solution(X, y, X_new, generator):
    w = 0.1 * torch.randn(X.shape[1], generator=generator, dtype=X.dtype)
    b = torch.zeros((), dtype=X.dtype)
    for _ in range(100):
        error = torch.sigmoid(X @ w + b) - y  # (n,)
        w = w - X.T @ error / len(y)
        b = b - error.mean()
    return (X_new @ w + b > 0).to(y.dtype)


def oracle(X, y, X_new, generator):
    model = LogisticRegression().fit(X.numpy(), y.numpy())
    return model.predict(X_new.numpy())


def clouds(rng, n, d):
    """Two clouds of which about one point in twenty lies on the wrong side."""
    direction = rng.normal(size=d)
    direction /= np.linalg.norm(direction)
    y = rng.permutation(np.arange(n) % 2).astype(float)
    X = rng.normal(size=(n, d)) + 1.7 * np.outer(2 * y - 1, direction)
    return X + 0.5, y


def cases(rng):
    for criterion, d in (("two clouds", 2), ("four features", 4)):
        X, y = clouds(rng, 500, d)
        inputs = {"X": X[:200], "y": y[:200], "X_new": X[200:]}
        yield Case(criterion, f"200 points to learn from, {d} features", inputs, labels=y[200:])


mistakes = [
    Mistake("uphill", "the step goes uphill", "Which sign has a step down?",
            old="w - X.T", new="w + X.T"),
    Mistake("swapped", "the classes are exchanged", "What does a large score stand for?",
            old="b > 0", new="b < 0"),
    Mistake("one_class", "every input gets the same class", "Print your predictions.",
            old="(X_new @ w + b > 0)", new="(0 * X_new @ w > 0)"),
]


def with_optimiser(X, y, X_new, generator):
    w = torch.zeros(X.shape[1], 1, dtype=X.dtype, requires_grad=True)
    b = torch.zeros(1, dtype=X.dtype, requires_grad=True)
    optimiser = torch.optim.SGD([w, b], lr=1.0)
    for _ in range(50):
        optimiser.zero_grad()
        nn.functional.binary_cross_entropy_with_logits((X @ w + b)[:, 0], y).backward()
        optimiser.step()
    return ((X_new @ w + b)[:, 0] > 0).long()


alternatives = [with_optimiser]
hints = ["Predict, compare, step.", "The gradient of the loss is X.T @ (p - y) / n."]
