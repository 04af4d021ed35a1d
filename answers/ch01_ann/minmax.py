"""Answer key of `minmax`: columns to the range of a reference table."""

import numpy as np
import torch
from sklearn.preprocessing import MinMaxScaler

from grading.keys import Case, Mistake

criteria = {
    "the reference table itself": 1,
    "new rows, scaled as the reference was": 2,
    "constant columns": 1,
}


def solution(X, ref):
    low, high = ref.min(dim=0).values, ref.max(dim=0).values  # (d,) each
    Z = (X - low) / (high - low)
    Z[:, high == low] = 0
    return Z


def oracle(X, ref):
    scaler = MinMaxScaler().fit(ref.numpy())
    Z = scaler.transform(X.numpy())
    Z[:, scaler.data_range_ == 0] = 0
    return torch.from_numpy(Z)


def table(rng, n, d):
    """Columns of very different sizes, with mixed signs."""
    return rng.normal(size=(n, d)) * 10.0 ** rng.uniform(-0.5, 1.5, size=d) + rng.normal(size=d)


def cases(rng):
    same, new, constant = criteria
    yield Case(
        same,
        "the example, one column 2, 4, 10",
        {"X": np.array([[2.0], [4.0], [10.0]]), "ref": np.array([[2.0], [4.0], [10.0]])},
        False,
    )
    A, B = table(rng, 5, 3), table(rng, 6, 2)
    yield Case(same, "5 rows of 3 columns", {"X": A, "ref": A})
    yield Case(same, "6 rows of 2 columns", {"X": B, "ref": B})
    C = table(rng, 7, 4)
    yield Case(
        new,
        "2 new rows, 7 reference rows, 4 columns",
        {"X": C[:2] * 1.7 + rng.normal(size=4), "ref": C},
    )
    yield Case(new, "7 other rows, the same reference", {"X": table(rng, 7, 4), "ref": C})
    D = table(rng, 3, 3)
    yield Case(new, "3 new rows, 3 reference rows, 3 columns", {"X": table(rng, 3, 3), "ref": D})

    flat = table(rng, 5, 3)
    flat[:, 1] = rng.integers(2, 9)
    yield Case(constant, "a constant column in the reference", {"X": flat, "ref": flat}, False)
    other = table(rng, 4, 3)
    yield Case(constant, "new rows, the same reference", {"X": other, "ref": flat}, False)
    one = table(rng, 1, 4)
    yield Case(constant, "one reference row", {"X": table(rng, 3, 4), "ref": one}, False)


mistakes = (
    Mistake(
        "own_range",
        "lowest and highest come from X itself and ref is never used",
        "New rows must be measured with the old ruler. From which table are the two numbers?",
        old="ref.min(dim=0).values, ref.max(dim=0).values",
        new="X.min(dim=0).values, X.max(dim=0).values",
    ),
    Mistake(
        "all_columns",
        "one lowest and one highest number are taken for the whole table",
        "Hours of sleep and quiz points have nothing to do with each other. How many ranges "
        "does a table of d columns have?",
        old="ref.min(dim=0).values, ref.max(dim=0).values",
        new="ref.min().expand(ref.shape[1]), ref.max().expand(ref.shape[1])",
    ),
    Mistake(
        "not_shifted",
        "the lowest value is not subtracted first",
        "The lowest value of a column must become 0. What does yours become?",
        old="(X - low)",
        new="X",
    ),
    Mistake(
        "by_highest",
        "the numbers are divided by the highest value and not by the range",
        "The highest value must become 1 after the lowest has been subtracted.",
        old="/ (high - low)",
        new="/ high",
    ),
    Mistake(
        "minus_one_to_one",
        "the range is -1 to 1",
        "The lowest value should be 0, the middle of the range 0.5.",
        old="(X - low) / (high - low)",
        new="2 * (X - low) / (high - low) - 1",
    ),
    Mistake(
        "centred",
        "the mean is subtracted and not the lowest value",
        "That puts 0 in the middle. Which value of a column should be 0?",
        old="(X - low)",
        new="(X - ref.mean(dim=0))",
    ),
    Mistake(
        "clipped",
        "new values outside the old range are cut off at 0 and 1",
        "A new row may lie outside the range that the reference had; that is information.",
        old="Z = (X - low) / (high - low)",
        new="Z = ((X - low) / (high - low)).clamp(0, 1)",
    ),
    Mistake(
        "upside_down",
        "the highest value becomes 0 and the lowest 1",
        "Check the example: the smallest number, 2, should become 0.",
        old="(X - low)",
        new="(high - X)",
    ),
)


def with_numpy(X, ref):
    X, ref = X.numpy(), ref.numpy()
    span = np.ptp(ref, axis=0)
    return np.where(span == 0, 0.0, (X - ref.min(axis=0)) / np.where(span == 0, 1.0, span))


def by_column(X, ref):
    columns = []
    for j in range(X.shape[1]):
        low, high = ref[:, j].min(), ref[:, j].max()
        constant = bool(low == high)
        columns.append(X[:, j] * 0 if constant else (X[:, j] - low) / (high - low))
    return torch.stack(columns, dim=1)


alternatives = (with_numpy, by_column)

hints = (
    "You need two numbers a column, both from ref. Do the example by hand first: what do you "
    "subtract from 4, and what do you divide by, to get 0.25?",
    "ref.min(dim=0).values is the lowest number of each column, shape (d,), and X - that "
    "subtracts it from every row. Where the range is 0, put 0 afterwards.",
)
