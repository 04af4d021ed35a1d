"""Exact p-values for counts and for standard normal scores.

Binomial tails for counts; for scores the normal, chi-square and beta laws, and the bound on a
distribution function's largest gap. They hold for any number of draws, so a stated rate of false
alarms holds, too. Where a test has two
sides, the smaller tail is doubled. Tests of independence of scores do not react to a wrong mean or
spread. Only scipy.special is imported: scipy.stats would cost a first check most of a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np


def binomial(count: Any, n: Any, p: Any) -> np.ndarray:
    """Two-sided exact p-values of counts out of n, the smaller tail doubled."""
    from scipy.special import bdtr, bdtrc

    count, n, p = np.broadcast_arrays(*(np.asarray(a, dtype=float) for a in (count, n, p)))
    inside = p.clip(1e-300, 1 - 1e-16)
    below = np.where(count >= n, 1.0, bdtr(count, n.astype(int), inside))
    above = np.where(count <= 0, 1.0, bdtrc(count - 1, n.astype(int), inside))
    found = np.minimum(1.0, 2 * np.minimum(below, above))
    found = np.where(p <= 0, count == 0, found)
    return np.where(p >= 1, count == n, found).astype(float)


def combined(alone: np.ndarray) -> np.ndarray:
    """One p-value of independent ones, by Fisher's method: many small signs make a large one."""
    from scipy.special import gammaincc

    return gammaincc(alone.size, -np.log(alone.clip(1e-300)).sum())[None]


def chi_square(total: Any, freedom: int) -> np.ndarray:
    """Two-sided p-values of sums of squares of normal scores."""
    from scipy.special import gammainc, gammaincc

    total = np.asarray(total)
    tails = gammainc(freedom / 2, total / 2), gammaincc(freedom / 2, total / 2)
    return np.minimum(1.0, 2 * np.minimum(*tails))


def gap(scores: np.ndarray) -> float:
    """p-value of the largest gap between the scores' distribution function and the normal one.

    Massart (1990): it is larger than d with a probability of at most 2 exp(-2 n d^2), for every n.
    The exact law (Kolmogorov, Smirnov) is hardly smaller where it matters, and slow.
    """
    from scipy.special import ndtr

    n = scores.size
    ordered, steps = np.sort(ndtr(scores.ravel())), np.arange(n + 1) / n
    largest = max((steps[1:] - ordered).max(), (ordered - steps[:-1]).max())
    return float(min(1.0, 2 * np.exp(-2 * n * largest**2)))


def extreme(scores: np.ndarray) -> float:
    """Two-sided p-value of the score that is largest in magnitude."""
    from scipy.special import ndtr

    below = scores.size * np.log1p(-2 * ndtr(-np.abs(scores).max()))  # log of the chance of less
    return float(min(1.0, 2 * min(np.exp(below), -np.expm1(below))))


def alternate(values: np.ndarray, probs: np.ndarray, axis: int) -> tuple[np.ndarray, ...]:
    """Neighbours along an axis as pairs that share no element; `values` and `probs` alike."""
    size = values.shape[axis] // 2 * 2
    places = np.arange(0, size, 2), np.arange(1, size, 2)
    axes = axis, axis + probs.ndim - values.ndim  # probabilities have the values' axes last
    return (
        *(values.take(place, axes[0]) for place in places),
        *(probs.take(place, axes[1]) for place in places),
    )


def neighbours(
    values: np.ndarray, probs: np.ndarray, batch: tuple[int, ...]
) -> Iterator[tuple[np.ndarray, ...]]:
    """Pairs of elements of one draw: next to each other along each axis, and the two halves."""
    for axis, size in enumerate(batch, 1):
        if size > 1:
            yield alternate(values, probs, axis)
    half = int(np.prod(batch)) // 2
    if half > 1:
        values = values.reshape(len(values), -1)
        probs = probs.reshape(*probs.shape[: probs.ndim - len(batch)], -1)
        yield (
            *(values[:, :half], values[:, half : 2 * half]),
            *(probs[..., :half], probs[..., half : 2 * half]),
        )


def hits_per_draw(hits: np.ndarray, chance: np.ndarray) -> float:
    """p-value of how many draws have the likeliest number of hits.

    Elements that share their luck have it less often, those that take turns more often.
    """
    law = np.ones(1)
    for p in chance.ravel():  # of a sum of independent hits with different chances
        law = np.convolve(law, [1 - p, p])
    likeliest = int(law.argmax())
    sums = hits.reshape(len(hits), -1).sum(axis=1)
    return float(binomial((sums == likeliest).sum(), len(sums), min(law[likeliest], 1.0)))


def agreements(pairs: Any) -> np.ndarray:
    """p-values of how often two independent elements take the value of the same number.

    Each pair is (codes, codes, probabilities, probabilities), as `alternate` makes them.
    """
    found = [np.zeros(0)]
    for first, second, p, q in pairs:
        chance = (p * q).sum(axis=0).round(12).ravel()
        groups, index = np.unique(chance, return_inverse=True)
        sizes = np.bincount(index.ravel())
        counts = np.bincount(index.ravel(), weights=(first == second).ravel())
        found.append(binomial(counts, sizes, groups))
    return np.concatenate(found)


def sums_of_draws(centred: np.ndarray) -> float:
    """p-value of the draws' sums: they vary as sums of independent elements do."""
    z = centred.reshape(len(centred), -1)
    n, size = z.shape
    between, total = (z.sum(axis=1) ** 2).sum() / size, (z**2).sum()
    if total == 0:
        return 1.0
    return beta(between / total, (n - 1) / 2, (n - 1) * (size - 1) / 2)


def ratios(pairs: Any, freedom: int) -> np.ndarray:
    """p-values of independence: the sum and the difference of two scores vary alike.

    `freedom` is the degrees of freedom of one pair of elements over all draws.
    """
    found = []
    for first, second, *_ in pairs:
        plus, minus = ((first + second) ** 2).sum(), ((first - second) ** 2).sum()
        half = freedom * (first.size // len(first)) / 2
        if plus + minus == 0:
            found.append(1.0)  # nothing varies: that is the spread's fault
            continue
        found.append(beta(plus / (plus + minus), half, half))
    return np.array(found)


def beta(share: float, a: float, b: float) -> float:
    """Two-sided p-value of a share of two sums of squares."""
    from scipy.special import betainc

    share = min(max(share, 0.0), 1.0)
    return min(1.0, 2 * min(betainc(a, b, share), betainc(b, a, 1 - share)))
