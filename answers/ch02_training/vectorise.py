"""Answer key of `vectorise`: a number and a name become columns of floats, without a leak."""

import numpy as np
import torch

from grading.keys import Case, Mistake

forbidden = ("sklearn", "get_dummies")
criteria = {
    "the number's column": 2,
    "the columns of the names": 2,
    "an unknown name, one training row of a kind": 1,
}


def solution(areas, quarters, names, train):
    mean, sd = areas[train].mean(), areas[train].std(correction=0)
    columns = [(areas - mean) / sd]
    for name in names:
        columns.append(torch.tensor([float(q == name) for q in quarters]).to(areas.dtype))
    return torch.stack(columns, dim=1)  # (n, 1 + number of names)


def oracle(areas, quarters, names, train):
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    column = areas.numpy()[:, None]
    scaled = StandardScaler().fit(column[train.numpy()]).transform(column)
    coder = OneHotEncoder(categories=[names], handle_unknown="ignore", sparse_output=False)
    coded = coder.fit_transform(np.array(quarters, dtype=object)[:, None])
    return torch.from_numpy(np.hstack([scaled, coded]))


def table(rng, n, names, m, unknown=()):
    quarters = [str(name) for name in rng.choice(names, size=n)]
    for row, name in enumerate(unknown):
        quarters[row] = name
    return {
        "areas": rng.uniform(30, 150, size=n) * (1 + 0.05 * np.arange(n)),
        "quarters": quarters,
        "names": list(names),
        "train": rng.permutation(n)[:m],
    }


def cases(rng):
    number, coded, special = criteria
    example = {
        "areas": np.array([50.0, 70.0, 90.0]),
        "quarters": ["hill", "centre", "hill"],
        "names": ["hill", "centre"],
        "train": np.array([0, 1]),
    }
    yield Case(number, "the example with 3 flats", example, False)
    four = ("station", "hill", "centre", "harbour")
    yield Case(number, "8 flats, 4 quarters, 5 in training", table(rng, 8, four, 5))
    yield Case(number, "11 flats, 2 quarters, 4 in training", table(rng, 11, ("north", "east"), 4))
    yield Case(
        coded, "9 flats, 3 quarters, 6 in training", table(rng, 9, ("mill", "harbour", "centre"), 6)
    )
    yield Case(
        coded, "6 flats, 5 quarters, 3 in training", table(rng, 6, ("e", "b", "d", "a", "c"), 3)
    )
    yield Case(
        special,
        "7 flats, 2 of them in an unknown quarter",
        table(rng, 7, ("south", "hill", "old town"), 4, unknown=("moon", "Hill")),
    )
    yield Case(
        special,
        "5 flats, one of them in an unknown quarter",
        table(rng, 5, ("south", "hill"), 3, unknown=("mars",)),
    )


mistakes = (
    Mistake(
        "leak",
        "mean and sd are taken over all flats and not over the training rows",
        "The test rows must have no say in the scale. Which argument tells who may?",
        old="areas[train].mean(), areas[train].std(correction=0)",
        new="areas.mean(), areas.std(correction=0)",
    ),
    Mistake(
        "first_rows",
        "mean and sd are those of the first rows, as many as there are in train",
        "train holds row numbers, in any order. What does areas[train] give?",
        old="areas[train].mean(), areas[train].std(correction=0)",
        new="areas[: len(train)].mean(), areas[: len(train)].std(correction=0)",
    ),
    Mistake(
        "sample_sd",
        "the standard deviation divides by the number of rows less 1",
        "torch's .std has an argument, correction. What must it be for a division by n?",
        old="correction=0",
        new="correction=1",
    ),
    Mistake(
        "not_centred",
        "the mean is not taken away",
        "In training the column's mean should be 0. What is yours?",
        old="(areas - mean) / sd",
        new="areas / sd",
    ),
    Mistake(
        "not_scaled",
        "the mean is taken away, but the column is not divided by its sd",
        "In training the column's sd should be 1. What is yours?",
        old="(areas - mean) / sd",
        new="areas - mean",
    ),
    Mistake(
        "variance",
        "it is divided by the variance and not by the standard deviation",
        "In training the column's sd should be 1. What is yours?",
        old="(areas - mean) / sd",
        new="(areas - mean) / sd**2",
    ),
    Mistake(
        "min_max",
        "the column is brought to 0 ... 1 and not to mean 0 and sd 1",
        "Both ways are in use. Which of them does the docstring ask for?",
        old="(areas - mean) / sd",
        new="(areas - areas[train].min()) / (areas[train].max() - areas[train].min())",
    ),
    Mistake(
        "sorted_names",
        "the names are sorted, so the columns stand in another order",
        "The columns follow names as it is handed over.",
        old="for name in names:",
        new="for name in sorted(names):",
    ),
    Mistake(
        "numbered",
        "the names become numbers 1, 2, 3, ... in their columns",
        "Is the third quarter three times as much of a quarter as the first?",
        old="float(q == name)",
        new="float(q == name) * (names.index(name) + 1)",
    ),
    Mistake(
        "unknown_last",
        "an unknown name is taken for the last one",
        "A flat in a quarter that nobody knows is in none of the known ones.",
        old="float(q == name)",
        new="float(q == name or (q not in names and name == names[-1]))",
    ),
    Mistake(
        "inverted",
        "a 0 stands where the name fits and a 1 where it does not",
        "One-hot: how many ones does each row have?",
        old="float(q == name)",
        new="float(q != name)",
        combines_with=("leak", "sample_sd"),
    ),
)


def written_into_place(areas, quarters, names, train):
    out = areas.new_zeros(len(areas), 1 + len(names))
    known = areas[train]
    centre = known.sum() / len(known)
    out[:, 0] = (areas - centre) / ((known - centre) ** 2).mean().sqrt()
    for row, quarter in enumerate(quarters):
        if quarter in names:
            out[row, 1 + names.index(quarter)] = 1
    return out


def with_numpy(areas, quarters, names, train):
    a = areas.numpy()
    scaled = (a - a[train].mean()) / a[train].std()
    return np.column_stack([scaled, np.array(quarters)[:, None] == np.array(names)])


alternatives = (written_into_place, with_numpy)

hints = (
    "One column after the other: first the areas, then a column for each of the names. "
    "torch.stack(columns, dim=1) puts columns side by side.",
    "areas[train] are the areas of the training rows; mean and sd come from them, and are used on "
    "all rows. A name's column holds 1.0 where the quarter equals it, else 0.0.",
)
