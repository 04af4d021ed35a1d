"""An invented town's demand for electricity: three periods, a trend and noise, all of it known."""

import numpy as np

from course.data.card import Card
from course.data.series import Series

DAY, WEEK, YEAR = 24, 168, 52 * 168  # hours; a year of 52 weeks, so that the periods nest
LEVEL = 60.0  # MW
MEMORY = 0.6  # what is left of a chance deviation after one hour
WEEKEND = 0.5  # the part of the daily swing that weekends lack


def demand(
    rng: int | np.random.Generator,
    weeks: int = 104,
    *,
    daily: float = 20.0,
    weekly: float = 3.0,
    yearly: float = 10.0,
    trend: float = 0.0,
    noise: float = 1.0,
) -> Series:
    """Hourly demand in MW from a Monday at 0:00 on, the sum of parts that are returned with it.

    Every day has a peak in the morning and a higher one in the evening; weekends are lower and
    flatter, so that what comes next hangs on the day of the week; winters are higher. Chance
    deviations die away by the factor 0.6 an hour: x[t] = 0.6 x[t-1] + noise, so `noise` is the
    error that even a perfect forecast of the next hour has.

    Args:
        rng: a seed or a generator.
        weeks: how long, at least 1; 52 make a year.
        daily: from the lowest to the highest hour of a working day, MW.
        weekly: by how much weekends lie below working days on average, MW.
        yearly: from the middle of summer to the middle of winter, MW; week 0 is in winter.
        trend: growth from the first hour to the last, MW.
        noise: standard deviation of what is new by chance each hour, MW.

    Returns:
        A Series of 168 `weeks` values; its parts are "level", "trend", "yearly", "weekly",
        "daily" and "noise".

    Raises:
        ValueError: `weeks` is below 1, or `noise` is negative.

    >>> series = demand(rng=0, weeks=2)
    >>> series.values.shape, series.periods["weekly"]
    ((336,), 168)
    """
    if weeks < 1 or noise < 0:
        raise ValueError(
            f"demand(rng, weeks={weeks}, noise={noise}) expected weeks of at least 1 and noise of "
            "at least 0."
        )
    hours = np.arange(weeks * WEEK)
    weekend = hours % WEEK >= 5 * DAY
    day = daily * _daily_shape(hours % DAY)
    parts = {
        "level": np.full(len(hours), LEVEL),
        "trend": trend * hours / (len(hours) - 1),
        "yearly": yearly / 2 * np.cos(2 * np.pi * hours / YEAR),
        "weekly": weekly * np.where(weekend, -5 / 7, 2 / 7) - WEEKEND * weekend * day,
        "daily": day,
        "noise": _fading_noise(np.random.default_rng(rng), len(hours), noise),
    }
    card = Card(
        name="Demand of an invented town",
        source="made by course.data.demand from a seed",
        licence="BSD-3-Clause",
        shape=(len(hours),),
        note=(
            f"MW, hourly. Planted: periods of {DAY}, {WEEK} and {YEAR} hours, weekends lower and "
            f"flatter, trend {trend:+g} MW, noise {noise:g} MW that fades by {MEMORY} an hour."
        ),
    )
    periods = {"daily": DAY, "weekly": WEEK, "yearly": YEAR}
    return Series(card, sum(parts.values()), periods, parts, floor=float(noise))


def _daily_shape(hour: np.ndarray) -> np.ndarray:
    """Two peaks, at 8:00 and 19:00; mean 0, and 1 from the lowest hour to the highest."""

    def shape(hour):
        morning, evening = (np.cos(2 * np.pi * (hour - peak) / DAY) - 1 for peak in (8, 19))
        return 0.8 * np.exp(6 * morning) + np.exp(4 * evening)

    day = shape(np.arange(DAY))
    return (shape(hour) - day.mean()) / np.ptp(day)


def _fading_noise(rng: np.random.Generator, count: int, scale: float) -> np.ndarray:
    """Deviations that fade, started as if they had always been going on."""
    new = rng.normal(scale=scale, size=count)
    faded = np.empty(count)
    faded[0] = new[0] / np.sqrt(1 - MEMORY**2)
    for t in range(1, count):
        faded[t] = MEMORY * faded[t - 1] + new[t]
    return faded
