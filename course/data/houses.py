"""Real house prices, downloaded once: a regression table to scale up with."""

import contextlib
import io

import numpy as np

from course.data.card import Card
from course.data.frame import Frame
from course.data.remote import DataUnavailable


def california() -> Frame:
    """Median house values of 20 640 districts of California, census of 1990 (downloads 0.4 MB).

    Source: R. K. Pace and R. Barry (1997), as scikit-learn distributes it; scikit-learn compares
    the checksum and keeps the file in its own cache.

    Returns:
        A Frame of nine columns, the target "value" (in 100 000 dollars) as the last.

    Raises:
        DataUnavailable: it is neither in the cache nor to be had; the message says what to do.
    """
    try:
        from sklearn.datasets import fetch_california_housing

        with contextlib.redirect_stderr(io.StringIO()):  # its retries, one line each
            found = fetch_california_housing(n_retries=1)
    except OSError as error:  # no network, no room, or another file than expected
        raise DataUnavailable(
            f"california() could not be downloaded (0.4 MB; {error}): connect to the internet and "
            "run it again, or go on with churn(rng=0), which needs no download."
        ) from None
    columns = {name: found.data[:, i] for i, name in enumerate(found.feature_names)}
    columns["value"] = np.asarray(found.target)
    card = Card(
        name="California housing",
        source="R. K. Pace and R. Barry (1997), through sklearn.datasets.fetch_california_housing",
        licence="public domain",
        shape=(len(columns["value"]), len(columns)),
        note="Districts, not houses; values above 500 001 dollars were cut off there.",
    )
    return Frame(card, columns)
