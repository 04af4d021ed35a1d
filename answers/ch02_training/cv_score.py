"""Answer key of `cv_score`: iterated K-fold validation of a ridge regression, without leaks."""

import numpy as np
import torch

from grading.keys import Case, Mistake

parts = ("scores", "mean")
forbidden = ("sklearn", "Ridge", "cross_val_score", "StandardScaler", "KFold")
criteria = {
    "one order": 2,
    "several orders": 2,
    "columns of very different size": 1,
}


def solution(X, y, orders, k, lam):
    scores = []
    for order in orders:
        for fold in range(k):
            val = order.chunk(k)[fold]
            train = order[~torch.isin(order, val)]
            mean, sd = X[train].mean(0), X[train].std(0, correction=0)
            Z, Z_val = (X[train] - mean) / sd, (X[val] - mean) / sd
            level = y[train].mean()
            A = Z.T @ Z + lam * torch.eye(X.shape[1], dtype=X.dtype)
            w = torch.linalg.solve(A, Z.T @ (y[train] - level))
            scores.append(((y[val] - level - Z_val @ w) ** 2).mean())
    scores = torch.stack(scores).reshape(len(orders), k)
    return scores, scores.mean()


def oracle(X, y, orders, k, lam):
    from sklearn.linear_model import Ridge
    from sklearn.model_selection import KFold, cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), Ridge(alpha=lam))
    rows = [
        -cross_val_score(
            model, X.numpy()[o], y.numpy()[o], cv=KFold(k), scoring="neg_mean_squared_error"
        )
        for o in orders.numpy()
    ]
    return torch.from_numpy(np.array(rows)), torch.tensor(np.mean(rows))


def problem(rng, n, d, R, k, lam, size=1.0):
    X = rng.normal(size=(n, d)) * size + 2 * rng.normal(size=d) * size
    w = rng.normal(size=d) * 2 / size
    return {
        "X": X,
        "y": X @ w + 3 + rng.normal(size=n),
        "orders": np.array([rng.permutation(n) for _ in range(R)]),
        "k": k,
        "lam": lam,
    }


def cases(rng):
    one, several, sized = criteria
    example = {
        "X": np.array([[0.0], [2.0], [4.0], [6.0]]),
        "y": np.arange(1.0, 5.0),
        "orders": np.array([[0, 1, 2, 3]]),
        "k": 2,
        "lam": 2.0,
    }
    yield Case(one, "the example with 4 rows", example, False)
    a = problem(rng, n=12, d=2, R=1, k=3, lam=2.0)
    yield Case(one, "12 rows, 2 columns, 3 folds, 1 order", a)
    yield Case(one, "the same with a larger penalty", a | {"lam": 9.0})
    b = problem(rng, n=20, d=3, R=2, k=4, lam=4.0)
    yield Case(several, "20 rows, 3 columns, 4 folds, 2 orders", b)
    yield Case(several, "15 rows, 4 columns, 5 folds, 2 orders", problem(rng, 15, 4, 2, 5, 3.0))
    yield Case(several, "16 rows, 4 columns, 4 folds, 3 orders", problem(rng, 16, 4, 3, 4, 2.5))
    sizes = np.array([0.01, 1.0, 100.0])
    wide = problem(rng, n=18, d=3, R=1, k=6, lam=3.0, size=sizes)
    yield Case(sized, "columns around 0.01, 1 and 100", wide)
    tall = problem(rng, n=14, d=2, R=2, k=2, lam=3.0, size=np.array([1000.0, 1.0]))
    yield Case(sized, "columns around 1000 and 1, 2 folds", tall)


mistakes = (
    Mistake(
        "leak",
        "mean and sd are taken over all rows, those of the validation part included",
        "The validation rows must not have any say in the model, and the scale is part of it. "
        "Over which rows do you take the mean?",
        old="X[train].mean(0), X[train].std(0, correction=0)",
        new="X.mean(0), X.std(0, correction=0)",
    ),
    Mistake(
        "own_scale",
        "the validation rows are standardised with their own mean and sd",
        "A flat that comes in tomorrow has no mean of its own. Which numbers were kept from "
        "training?",
        old="(X[val] - mean) / sd",
        new="(X[val] - X[val].mean(0)) / X[val].std(0, correction=0)",
        combines_with=(),
    ),
    Mistake(
        "sample_sd",
        "the standard deviation divides by n - 1, as .std() does if not told",
        "torch's .std has an argument, correction. What must it be for a division by n?",
        old=", correction=0",
        new="",
    ),
    Mistake(
        "not_scaled",
        "the columns are centred but not divided by their sd",
        "lam charges all weights alike, so the columns must have one size.",
        old="Z, Z_val = (X[train] - mean) / sd, (X[val] - mean) / sd",
        new="Z, Z_val = X[train] - mean, X[val] - mean",
    ),
    Mistake(
        "no_level",
        "the mean of the targets is left out, so the line is forced through 0",
        "With all columns at their mean the forecast should be the mean price and not 0.",
        old="level = y[train].mean()",
        new="level = 0",
        combines_with=("leak", "best_fold", "total"),
    ),
    Mistake(
        "level_leaks",
        "the mean of the targets is taken over all rows",
        "The level is part of the model. Which rows may it see?",
        old="y[train].mean()",
        new="y.mean()",
    ),
    Mistake(
        "training_error",
        "each model is scored on the rows that it was trained on",
        "A model's own training rows flatter it. Which rows has it not seen?",
        old="((y[val] - level - Z_val @ w) ** 2)",
        new="((y[train] - level - Z @ w) ** 2)",
        combines_with=("best_fold", "total"),
    ),
    Mistake(
        "swapped",
        "each model is trained on one part and scored on the others",
        "Of k parts, how many are for training?",
        old="train = order[~torch.isin(order, val)]",
        new="train, val = val, order[~torch.isin(order, val)]",
        combines_with=(),
    ),
    Mistake(
        "no_penalty",
        "lam is left out",
        "Does your result change with lam?",
        old=" + lam * torch.eye(X.shape[1], dtype=X.dtype)",
        new="",
        combines_with=("best_fold",),
    ),
    Mistake(
        "first_order",
        "the first of the orders is used every time",
        "The rows of scores belong to different orders; yours repeat each other.",
        old="for order in orders:",
        new="for order in orders[:1].expand_as(orders):",
        combines_with=("leak", "best_fold"),
    ),
    Mistake(
        "order_ignored",
        "the rows are cut into folds as they lie in the table, in no order",
        "Does your result change with orders?",
        old="for order in orders:",
        new="for order in torch.arange(len(y)).expand(len(orders), -1):",
        combines_with=("leak", "best_fold"),
    ),
    Mistake(
        "best_fold",
        "the best score is returned and not the mean",
        "The best of several folds is the luckiest one. What is asked for?",
        old="scores.mean()",
        new="scores.min()",
    ),
    Mistake(
        "total",
        "the scores are added up and not averaged",
        "A score should not grow because you validate more often.",
        old="scores.mean()",
        new="scores.sum()",
    ),
    Mistake(
        "root",
        "each score is the root of the mean squared error",
        "The mean of roots is not the root of the mean. Here no root is asked for.",
        old="** 2).mean())",
        new="** 2).mean().sqrt())",
        combines_with=("best_fold", "total"),
    ),
)


def with_numpy(X, y, orders, k, lam):
    X, y, orders = X.numpy(), y.numpy(), orders.numpy()
    d = X.shape[1]
    scores = np.zeros((len(orders), k))
    for r, order in enumerate(orders):
        for i, val in enumerate(np.split(order, k)):
            train = np.setdiff1d(order, val)
            scale = X[train].std(axis=0)
            Z = (X - X[train].mean(axis=0)) / scale
            rows = np.vstack([Z[train], np.sqrt(lam) * np.eye(d)])
            goal = np.concatenate([y[train] - y[train].mean(), np.zeros(d)])
            w = np.linalg.lstsq(rows, goal, rcond=None)[0]
            scores[r, i] = np.mean((y[val] - y[train].mean() - Z[val] @ w) ** 2)
    return scores, scores.mean()


def with_lists(X, y, orders, k, lam):
    size = len(y) // k
    table = []
    for order in orders.tolist():
        row = []
        for i in range(k):
            start, stop = i * size, (i + 1) * size
            val, train = order[start:stop], order[:start] + order[stop:]
            mean = X[train].mean(dim=0)
            sd = ((X[train] - mean) ** 2).mean(dim=0).sqrt()
            Z, b = (X[train] - mean) / sd, y[train].mean()
            A = Z.T @ Z + lam * torch.eye(len(mean)).double()
            w = torch.linalg.inv(A) @ Z.T @ (y[train] - b)
            row.append(torch.mean((b + (X[val] - mean) / sd @ w - y[val]) ** 2))
        table.append(torch.stack(row))
    return torch.stack(table), torch.stack(table).mean()


alternatives = (with_numpy, with_lists)

hints = (
    "Write one fold first, as if there were no others: its training rows, its validation rows, "
    "mean and sd, the weights, the score. Then put two loops around it.",
    "order.chunk(k) cuts an order into k parts; torch.cat puts the other parts together again. "
    "X[rows] picks rows of a matrix.",
    "The weights solve (Z^T Z + lam I) w = Z^T (y_train - level), and torch.linalg.solve(A, b) "
    "solves A w = b. Standardise the validation rows with the mean and sd of the training rows.",
)

excused_mutants = {
    "w = torch.linalg.solve(A, Z.T @ (y[train] - level)): Sub to Add": "the columns of Z have mean "
    "0, so that a constant in y has no effect on Z^T y",
}
