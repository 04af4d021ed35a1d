"""Answer key of `prune`: the smallest weights are set to zero (Han et al., 2015)."""

import numpy as np
import torch

from grading.keys import Case, Mistake

forbidden = ("nn.utils.prune", "prune.l1_unstructured")
criteria = {
    "half and half": 1,
    "other shares": 2,
    "none, all, a share that does not come out even": 1,
}


def solution(W, share):
    count = int(share * W.numel())
    flat = W.flatten().clone()
    smallest = flat.abs().argsort()[:count]
    flat[smallest] = 0
    return flat.reshape(W.shape)


def oracle(W, share):
    """Rank by rank."""
    size = np.abs(W.numpy())
    rank = np.array([(size < entry).sum() for entry in size.ravel()]).reshape(size.shape)
    return torch.from_numpy(np.where(rank < np.floor(share * size.size), 0, W.numpy()))


def cases(rng):
    half, other, special = criteria
    example = {"W": np.array([[0.1, -2.0], [-0.3, 0.2]]), "share": 0.5}
    yield Case(half, "the example with 4 weights", example, False)
    yield Case(half, "4x5, share 0.5", {"W": rng.normal(size=(4, 5)), "share": 0.5})
    yield Case(half, "3x4, share 0.5", {"W": rng.normal(size=(3, 4)), "share": 0.5})
    a = rng.normal(size=(4, 6))
    yield Case(other, "4x6, share 0.25", {"W": a, "share": 0.25})
    yield Case(other, "4x6, share 0.75", {"W": a, "share": 0.75})
    yield Case(other, "4x4, share 0.375", {"W": rng.normal(size=(4, 4)), "share": 0.375})
    yield Case(
        special,
        "3x5, share 0.75, which is 11.25 weights",
        {"W": rng.normal(size=(3, 5)), "share": 0.75},
    )
    yield Case(
        special,
        "3x3, share 0.625, which is 5.625 weights",
        {"W": rng.normal(size=(3, 3)), "share": 0.625},
    )
    yield Case(special, "nothing is pruned", {"W": a, "share": 0.0}, False)
    yield Case(special, "everything is pruned", {"W": a, "share": 1.0}, False)


mistakes = (
    Mistake(
        "signed",
        "the lowest values are removed, also large negative ones",
        "A weight of -5 is a strong one. What is small about a small weight?",
        old="flat.abs().argsort()",
        new="flat.argsort()",
    ),
    Mistake(
        "largest",
        "the largest weights are removed",
        "Which weights would be missed least?",
        old="argsort()[:count]",
        new="argsort(descending=True)[:count]",
    ),
    Mistake(
        "share_kept",
        "share is taken for what is kept",
        "With share = 0.25, how many of 24 weights should be 0?",
        old="int(share * W.numel())",
        new="int((1 - share) * W.numel())",
        combines_with=("signed", "largest"),
    ),
    Mistake(
        "per_row",
        "the share is removed from each row by itself",
        "A row of strong weights may stay whole. How many rankings are there?",
        old="count = int(share * W.numel())\n    flat = W.flatten().clone()\n"
        "    smallest = flat.abs().argsort()[:count]\n    flat[smallest] = 0",
        new="flat = W.clone()\n    for row in flat:\n"
        "        row[row.abs().argsort()[:int(share * len(row))]] = 0",
        combines_with=(),
    ),
    Mistake(
        "of_the_maximum",
        "all weights below share times the largest one are removed",
        "share is a share of the number of weights, not of their size.",
        old="smallest = flat.abs().argsort()[:count]",
        new="smallest = flat.abs() < share * flat.abs().max()",
        combines_with=(),
    ),
    Mistake(
        "one_more",
        "one weight too many is removed",
        "Of 4 weights and share 0.5, two are removed. How many does yours?",
        old="int(share * W.numel())",
        new="int(share * W.numel()) + 1",
    ),
)


def by_threshold(W, share):
    sizes = W.abs().flatten().sort().values
    count = int(np.floor(share * len(sizes)))
    limit = sizes[count] if count < len(sizes) else float("inf")
    return W * (W.abs() >= limit)


def with_numpy(W, share):
    out = W.numpy().copy()
    places = np.argsort(np.abs(out), axis=None)[: int(share * out.size)]
    out[np.unravel_index(places, out.shape)] = 0
    return out


alternatives = (by_threshold, with_numpy)

hints = (
    "How many weights have to go, and which are they? W.numel() is the number of all.",
    "Work on a flat copy, W.flatten().clone(), so that rows don't matter; argsort() gives the "
    "places in rising order. Bring it back into shape with reshape.",
)
