"""Series of numbers in time, and the forecasts that every better one must beat."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from course.data.card import Card


@dataclass(frozen=True)
class Series:
    """Values in time, with their card, and what was planted in them if they were made.

    Args:
        card: tells the unit and the time between two values.
        values: (T,) float64.
        periods: by name, in steps; the seasons a forecaster should know of.
        parts: by name, (T,) float64 each, what the values are the sum of; empty for recordings.
        floor: the root mean square error, in the unit of the values, that no forecast of the
            next value can beat; None if it is not known.
    """

    card: Card
    values: np.ndarray
    periods: Mapping[str, int]
    parts: Mapping[str, np.ndarray] = field(default_factory=dict)
    floor: float | None = None


def naive(values: np.ndarray, ahead: int = 1) -> np.ndarray:
    """Forecast that nothing changes: what was `ahead` steps before.

    Args:
        values: (T,).
        ahead: how far ahead the forecast is made, at least 1.

    Returns:
        (T,) float64: element t is the forecast of values[t], made from values[t - ahead]; NaN for
        the first `ahead`, which have no past.

    Raises:
        ValueError: `ahead` is not in 1..T-1.

    >>> naive(np.array([3.0, 5.0, 4.0]))
    array([nan,  3.,  5.])
    """
    return _lagged("naive", "ahead", values, ahead)


def seasonal_naive(values: np.ndarray, period: int) -> np.ndarray:
    """Forecast that every season is like the last: what was one period before.

    It is a forecast for any time ahead up to one period.

    Args:
        values: (T,).
        period: the length of the season in steps, at least 1.

    Returns:
        (T,) float64: element t is the forecast of values[t], made from values[t - period]; NaN for
        the first period.

    Raises:
        ValueError: `period` is not in 1..T-1.

    >>> seasonal_naive(np.array([3.0, 5.0, 4.0]), period=2)
    array([nan, nan,  3.])
    """
    return _lagged("seasonal_naive", "period", values, period)


def _lagged(name: str, argument: str, values: np.ndarray, lag: int) -> np.ndarray:
    values = np.asarray(values, dtype=np.float64)
    if not 1 <= lag < len(values):
        raise ValueError(
            f"{name}(values, {argument}={lag}) got {len(values)} values; expected {argument} "
            f"between 1 and {len(values) - 1}."
        )
    return np.concatenate([np.full(lag, np.nan), values[:-lag]])
