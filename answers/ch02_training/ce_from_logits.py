"""Answer key of `ce_from_logits`: the mean cross-entropy, stable for huge logits."""

import numpy as np
import torch
from torch.nn import functional as F

from grading.keys import Case, Mistake

forbidden = ("cross_entropy", "nll_loss", "CrossEntropyLoss", "log_softmax", "logsumexp")
criteria = {
    "values": 2,
    "gradients": 1,
    "very large logits": 2,
}


def solution(z, y):
    z = z - z.max(dim=1, keepdim=True).values  # the largest is 0 now, and e^0 = 1
    log_p = z - z.exp().sum(1, keepdim=True).log()
    return -log_p[torch.arange(len(y)), y].mean()


def oracle(z, y):
    return F.cross_entropy(z, y)


def batch(rng, n, K, size=1.5):
    return {"z": size * rng.normal(size=(n, K)), "y": rng.integers(K, size=n)}


def cases(rng):
    values, gradients, huge = criteria
    example = {"z": np.array([[2.0, 0.0]]), "y": np.array([0])}
    yield Case(values, "z = (2, 0), the first class is right", example, False)
    a, b, square = batch(rng, 4, 3), batch(rng, 3, 6), batch(rng, 4, 4)
    yield Case(values, "4 rows, 3 classes", a)
    yield Case(values, "3 rows, 6 classes", b)
    yield Case(values, "4 rows, 4 classes", square)
    yield Case(values, "4 rows, 4 classes, larger logits", square | {"z": 5 * square["z"]})
    for n, K in ((3, 4), (5, 3)):
        label = f"gradients with {n} rows, {K} classes"
        yield Case(gradients, label, batch(rng, n, K), gradients=("z",))
    far = batch(rng, 3, 4, size=30)
    far["y"] = far["z"].argmin(1)
    yield Case(huge, "logits up to 50 or so, and the least likely class is right", far)
    further = batch(rng, 2, 5, size=40)
    further["y"] = further["z"].argmin(1)
    yield Case(huge, "logits up to 70 or so", further)
    yield Case(huge, "logits in the thousands", batch(rng, 4, 3, size=1500), False)
    tower = {"z": rng.uniform(900, 1000, size=(2, 3)), "y": rng.integers(3, size=2)}
    yield Case(huge, "all logits between 900 and 1000", tower, False)


mistakes = (
    Mistake(
        "softmax_first",
        "softmax is applied twice, as if z were not logits but scores for it",
        "z = (2, 0) should give 0.12693. Probabilities put through softmax once more give 0.38317.",
        old="z = z - z.max(dim=1, keepdim=True).values",
        new="z = torch.softmax(z, 1)",
        combines_with=("total", "over_all", "log10"),
    ),
    Mistake(
        "total",
        "the losses are added up and not averaged",
        "With twice as many rows, should the result be twice as large?",
        old=".mean()",
        new=".sum()",
    ),
    Mistake(
        "over_all",
        "the sum is divided by the number of all logits and not of the rows",
        "Each row has one loss. By what do you divide?",
        old="-log_p[torch.arange(len(y)), y].mean()",
        new="-log_p[torch.arange(len(y)), y].sum() / z.numel()",
    ),
    Mistake(
        "log10",
        "the logarithm to the base 10 is taken",
        "log stands for the natural logarithm here; its inverse is exp.",
        old=".log()",
        new=".log10()",
    ),
    Mistake(
        "over_batch",
        "the softmax runs over the rows and not over the classes",
        "The probabilities of one example add up to 1. Along which axis are its classes?",
        old="z.exp().sum(1, keepdim=True)",
        new="z.exp().sum(0, keepdim=True)",
        combines_with=("total", "over_all", "log10"),
    ),
    Mistake(
        "all_classes",
        "minus the log-probability is averaged over all classes",
        "Only the right class pays. Which entry of each row is that?",
        old="log_p[torch.arange(len(y)), y].mean()",
        new="log_p.mean()",
        combines_with=("log10",),
    ),
    Mistake(
        "all_pairs",
        "each row is charged for the right classes of all rows",
        "log_p[:, y] takes all these columns in every row. Which single entry belongs to a row?",
        old="log_p[torch.arange(len(y)), y]",
        new="log_p[:, y]",
        combines_with=("log10",),
    ),
    Mistake(
        "sign",
        "the minus is missing",
        "A logarithm of a probability is at most 0; a loss is at least 0.",
        old="-log_p",
        new="log_p",
    ),
    Mistake(
        "brier",
        "1 minus the probability is taken and not minus its logarithm",
        "Being sure and wrong must cost far more than 1.",
        old="-log_p[torch.arange(len(y)), y].mean()",
        new="(1 - log_p[torch.arange(len(y)), y].exp()).mean()",
        combines_with=(),
    ),
    Mistake(
        "clamped",
        "the probabilities are cut off at 1e-7, so that no loss can exceed 16.1",
        "A cut keeps the logarithm finite, but where it cuts there is no gradient, and the loss "
        "is wrong. The shift by the largest logit needs no cut.",
        old="-log_p[torch.arange(len(y)), y]",
        new="-log_p[torch.arange(len(y)), y].exp().clamp(min=1e-7).log()",
        combines_with=(),
    ),
)


def row_by_row(z, y):
    losses = []
    for row, label in zip(z, y):
        top = row.max()
        losses.append(top + torch.log(torch.exp(row - top).sum()) - row[label])
    return torch.stack(losses).mean()


def with_one_hot(z, y):
    right = F.one_hot(y, z.shape[1]).to(z.dtype)
    shifted = z - z.amax(1, keepdim=True)
    return (shifted.exp().sum(1).log() - (right * shifted).sum(1)).sum() / len(z)


alternatives = (row_by_row, with_one_hot)

hints = (
    "For one row: loss = log(sum of all e^z) - z of the right class. Check it on (2, 0) first.",
    "Softmax does not change if the same number is taken from all logits of a row. Which number "
    "makes every e^z at most 1?",
    "z.max(dim=1, keepdim=True).values has shape (n, 1), so it can be taken from z. "
    "z[torch.arange(n), y] picks one entry from each row.",
)
