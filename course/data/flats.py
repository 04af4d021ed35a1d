"""An invented town's market of flats: a table with known prices, whose level drifts if it shall."""

from dataclasses import dataclass

import numpy as np

from course.data.card import Card

QUARTERS = ("harbour", "centre", "hill", "station")
WORTH = (30.0, 60.0, 15.0, -40.0)  # what a quarter adds to a price, thousand euros
METRE, YEAR_OLD, ROOM, BASE = 3.0, -0.8, 6.0, 90.0  # per m², per year of age, per room; the rest


@dataclass(frozen=True)
class Flats:
    """Flats that were sold, one an entry, and the card of the table.

    Args:
        card: tells the units and what is planted.
        area: (n,) float64, m².
        rooms: (n,) float64, 1 to 5.
        age: (n,) float64, years.
        quarter: n names out of QUARTERS.
        month: (n,) float64, when it was sold, from 0 on, in order.
        price: (n,) float64, thousand euros.
        floor: the root mean square error, in thousand euros, that no forecast of a price beats.
    """

    card: Card
    area: np.ndarray
    rooms: np.ndarray
    age: np.ndarray
    quarter: tuple[str, ...]
    month: np.ndarray
    price: np.ndarray
    floor: float


def flats(
    rng: int | np.random.Generator,
    count: int = 60,
    *,
    months: int = 12,
    drift: float = 0.0,
    noise: float = 20.0,
) -> Flats:
    """Sales in the order of their dates; a price is linear in area, rooms, age and quarter.

    Args:
        rng: a seed or a generator.
        count: how many, at least 4.
        months: over how many months they are spread, at least 1.
        drift: by how much prices rise a month, thousand euros.
        noise: standard deviation of what the table does not explain, thousand euros.

    Returns:
        Flats of `count` entries.

    Raises:
        ValueError: count, months or noise is too small.

    >>> sold = flats(rng=0, count=100)
    >>> sold.price.shape, sorted(set(sold.quarter))
    ((100,), ['centre', 'harbour', 'hill', 'station'])
    """
    if count < 4 or months < 1 or noise < 0:
        raise ValueError(
            f"flats(rng, count={count}, months={months}, noise={noise}) expected a count of at "
            "least 4, months of at least 1 and noise of at least 0."
        )
    rng = np.random.default_rng(rng)
    area = np.round(np.exp(rng.normal(np.log(70), 0.35, count)), 1)
    rooms = np.clip(np.round(area / 27 + rng.normal(0, 0.6, count)), 1, 5)
    age = np.round(rng.gamma(2.0, 20.0, count))
    quarter = rng.integers(len(QUARTERS), size=count)
    month = np.floor(np.arange(count) * months / count)
    price = BASE + METRE * area + ROOM * rooms + YEAR_OLD * age + np.array(WORTH)[quarter]
    price = price + drift * month + rng.normal(0, noise, count)
    card = Card(
        name="Flats of an invented town",
        source="made by course.data.flats from a seed",
        licence="BSD-3-Clause",
        shape=(count, 5),
        note=(
            "m², rooms, years, quarter and month; the price in thousand euros. Planted: "
            f"{METRE:g} per m², {ROOM:g} per room, {YEAR_OLD:g} per year of age, a level for each "
            f"quarter, {drift:+g} per month, noise {noise:g}."
        ),
    )
    names = tuple(QUARTERS[q] for q in quarter)
    return Flats(card, area, rooms, age, names, month, price, floor=float(noise))
