"""Answer key of `kfold_indices`: K-fold validation, the rows of every fold (Stone, 1974)."""

import numpy as np
import torch

from grading.keys import Case, Mistake

forbidden = ("KFold", "sklearn")
criteria = {
    "n is a multiple of k": 1,
    "a remainder is shared out": 2,
    "one row a fold, or two folds": 1,
}


def solution(n, k):
    rows = torch.arange(n)
    folds, start = [], 0
    for i in range(k):
        size = n // k + (1 if i < n % k else 0)
        val = rows[start : start + size]
        train = torch.cat([rows[:start], rows[start + size :]])
        folds.append((train, val))
        start += size
    return folds


def oracle(n, k):
    from sklearn.model_selection import KFold

    pairs = KFold(k).split(np.zeros((n, 1)))
    return [(torch.from_numpy(train), torch.from_numpy(val)) for train, val in pairs]


def cases(rng):
    even, uneven, special = criteria
    yield Case(uneven, "n = 10, k = 3", {"n": 10, "k": 3}, False)
    k, each = 4, int(rng.integers(3, 7))
    yield Case(even, f"n = {k * each}, k = {k}", {"n": k * each, "k": k})
    k, each = 3, int(rng.integers(4, 8))
    yield Case(even, f"n = {k * each}, k = {k}", {"n": k * each, "k": k})
    for k, rest in ((4, 2), (5, 3), (6, 2)):
        n = k * int(rng.integers(2, 5)) + rest
        yield Case(uneven, f"n = {n}, k = {k}", {"n": n, "k": k})
    n = int(rng.integers(5, 9))
    yield Case(special, f"n = {n}, k = {n}", {"n": n, "k": n}, False)
    n = 2 * int(rng.integers(3, 6)) + 1
    yield Case(special, f"n = {n}, k = 2", {"n": n, "k": 2}, False)


def spread(n, k):
    rows, folds = torch.arange(n), []
    for i in range(k):
        start, stop = i * n // k, (i + 1) * n // k
        folds.append((torch.cat([rows[:start], rows[stop:]]), rows[start:stop]))
    return folds


mistakes = (
    Mistake(
        "remainder_dropped",
        "every fold has n // k rows, so the last rows are never validated",
        "Count: how many rows are in your validation parts together, for n = 10 and k = 3?",
        old=" + (1 if i < n % k else 0)",
        new="",
    ),
    Mistake(
        "remainder_last",
        "the last fold takes the whole remainder",
        "For n = 10 and k = 3 the sizes are 4, 3, 3. Which folds get a row more?",
        old="(1 if i < n % k else 0)",
        new="(n % k if i == k - 1 else 0)",
    ),
    Mistake(
        "remainder_at_end",
        "the last folds are the longer ones and not the first",
        "For n = 10 and k = 3 the sizes are 4, 3, 3 and not 3, 3, 4.",
        old="i < n % k",
        new="i >= k - n % k",
    ),
    Mistake(
        "spread",
        "the longer folds are spread out, as by cutting at i * n // k",
        "Every row is validated once. But for n = 10 and k = 3 the sizes are 4, 3, 3: which folds "
        "are the longer ones?",
        function=spread,
    ),
    Mistake(
        "val_in_train",
        "each validation part is in its training part, too",
        "A model that was trained on a row is not tested by it. What has to be missing from train?",
        old="torch.cat([rows[:start], rows[start + size :]])",
        new="rows",
        combines_with=("remainder_dropped", "swapped"),
    ),
    Mistake(
        "only_before",
        "training rows are only those before the fold",
        "That is right for a series in time. Here the rows after the fold may be used, too.",
        old="torch.cat([rows[:start], rows[start + size :]])",
        new="rows[:start]",
        combines_with=("remainder_dropped", "swapped"),
    ),
    Mistake(
        "swapped",
        "training and validation rows change places",
        "Of k parts, how many are for training?",
        old="(train, val)",
        new="(val, train)",
    ),
    Mistake(
        "every_kth",
        "every k-th row goes into the same fold",
        "Each row is validated once, which is good; but the folds asked for are neighbours.",
        old="val = rows[start : start + size]\n        train = torch.cat([rows[:start], "
        "rows[start + size :]])",
        new="val = rows[i::k]\n        train = rows[rows % k != i]",
        combines_with=("swapped",),
    ),
)


def by_cuts(n, k):
    parts = np.array_split(np.arange(n), k)
    return [[np.concatenate(parts[:i] + parts[i + 1 :]), parts[i]] for i in range(k)]


def by_fold_number(n, k):
    number = torch.cat([torch.full((len(range(i, n, k)),), i) for i in range(k)])
    return [
        (torch.nonzero(number != i).ravel(), torch.nonzero(number == i).ravel()) for i in range(k)
    ]


alternatives = (by_cuts, by_fold_number)

hints = (
    "First only the sizes, for n = 10 and k = 3: n // k is 3, n % k is 1. How do 4, 3, 3 come out "
    "of these two numbers?",
    "Keep a variable start that says where the next fold begins. The fold is a slice of "
    "torch.arange(n); training is what lies before it and after it.",
    "torch.cat([a, b]) puts two tensors one behind the other. After each fold, start moves on by "
    "that fold's size.",
)
