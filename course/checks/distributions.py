"""Distributions as data, and tests of whether draws come from them.

Every test is exact (`significance`): none is an approximation for many draws. Arrays of draws have
the shape (draws, *shape of the result).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from course.checks import significance as exact
from course.checks.compare import close

EDGE = 1e-8  # float32 uniforms may be exactly 0, whose normal score is infinite


@dataclass(frozen=True, eq=False)
class Marginal:
    """p-values of the elements' own tests, and which way each element is off (1: too much)."""

    p: np.ndarray
    sign: np.ndarray

    @property
    def smallest(self) -> float:
        """The smallest p-value, times their number."""
        return float(self.p.min() * self.p.size)


@dataclass(frozen=True, eq=False)
class Categorical:
    """Each element takes one of K values: `probs` (K, *batch), `values` (K, *batch, *event).

    With an event shape the elements of one event go together, as the digits of a state do. Where
    several results go together, `values` is a dict of one array a result.
    """

    probs: Any
    values: Any

    def __post_init__(self) -> None:
        object.__setattr__(self, "probs", _array(self.probs))
        values = self.values if isinstance(self.values, Mapping) else {"": self.values}
        values = {name: _array(value) for name, value in values.items()}
        object.__setattr__(self, "values", values)
        if (self.probs < 0).any() or not np.allclose(self.probs.sum(axis=0), 1):
            raise ValueError("the probabilities of a Categorical add up to 1 along axis 0")
        for value in values.values():
            if value.shape[: self.probs.ndim] != self.probs.shape:
                raise ValueError(
                    f"values of shape {value.shape} do not fit probabilities {self.probs.shape}"
                )
        for i in range(len(self.probs)):
            for j in range(i):
                alike = self._matches([v[i] for v in values.values()], j)
                if (alike & (self.probs[i] > 0) & (self.probs[j] > 0)).any():
                    raise ValueError("two possible values of an element are the same")

    def possible(self, draws: Sequence[np.ndarray], itemsize: int = 8) -> np.ndarray:
        """Which elements of which draws have a possible value, (draws, *batch)."""
        codes = self._codes(draws, itemsize)
        return (codes >= 0) & (np.take_along_axis(self.probs, codes.clip(0), axis=0) > 0)

    def statistics(self, draws: Sequence[np.ndarray], itemsize: int = 8) -> dict[str, np.ndarray]:
        """p-values by what they test: "shares", "elements", "draws"."""
        codes = self._codes(draws, itemsize)
        n, batch = len(codes), self.probs.shape[1:]
        kinds = len(self.probs)
        counted = range(1, kinds) if kinds == 2 else range(kinds)  # two counts are one
        flat = self.probs.reshape(kinds, -1)
        groups, index = np.unique(flat.round(12), axis=1, return_inverse=True)
        shares = []
        for k in counted:
            each = (codes == k).reshape(n, -1).sum(axis=0)  # per element
            sizes = np.bincount(index.ravel())
            pooled = np.bincount(index.ravel(), weights=each)
            alone = exact.binomial(each, n, flat[k])
            shares += [exact.binomial(pooled, n * sizes, groups[k]), alone, exact.combined(alone)]
        found = {"shares": np.concatenate(shares)}
        probs = np.broadcast_to(self.probs[:, None], (kinds, n, *batch))
        found["elements"] = exact.agreements(exact.neighbours(codes, probs, batch))
        if flat.shape[1] > 1:
            whole = [exact.hits_per_draw(codes == k, self.probs[k]) for k in counted]
            found["elements"] = np.append(found["elements"], whole)
        found["draws"] = exact.agreements([exact.alternate(codes, probs, 0)])
        return found

    def sample(self, rng: np.random.Generator, draws: int) -> list[np.ndarray]:
        """Right draws of every result."""
        uniform = rng.random((draws, *self.probs.shape[1:]))
        bounds = self.probs.cumsum(axis=0)[:-1]
        codes = (uniform[:, None] >= bounds).sum(axis=1)  # (draws, *batch)
        found = []
        for value in self.values.values():
            index = codes.reshape(1, *codes.shape, *[1] * (value.ndim - self.probs.ndim))
            wide = np.broadcast_to(value[:, None], (len(value), draws, *value.shape[1:]))
            found.append(np.take_along_axis(wide, index, axis=0)[0])
        return found

    def marginals(self, draws: Sequence[np.ndarray], itemsize: int = 8) -> dict[str, Marginal]:
        """Tests of each element alone, which hold however the elements depend on each other."""
        hits, n = self.hits(draws, itemsize), len(draws[0])
        alone = exact.binomial(hits, n, self.probs)
        return {"shares": Marginal(alone, np.sign(hits - n * self.probs))}

    def hits(self, draws: Sequence[np.ndarray], itemsize: int = 8) -> np.ndarray:
        """How often each value came, (K, *batch)."""
        codes = self._codes(draws, itemsize)
        return np.stack([(codes == k).sum(axis=0) for k in range(len(self.probs))])

    def same_again(self) -> float:
        """The chance that two draws are the same."""
        return float((self.probs**2).sum(axis=0).prod())

    def plain(self) -> dict[str, Any]:
        """A value tree that `of` reads."""
        return {"family": "categorical", "probs": self.probs, "values": dict(self.values)}

    def _matches(self, draws: Sequence[np.ndarray], k: int, itemsize: int = 8) -> np.ndarray:
        """Where the draws are the value number k, (*leading, *batch)."""
        found: Any = True
        for draw, value in zip(draws, self.values.values(), strict=True):
            near = close(draw, np.broadcast_to(value[k], draw.shape), itemsize=itemsize)
            events = value.ndim - self.probs.ndim
            found = found & near.all(axis=tuple(range(near.ndim - events, near.ndim)))
        return np.asarray(found)

    def _codes(self, draws: Sequence[np.ndarray], itemsize: int) -> np.ndarray:
        """The number of each element's value, (draws, *batch); -1 where it is none of them."""
        matches = np.stack([self._matches(draws, k, itemsize) for k in range(len(self.probs))])
        matches &= self.probs[:, None] > 0
        return np.where(matches.any(axis=0), matches.argmax(axis=0), -1)


def Bernoulli(p: Any, low: Any = 0.0, high: Any = 1.0) -> Categorical:
    """`high` with probability `p`, else `low`, element by element."""
    p, low, high = np.broadcast_arrays(_array(p), _array(low), _array(high))
    return Categorical(np.stack([1 - p, p]), np.stack([low, high]))


class _Continuous:
    """What Normal and Uniform share: draws become standard normal scores, which are tested."""

    def statistics(self, draws: Sequence[np.ndarray], itemsize: int = 8) -> dict[str, np.ndarray]:
        """p-values by what they test: "mean", "spread", "shape", "elements", "draws"."""
        from scipy.special import gammaincc, ndtr

        scores = self.scores(draws[0])  # (draws, *batch)
        n, batch = len(scores), scores.shape[1:]
        z = scores.reshape(n, -1)
        means = z.mean(axis=0)
        inside = ((z - means) ** 2).sum(axis=0)  # chi-square of n - 1 each
        total = means.mean() * np.sqrt(z.size)
        offset = n * (means**2).sum()  # chi-square of one degree an element
        alone = exact.chi_square(inside, n - 1)
        found = {
            "mean": np.array([2 * ndtr(-abs(total)), gammaincc(z.shape[1] / 2, offset / 2)]),
            "spread": np.concatenate(
                [
                    exact.chi_square(inside.sum()[None], (n - 1) * inside.size),
                    alone,
                    exact.combined(alone),
                ]
            ),
            "shape": np.array([exact.gap(z), exact.extreme(z)]),
        }
        centred = (z - means).reshape(n, *batch)
        found["elements"] = exact.ratios(exact.neighbours(centred, centred, batch), n - 1)
        if z.shape[1] > 1:
            found["elements"] = np.append(found["elements"], exact.sums_of_draws(centred))
        first, second, *_ = exact.alternate(scores, scores, 0)
        pair = (first - first.mean(axis=0), second - second.mean(axis=0))
        found["draws"] = exact.ratios([pair], len(first) - 1)
        return found

    def marginals(self, draws: Sequence[np.ndarray], itemsize: int = 8) -> dict[str, Marginal]:
        """Tests of each element alone, which hold however the elements depend on each other.

        The test of a mean holds for any spread, and the other way round.
        """
        from scipy.special import stdtr

        scores = self.scores(draws[0])
        n, means, stds = len(scores), scores.mean(axis=0), scores.std(axis=0, ddof=1)
        t = means * np.sqrt(n) / np.maximum(stds, 1e-300)
        return {
            "mean": Marginal(2 * stdtr(n - 1, -np.abs(t)), np.sign(means)),
            "spread": Marginal(exact.chi_square((n - 1) * stds**2, n - 1), np.sign(stds - 1)),
        }

    def scores(self, draws: np.ndarray) -> np.ndarray:
        """The draws as standard normal numbers."""
        raise NotImplementedError

    def same_again(self) -> float:
        """The chance that two draws are the same."""
        return 0.0


@dataclass(frozen=True, eq=False)
class Normal(_Continuous):
    """Each element normal, independent of the others: `mean` and `std` of the result's shape."""

    mean: Any
    std: Any

    def __post_init__(self) -> None:
        mean, std = np.broadcast_arrays(_array(self.mean), _array(self.std))
        object.__setattr__(self, "mean", mean.copy())
        object.__setattr__(self, "std", std.copy())
        if not (self.std > 0).all():
            raise ValueError("the std of a Normal is above 0")

    def possible(self, draws: Sequence[np.ndarray], itemsize: int = 8) -> np.ndarray:
        """Which elements of which draws have a possible value, (draws, *batch)."""
        return np.isfinite(draws[0])

    def scores(self, draws: np.ndarray) -> np.ndarray:
        """The draws as standard normal numbers."""
        return (draws - self.mean) / self.std

    def sample(self, rng: np.random.Generator, draws: int) -> list[np.ndarray]:
        """Right draws."""
        return [rng.normal(self.mean, self.std, size=(draws, *self.mean.shape))]

    def moments(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of every element."""
        return self.mean, self.std

    def plain(self) -> dict[str, Any]:
        """A value tree that `of` reads."""
        return {"family": "normal", "mean": self.mean, "std": self.std}


@dataclass(frozen=True, eq=False)
class Uniform(_Continuous):
    """Each element uniform between `low` and `high`, independent of the others."""

    low: Any
    high: Any

    def __post_init__(self) -> None:
        low, high = np.broadcast_arrays(_array(self.low), _array(self.high))
        object.__setattr__(self, "low", low.copy())
        object.__setattr__(self, "high", high.copy())
        if not (self.low < self.high).all():
            raise ValueError("the low of a Uniform is below its high")

    def possible(self, draws: Sequence[np.ndarray], itemsize: int = 8) -> np.ndarray:
        """Which elements of which draws have a possible value, (draws, *batch)."""
        slack = {8: 1e-9, 4: 1e-5}.get(itemsize, 2e-2) * (self.high - self.low)
        return (draws[0] >= self.low - slack) & (draws[0] <= self.high + slack)

    def scores(self, draws: np.ndarray) -> np.ndarray:
        """The draws as standard normal numbers."""
        from scipy.special import ndtri

        share = (draws - self.low) / (self.high - self.low)
        return ndtri(share.clip(EDGE, 1 - EDGE))

    def sample(self, rng: np.random.Generator, draws: int) -> list[np.ndarray]:
        """Right draws."""
        return [rng.uniform(self.low, self.high, size=(draws, *self.low.shape))]

    def moments(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of every element."""
        return (self.low + self.high) / 2, (self.high - self.low) / np.sqrt(12)

    def plain(self) -> dict[str, Any]:
        """A value tree that `of` reads."""
        return {"family": "uniform", "low": self.low, "high": self.high}


Distribution = Categorical | Normal | Uniform
FAMILIES = {"categorical": Categorical, "normal": Normal, "uniform": Uniform}


def of(tree: Mapping[str, Any]) -> Distribution:
    """The distribution that `plain` wrote down.

    >>> of(Normal(0.0, 2.0).plain()).std
    array(2.)
    """
    return FAMILIES[tree["family"]](**{k: v for k, v in tree.items() if k != "family"})


def _array(value: Any) -> np.ndarray:
    value = value.detach() if hasattr(value, "detach") else value
    return np.asarray(value, dtype=np.float64)
