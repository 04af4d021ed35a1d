"""Answer key of `bce_from_logits`: the mean binary cross-entropy, stable for huge logits."""

import numpy as np
import torch
from torch.nn import functional as F

from grading.keys import Case, Mistake

forbidden = (
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "BCEWithLogitsLoss",
    "BCELoss",
    "logsigmoid",
    "softplus",
)
criteria = {
    "values": 2,
    "gradients": 1,
    "very large logits": 2,
}


def solution(z, y):
    # log(1 + e^z) without overflow: take the larger of z and 0 out of the logarithm
    log_sum = z.clamp(min=0) + torch.log1p(torch.exp(-z.abs()))
    return (log_sum - y * z).mean()


def oracle(z, y):
    return F.binary_cross_entropy_with_logits(z, y)


def batch(rng, n, k, size=1.5):
    return {"z": size * rng.normal(size=(n, k)), "y": rng.integers(2, size=(n, k)).astype(float)}


def cases(rng):
    values, gradients, huge = criteria
    example = {"z": np.array([[2.0, -1.0]]), "y": np.array([[1.0, 0.0]])}
    yield Case(values, "z = (2, -1), y = (1, 0)", example, False)
    yield Case(values, "4 rows, 3 answers", batch(rng, 4, 3))
    yield Case(values, "3 rows, 6 answers", batch(rng, 3, 6))
    square = batch(rng, 4, 4)
    yield Case(values, "4 rows, 4 answers", square)
    yield Case(values, "the same with the opposite answers", square | {"y": 1 - square["y"]})
    for n, k in ((3, 4), (5, 2)):
        label = f"gradients with {n} rows, {k} answers"
        yield Case(gradients, label, batch(rng, n, k), gradients=("z",))
    for n, k, size in ((3, 4, 25), (2, 5, 28)):
        z = size * rng.uniform(0.8, 1.2, size=(n, k)) * rng.choice([-1, 1], size=(n, k))
        wrong = {"z": z, "y": (z < 0).astype(float)}
        yield Case(huge, f"{n} rows, {k} answers, logits around {size}, all wrong", wrong)
    z = rng.uniform(800, 1500, size=(3, 3)) * rng.choice([-1, 1], size=(3, 3))
    answers = rng.integers(2, size=(3, 3)).astype(float)
    yield Case(huge, "logits beyond 800", {"z": z, "y": answers}, False)
    yield Case(huge, "logits beyond 800, all right", {"z": z, "y": (z > 0).astype(float)}, False)


def clamped(z, y):
    p = torch.sigmoid(z).clamp(1e-7, 1 - 1e-7)
    return -(y * p.log() + (1 - y) * (1 - p).log()).mean()


mistakes = (
    Mistake(
        "sigmoid_first",
        "the sigmoid is applied twice, as if z were a score for it",
        "z is what goes into the sigmoid. How often does yours go through it?",
        old="log_sum = z.clamp",
        new="z = torch.sigmoid(z)\n    log_sum = z.clamp",
        combines_with=("total", "log2", "answers_swapped"),
    ),
    Mistake(
        "total",
        "the losses are added up and not averaged",
        "With twice as many rows, should the result be twice as large?",
        old=".mean()",
        new=".sum()",
    ),
    Mistake(
        "row_sums",
        "the losses of a row are added up, and the rows averaged",
        "The mean runs over all n times k answers.",
        old=".mean()",
        new=".sum(1).mean()",
    ),
    Mistake(
        "only_yes",
        "only the answers that are 1 pay",
        "A net that says yes to everything would be perfect then. What does y = 0 cost?",
        old="(log_sum - y * z)",
        new="(y * (log_sum - z))",
    ),
    Mistake(
        "answers_swapped",
        "the answers 0 and 1 change places",
        "For z = 20 the net is sure of yes. Is your loss small if y = 1?",
        old="y * z",
        new="(1 - y) * z",
    ),
    Mistake(
        "log2",
        "the logarithm to the base 2 is taken",
        "log stands for the natural logarithm here; its inverse is exp.",
        old="(log_sum - y * z).mean()",
        new="(log_sum - y * z).mean() / 0.6931471805599453",
    ),
    Mistake(
        "sign",
        "the sign is the wrong way round",
        "A loss is never below 0.",
        old="(log_sum - y * z)",
        new="(y * z - log_sum)",
    ),
    Mistake(
        "clamped",
        "the probabilities are cut off at 1e-7, so that no loss can exceed 16.1",
        "A cut keeps the logarithm finite, but where it cuts there is no gradient, and the loss "
        "is wrong. Write the loss in terms of z and not of p.",
        function=clamped,
    ),
)


def two_logits(z, y):
    both = torch.stack([torch.zeros_like(z), z])  # "no" has the logit 0
    top = both.amax(0)
    return (top + (both - top).exp().sum(0).log() - y * z).mean()


def by_side(z, y):
    sure = z.abs()
    right = (z > 0) == (y > 0.5)
    return torch.where(right, torch.log1p((-sure).exp()), sure + torch.log1p((-sure).exp())).mean()


alternatives = (two_logits, by_side)

hints = (
    "With p = 1 / (1 + e^(-z)), write -log p and -log(1 - p) in terms of z. Both contain "
    "log(1 + e^z); what else is there?",
    "log(1 + e^z) overflows for large z. For z > 0 take e^z out of the bracket: log(1 + e^z) = z "
    "+ log(1 + e^(-z)).",
    "Write log(1 + e^z) for z > 0 and for z < 0, so that e only gets negative powers; |z| makes "
    "one formula of both. z.clamp(min=0) is max(z, 0), torch.log1p(x) is log(1 + x).",
)
