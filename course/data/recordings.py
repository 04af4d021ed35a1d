"""Real series, downloaded once: what the made ones are an exercise for."""

import numpy as np

from course.data.card import Card
from course.data.remote import Remote
from course.data.series import Series

TRANSFORMER = Remote(
    call="transformer()",
    file="ETTh1.csv",
    url=(
        "https://raw.githubusercontent.com/zhouhaoyi/ETDataset/"
        "1d16c8f4f943005d613b5bc962e9eeb06058cf07/ETT-small/ETTh1.csv"
    ),
    sha256="f18de3ad269cef59bb07b5438d79bb3042d3be49bdeecf01c1cd6d29695ee066",
    megabytes=2.6,
    instead="demand(rng=0)",
)
COLUMNS = {
    "HUFL": "high useful load",
    "HULL": "high useless load",
    "MUFL": "middle useful load",
    "MULL": "middle useless load",
    "LUFL": "low useful load",
    "LULL": "low useless load",
    "OT": "oil temperature in °C",
}
ELECTROCARDIOGRAM = Remote(
    call="electrocardiogram()",
    file="ecg.dat",
    url="https://raw.githubusercontent.com/scipy/dataset-ecg/main/ecg.dat",
    sha256="f20ad3365fb9b7f845d0e5c48b6fe67081377ee466c3a220b7f69f35c8958baf",
    megabytes=0.1,
    instead="demand(rng=0)",
)


def transformer(column: str = "HUFL") -> Series:
    """An electricity transformer's load or oil temperature, hourly for two years (2.6 MB).

    Source: H. Zhou et al., "Informer" (2021), data set ETTh1: July 2016 to June 2018.

    Args:
        column: "HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL" (high, middle and low, useful and
            useless load) or "OT" (oil temperature, °C). The loads show days and weeks, the
            temperature seasons.

    Returns:
        A Series of 17 420 values.

    Raises:
        DataUnavailable: it is neither in the cache nor to be had; the message says what to do.
        ValueError: there is no such column.

    >>> list(COLUMNS)
    ['HUFL', 'HULL', 'MUFL', 'MULL', 'LUFL', 'LULL', 'OT']
    """
    if column not in COLUMNS:
        raise ValueError(
            f"transformer(column={column!r}) expected one of {', '.join(COLUMNS)}; OT is the oil "
            "temperature."
        )
    path = TRANSFORMER.fetch()
    place = 1 + list(COLUMNS).index(column)  # after the date
    values = np.loadtxt(path, delimiter=",", skiprows=1, usecols=place, encoding="utf-8")
    card = Card(
        name=f"Electricity transformer (ETTh1), {COLUMNS[column]}",
        source=f"H. Zhou et al. (2021): {TRANSFORMER.url}",
        licence="CC-BY-ND-4.0",
        shape=values.shape,
        note="Hourly from 1 July 2016 to 26 June 2018. The licence forbids sharing changed copies.",
    )
    return Series(card, values, periods={"daily": 24, "weekly": 168})


def electrocardiogram() -> Series:
    """Five minutes of a heart's electrical activity in mV, 360 values a second (0.1 MB).

    Source: G. B. Moody and R. G. Mark, MIT-BIH Arrhythmia Database (2001), record 208, 19:35 to
    24:35, as SciPy distributes it.

    Returns:
        A Series of 108 000 values. It has no fixed period: heartbeats come as they come.

    Raises:
        DataUnavailable: it is neither in the cache nor to be had; the message says what to do.

    >>> ELECTROCARDIOGRAM.instead
    'demand(rng=0)'
    """
    with np.load(ELECTROCARDIOGRAM.fetch()) as file:
        values = (file["ecg"].astype(np.float64) - 1024) / 200  # the recorder's zero and gain
    card = Card(
        name="Electrocardiogram",
        source=f"MIT-BIH Arrhythmia Database (2001) by SciPy: {ELECTROCARDIOGRAM.url}",
        licence="ODC-By-1.0",
        shape=values.shape,
        note="mV at 360 Hz; normal and pathological heartbeats, and artefacts.",
    )
    return Series(card, values, periods={})
