"""Answer key of `zscore`: columns to mean 0 and standard deviation 1 of a reference table."""

import numpy as np
import torch
from sklearn.preprocessing import StandardScaler

from grading.keys import Case, Mistake

criteria = {
    "the reference table itself": 1,
    "new rows, scaled as the reference was": 2,
    "constant columns": 1,
}


def solution(X, ref):
    mean = ref.mean(dim=0)  # (d,)
    sd = ref.std(dim=0, correction=0)
    Z = (X - mean) / sd
    Z[:, sd == 0] = 0
    return Z


def oracle(X, ref):
    scaler = StandardScaler().fit(ref.numpy())
    Z = scaler.transform(X.numpy())
    Z[:, scaler.var_ == 0] = 0
    return torch.from_numpy(Z)


def table(rng, n, d):
    """Columns of very different sizes, with mixed signs."""
    return rng.normal(size=(n, d)) * 10.0 ** rng.uniform(-0.5, 1.5, size=d) + rng.normal(size=d)


STUDY = np.array([12.0, 22, 115, 31, 0, 5, 92, 57])


def cases(rng):
    same, new, constant = criteria
    yield Case(
        same,
        "the hours of study of the exam table",
        {"X": STUDY[:, None], "ref": STUDY[:, None]},
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
    twice = np.repeat(table(rng, 1, 4), 2, axis=0)
    yield Case(constant, "two equal reference rows", {"X": table(rng, 3, 4), "ref": twice}, False)


mistakes = (
    Mistake(
        "own_statistics",
        "mean and standard deviation come from X itself and ref is never used",
        "New rows must be measured with the old ruler. Whose mean is subtracted?",
        old="mean = ref.mean(dim=0)  # (d,)\n    sd = ref.std(dim=0, correction=0)",
        new="mean = X.mean(dim=0)\n    sd = X.std(dim=0, correction=0)",
    ),
    Mistake(
        "all_columns",
        "one mean and one standard deviation are taken for the whole table",
        "Every column has a mean of its own. Which dimension is summed over?",
        old="mean = ref.mean(dim=0)  # (d,)\n    sd = ref.std(dim=0, correction=0)",
        new="mean = ref.mean().expand(ref.shape[1])\n"
        "    sd = ref.std(correction=0).expand(ref.shape[1])",
    ),
    Mistake(
        "n_minus_one",
        "the standard deviation divides by n - 1, as torch.std does by default",
        "For the hours of study that is 42.439 and should be 39.698. Which option of std "
        "divides by n?",
        old=", correction=0",
        new="",
    ),
    Mistake(
        "variance",
        "the variance is taken for the standard deviation",
        "The variance is in squared hours. What brings it back to hours?",
        old="ref.std(",
        new="ref.var(",
    ),
    Mistake(
        "not_centred",
        "the mean is not subtracted",
        "Every column of the reference should have mean 0 afterwards. Print yours.",
        old="(X - mean)",
        new="X",
    ),
    Mistake(
        "only_centred",
        "the numbers are not divided by the standard deviation",
        "Centring moves a column; what makes its spread 1?",
        old="(X - mean) / sd",
        new="(X - mean) * 1.0",
    ),
    Mistake(
        "by_range",
        "the numbers are divided by the range of the column",
        "That is half of min-max scaling. What measures the spread here?",
        old="ref.std(dim=0, correction=0)",
        new="ref.max(dim=0).values - ref.min(dim=0).values",
    ),
    Mistake(
        "median",
        "the median is subtracted and not the mean",
        "Median and mean differ in a lopsided column; this exercise asks for the mean.",
        old="ref.mean(dim=0)  # (d,)",
        new="ref.median(dim=0).values",
    ),
)


def with_numpy(X, ref):
    X, ref = X.numpy(), ref.numpy()
    sd = ref.std(axis=0)
    return np.where(sd == 0, 0.0, (X - ref.mean(axis=0)) / np.where(sd == 0, 1.0, sd))


def from_squares(X, ref):
    mean = ref.sum(0) / len(ref)
    sd = (((ref - mean) ** 2).sum(0) / len(ref)).sqrt()
    return torch.where(sd > 0, (X - mean) / sd, torch.zeros_like(X))


alternatives = (with_numpy, from_squares)

hints = (
    "Two numbers a column, both from ref: where is its middle, and how far do its values "
    "typically lie from it?",
    "ref.mean(dim=0) has shape (d,), and X - mean subtracts it from every row. Look up the option "
    "`correction` of torch.std, and put 0 where the spread is 0.",
)
