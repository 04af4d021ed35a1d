"""Answer key of `confusion_metrics`: accuracy, precision, recall and area under the ROC curve."""

import warnings

import numpy as np
import torch
from sklearn import metrics

from grading.keys import Case, Mistake

parts = ("accuracy", "precision", "recall", "auc")
criteria = {
    "accuracy, precision, recall and AUC": 4,
    "other thresholds, and p equal to the threshold": 2,
    "equal p, nobody found, a single class": 1,
}


def solution(p, y, thr):
    said, real = p >= thr, y == 1
    tp = (said & real).sum().double()
    accuracy = (said == real).double().mean()
    precision = tp / said.sum().clamp(min=1)  # where none was called, tp is 0 as well
    recall = tp / real.sum().clamp(min=1)
    gap = p[real][:, None] - p[~real]  # every positive against every negative
    wins = (gap > 0) + (gap == 0) / 2
    auc = wins.double().mean() if gap.numel() else torch.tensor(0.5).double()
    return accuracy, precision, recall, auc


def oracle(p, y, thr):
    p, y = p.numpy(), y.numpy().astype(int)
    said = (p >= thr).astype(int)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        auc = metrics.roc_auc_score(y, p) if len(set(y.tolist())) == 2 else 0.5
    return (
        float(metrics.accuracy_score(y, said)),
        float(metrics.precision_score(y, said, zero_division=0)),
        float(metrics.recall_score(y, said, zero_division=0)),
        float(auc),
    )


def drawn(rng, n, positives, thr):
    """Rows whose four cells of the confusion matrix are all different and none empty."""
    while True:
        y = np.zeros(n)
        y[rng.choice(n, size=positives, replace=False)] = 1
        p = np.clip(rng.normal(0.42, 0.18, size=n) + 0.14 * y, 0.03, 0.97)
        said = p >= thr
        cells = [
            int((said & (y == 1)).sum()),
            int((said & (y == 0)).sum()),
            int((~said & (y == 1)).sum()),
            int((~said & (y == 0)).sum()),
        ]
        if len(set(cells)) == 4 and min(cells) > 0:
            return {"p": p, "y": y, "thr": thr}


def cases(rng):
    kind, border, special = criteria
    worked = {"p": np.array([0.9, 0.6, 0.4, 0.2]), "y": np.array([1.0, 0.0, 1.0, 0.0]), "thr": 0.5}
    yield Case(kind, "the example, p = 0.9, 0.6, 0.4, 0.2", worked, False)
    yield Case(kind, "12 rows, 5 positive", drawn(rng, 12, 5, 0.5))
    yield Case(kind, "17 rows, 6 positive", drawn(rng, 17, 6, 0.5))
    yield Case(kind, "14 rows, 9 positive", drawn(rng, 14, 9, 0.5))
    yield Case(border, "15 rows, threshold 0.35", drawn(rng, 15, 7, 0.35))
    yield Case(border, "13 rows, threshold 0.62", drawn(rng, 13, 8, 0.62))
    for n, k in ((13, 5), (16, 7)):
        case = drawn(rng, n, k, 0.5)
        at = [
            int(rng.choice(np.flatnonzero(case["y"] == 1))),
            int(rng.choice(np.flatnonzero(case["y"] == 0))),
        ]
        case["p"][at] = 0.5
        yield Case(border, f"{n} rows, two of them with p = 0.5", case)
    case = drawn(rng, 12, 5, 0.5)
    yield Case(special, "p rounded to one digit", case | {"p": case["p"].round(1)}, False)
    yield Case(special, "the same p for everybody", case | {"p": np.full(12, 0.3)}, False)
    lone = int(rng.integers(8))
    p = np.where(np.arange(8) == lone, rng.uniform(0.6, 0.9), rng.uniform(0.1, 0.4, size=8))
    one = {"p": p, "y": (np.arange(8) == lone) * 1.0, "thr": 0.5}
    yield Case(special, "one positive, and nobody else is called", one, False)
    yield Case(special, "nobody reaches the threshold", case | {"thr": 0.99}, False)
    yield Case(special, "only negatives", case | {"y": np.zeros(12)}, False)
    yield Case(special, "only positives", case | {"y": np.ones(12)}, False)


mistakes = (
    Mistake(
        "swapped",
        "precision and recall are exchanged",
        "Precision asks those who were *called* positive, recall those who *are*.",
        old="return accuracy, precision, recall, auc",
        new="return accuracy, recall, precision, auc",
    ),
    Mistake(
        "strict",
        "a p equal to the threshold does not count as positive",
        "Positive from the threshold on. Which comparison includes it?",
        old="p >= thr",
        new="p > thr",
    ),
    Mistake(
        "auc_of_labels",
        "the AUC is computed from the yes and no and not from p",
        "The AUC looks at the order of the p, before anybody has chosen a threshold.",
        old="gap = p[real][:, None] - p[~real]",
        new="gap = said[real].double()[:, None] - said[~real].double()",
    ),
    Mistake(
        "auc_turned",
        "the AUC counts the pairs in which the negative has the higher p",
        "A good network gives positives the higher p. Is your AUC above one half?",
        old="(gap > 0)",
        new="(gap < 0)",
    ),
    Mistake(
        "ties_lost",
        "a pair with equal p counts nothing for the AUC",
        "If both have the same p it is a toss-up. What is half a win?",
        old=" + (gap == 0) / 2",
        new="",
    ),
    Mistake(
        "fixed_threshold",
        "the threshold is always 0.5",
        "Which of the three arguments is never read?",
        old="p >= thr",
        new="p >= 0.5",
    ),
    Mistake(
        "specificity",
        "recall is computed among the negatives",
        "Recall: of all that are really positive, how many were found?",
        old="recall = tp / real.sum()",
        new="recall = (~said & ~real).sum().double() / (~real).sum()",
    ),
    Mistake(
        "accuracy_is_tp",
        "only the positives that were found count for the accuracy",
        "A negative that was called negative is right, too.",
        old="(said == real).double().mean()",
        new="tp / len(y)",
    ),
    Mistake(
        "error_rate",
        "the share of wrong answers is given for the accuracy",
        "The example has two of four right, so it can't tell; another one can: is yours high "
        "when most are right?",
        old="(said == real)",
        new="(said != real)",
    ),
    Mistake(
        "precision_of_all",
        "the found positives are divided by all rows for the precision",
        "Precision: of those who were called positive, how many are?",
        old="tp / said.sum().clamp(min=1)",
        new="tp / len(y)",
    ),
)


def counting(p, y, thr):
    tp = fp = fn = tn = 0
    for p_i, y_i in zip(p.tolist(), y.tolist()):
        if p_i >= thr:
            tp, fp = tp + (y_i == 1), fp + (y_i == 0)
        else:
            fn, tn = fn + (y_i == 1), tn + (y_i == 0)
    pairs = [(a, b) for a, s in zip(p, y) if s == 1 for b, t in zip(p, y) if t == 0]
    wins = sum(1.0 if a > b else 0.5 if a == b else 0.0 for a, b in pairs)
    return {
        "accuracy": (tp + tn) / len(y),
        "precision": tp / (tp + fp) if tp + fp else 0.0,
        "recall": tp / (tp + fn) if tp + fn else 0.0,
        "auc": wins / len(pairs) if pairs else 0.5,
    }


def by_ranks(p, y, thr):
    from scipy.stats import rankdata

    said, real = (p >= thr).double(), y.double()
    n1, n0 = int(real.sum()), int((1 - real).sum())
    ranks = torch.from_numpy(rankdata(p.numpy()))
    auc = ((ranks * real).sum() - n1 * (n1 + 1) / 2) / (n1 * n0) if n1 and n0 else 0.5
    tp = (said * real).sum()
    return (
        (said == real).double().mean(),
        tp / said.sum() if said.sum() else 0.0,
        tp / real.sum() if n1 else 0.0,
        auc,
    )


alternatives = (counting, by_ranks)

hints = (
    "Make two columns of yes and no: said = p >= thr, and real = y == 1. Count the four "
    "combinations for the example by hand; each of the first three results is a quotient of them.",
    "For the AUC compare every positive with every negative: 1 point if its p is higher, half a "
    "point if they are equal. p[real][:, None] - p[~real] holds all differences at once.",
)
