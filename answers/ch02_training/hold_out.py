"""Answer key of `hold_out`: training, validation and test rows from one shuffled order."""

import numpy as np
import torch

from grading.keys import Case, Mistake

parts = ("train", "val", "test")
criteria = {
    "every row in one part": 2,
    "no validation rows, or one of each": 1,
}


def solution(order, n_val, n_test):
    test = order[:n_test]
    val = order[n_test : n_test + n_val]
    train = order[n_test + n_val :]
    return train, val, test


def oracle(order, n_val, n_test):
    """Each row looks for its place in the order and goes where that place belongs."""
    rows = {"train": [], "val": [], "test": []}
    for place, row in enumerate(order.tolist()):
        part = "test" if place < n_test else "val" if place - n_test < n_val else "train"
        rows[part].append(row)
    return tuple(torch.tensor(rows[part], dtype=torch.int64) for part in parts)


def split(rng, n, n_val, n_test):
    return {"order": rng.permutation(n), "n_val": n_val, "n_test": n_test}


def cases(rng):
    whole, special = criteria
    example = {"order": np.array([3, 0, 4, 1, 2]), "n_val": 1, "n_test": 2}
    yield Case(whole, "the example with 5 rows", example, False)
    yield Case(whole, "12 rows, 3 for validation, 2 for the test", split(rng, 12, 3, 2))
    yield Case(whole, "17 rows, 4 for validation, 6 for the test", split(rng, 17, 4, 6))
    yield Case(whole, "20 rows, 5 for validation, 5 for the test", split(rng, 20, 5, 5))
    yield Case(special, "9 rows, none for validation", split(rng, 9, 0, 4), False)
    yield Case(special, "3 rows, one for each", split(rng, 3, 1, 1), False)


def train_first(order, n_val, n_test):
    n_train = len(order) - n_val - n_test
    return order[:n_train], order[n_train : n_train + n_val], order[n_train + n_val :]


mistakes = (
    Mistake(
        "not_shuffled",
        "the rows are taken as they lie in the table and order is not used",
        "A table is often sorted: by date, by class. Does your result change with order?",
        old="test = order",
        new="order = torch.arange(len(order))\n    test = order",
        combines_with=("val_first", "parts_swapped"),
    ),
    Mistake(
        "val_is_test",
        "validation and test begin with the same rows, which are then in both",
        "A row that is in two parts is a leak. Where in order do the test rows end?",
        old="order[n_test : n_test + n_val]",
        new="order[:n_val]",
        combines_with=(),
    ),
    Mistake(
        "val_in_train",
        "the validation rows are among the training rows, too",
        "Whoever has learned a row by heart is not tested by it. Where does training begin?",
        old="train = order[n_test + n_val :]",
        new="train = order[n_test:]",
        combines_with=(),
    ),
    Mistake(
        "val_first",
        "the validation rows are taken first and the test rows after them",
        "All parts have the right sizes. In which order does the docstring cut them off?",
        old="test = order[:n_test]\n    val = order[n_test : n_test + n_val]",
        new="test = order[n_val : n_val + n_test]\n    val = order[:n_val]",
    ),
    Mistake(
        "train_first",
        "the training rows are cut off first and the test rows last",
        "All parts have the right sizes. In which order does the docstring cut them off?",
        function=train_first,
    ),
    Mistake(
        "parts_swapped",
        "test and validation change places on the way out",
        "Read the line of the docstring that names the three results once more.",
        old="train, val, test",
        new="train, test, val",
    ),
    Mistake(
        "sorted",
        "the rows of each part are sorted",
        "The rows come in the order in which order has them; nothing needs sorting.",
        old="return train, val, test",
        new="return train.sort()[0], val.sort()[0], test.sort()[0]",
        combines_with=("val_first",),
    ),
)


def at_once(order, n_val, n_test):
    test, val, train = torch.split(order, [n_test, n_val, len(order) - n_test - n_val])
    return train, val, test


def with_numpy(order, n_val, n_test):
    test, val, train = np.split(order.numpy(), [n_test, n_test + n_val])
    return {"train": train, "val": val, "test": test}


alternatives = (at_once, with_numpy)

hints = (
    "order is already shuffled. What is left to do is to cut it in two places.",
    "The first cut is at n_test, the second n_val later. order[a:b] holds the places a to b - 1.",
)
