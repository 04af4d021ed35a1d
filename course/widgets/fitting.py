"""The fit dial: a small net learns a curve by heart, or does not, and is stopped in time.

The net has one hidden layer of tanh units and is trained by Adam (Kingma and Ba, 2015) on batches
of four of twelve noisy points of sin 3x. How the price on weights pulls is asked of the student's
`penalised_loss` before each epoch, and added to the gradients in its updates; when to stop, of
their `early_stop`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from course.widgets.trial import Refused, kind, name_of, plain, sentence, trial

TRAIN, VALID = 12, 30  # points
BATCH, EPOCHS, RATE = 4, 150, 0.02
HUGE = 1e6  # weights beyond it have run away
SPREAD = 4.0  # of the first weights: so steep, the units can bend for single points
GRID = np.linspace(-1, 1, 81)


@dataclass(frozen=True)
class Fit:
    """Width of the net, noise of the points, price of squared weights, patience; `draw` seeds."""

    width: int = 40
    noise: float = 0.3
    l2: float = 1e-5
    patience: int = 10
    draw: int = 6

    def points(self) -> tuple[np.ndarray, np.ndarray]:
        """Return x and y, shape (TRAIN + VALID,); the first TRAIN are those to learn from."""
        rng = np.random.default_rng(self.draw)
        x = rng.uniform(-1, 1, TRAIN + VALID)
        return x, np.sin(3 * x) + self.noise * rng.normal(size=len(x))


@dataclass(frozen=True)
class Trained:
    """Mean squared errors after each epoch, (EPOCHS, 2), and the net's curve, (EPOCHS, 81).

    `differs` says in which of its results `penalised_loss` is not as autograd has it.
    """

    errors: np.ndarray = field(repr=False)
    curves: np.ndarray = field(repr=False)
    differs: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Stopped:
    """A training and where the student's `early_stop` ends it; epochs count from 1, 0 is none.

    `verdict` is empty or says why the two epochs are not what the patience asks for.
    """

    trained: Trained
    stop: int
    best: int
    verdict: str
    names: tuple[str, str]
    problem: str = ""


@np.errstate(over="ignore", invalid="ignore")  # wrong pulls may be of any size
def train(state: Fit, penalised_loss: Callable | None) -> Trained:
    """Train the net, all epochs; without `penalised_loss` weights have no price."""
    x, y = (column[:, None] for column in state.points())
    rng = np.random.default_rng(100 + state.draw)
    W1 = SPREAD * rng.normal(size=(state.width, 1))
    b1 = -W1[:, 0] * rng.uniform(-1, 1, state.width)
    W2 = 0.1 * rng.normal(size=(1, state.width)) / np.sqrt(state.width)
    net = [W1, b1, W2, np.zeros(1)]
    errors, curves = np.full((EPOCHS, 2), np.nan), np.full((EPOCHS, len(GRID)), np.nan)
    where, differs, pulls = np.concatenate([x, GRID[:, None]]), "", [0.0, 0.0]
    adam = _adam(net)
    next(adam)
    try:
        for epoch in range(EPOCHS):
            if penalised_loss:
                gap = np.tanh(x[:TRAIN] @ net[0].T + net[1]) @ net[2].T + net[3] - y[:TRAIN]
                loss = float((gap**2).mean())
                total, pulls = priced(penalised_loss, loss, net, state.l2)
                if epoch == 0:
                    differs = _differing(total, pulls, loss, net, state.l2)
            for rows in np.split(rng.permutation(TRAIN), TRAIN // BATCH):
                H = np.tanh(x[rows] @ net[0].T + net[1])
                back = 2 * (H @ net[2].T + net[3] - y[rows]) / BATCH
                hidden = back @ net[2] * (1 - H**2)
                gradients = [
                    hidden.T @ x[rows] + pulls[0], hidden.sum(0), back.T @ H + pulls[1], back.sum(0)
                ]  # fmt: skip
                adam.send(gradients)
            if not max(np.abs(value).max() for value in net) < HUGE:  # nan is not, either
                what = f"The weights have run away in epoch {epoch + 1}"
                raise Refused(f"{what}: do the pulls of {name_of(penalised_loss)} lead to 0?")
            said = (np.tanh(where @ net[0].T + net[1]) @ net[2].T + net[3])[:, 0]
            gaps = (said[: len(x)] - y[:, 0]) ** 2
            errors[epoch] = gaps[:TRAIN].mean(), gaps[TRAIN:].mean()
            curves[epoch] = said[len(x) :]
    except Refused as refused:
        return Trained(errors, curves, differs, str(refused))
    return Trained(errors, curves, differs)


def _adam(net: list[np.ndarray]) -> Iterator[None]:
    """Move the parameters, in place, for each list of gradients that is sent."""
    means, squares, t = [0 * v for v in net], [0 * v for v in net], 0
    while True:
        gradients, t = (yield), t + 1
        for value, gradient, mean, square in zip(net, gradients, means, squares, strict=True):
            mean += 0.1 * (gradient - mean)
            square += 0.001 * (gradient**2 - square)
            value -= RATE * mean / (1 - 0.9**t) / (np.sqrt(square / (1 - 0.999**t)) + 1e-8)


def priced(
    penalised_loss: Callable, loss: float, net: list[np.ndarray], l2: float
) -> tuple[float, list[np.ndarray]]:
    """Ask for the total and the pulls, shape (width, 1) and (1, width); raises Refused."""
    import torch

    name = name_of(penalised_loss)
    layers = [
        {"W": torch.tensor(W), "b": torch.tensor(b)} for W, b in (net[:2], net[2:])
    ]  # fresh copies
    given = {"loss": torch.tensor(loss, dtype=torch.float64), "layers": layers, "l1": 0.0, "l2": l2}
    try:
        returned = penalised_loss(**given)
    except Exception as error:
        raise Refused(sentence(error, name)) from error
    try:
        total, pulls = returned
        total, pulls = float(total), [plain(pull) for pull in pulls]
    except (TypeError, ValueError):
        wanted = "the total and the list of the pulls"
        raise Refused(f"{name} returned {kind(returned)}; expected {wanted}.") from None
    shapes = [pull.shape for pull in pulls]
    if shapes != [net[0].shape, net[2].shape]:
        wanted = f"{net[0].shape} and {net[2].shape}"
        raise Refused(f"{name} returned pulls of the shapes {shapes}; expected {wanted}.")
    if not all(np.isfinite(pull).all() for pull in pulls):
        raise Refused(f"{name} returned pulls with nan or inf in them; expected numbers.")
    return total, pulls


def _differing(
    total: float, pulls: list[np.ndarray], loss: float, net: list[np.ndarray], l2: float
) -> str:
    """Return which result is not autograd's: "total", "pulls", both, or nothing."""
    import torch

    weights = [torch.tensor(W, requires_grad=True) for W in (net[0], net[2])]
    price = l2 * sum(W.square().sum() for W in weights)
    exact = torch.autograd.grad(price, weights)
    wrong = [] if np.isclose(total, loss + price.item(), 1e-6) else ["total"]
    if not all(np.allclose(a, b, 1e-6, 1e-12) for a, b in zip(pulls, exact, strict=True)):
        wrong.append("pulls")
    return " and ".join(wrong)


def stopped(early_stop: Callable, penalised_loss: Callable | None, state: Fit,
            trained: Trained) -> Stopped:  # fmt: skip
    """Ask the student's `early_stop` where a training ends, and look whether it may."""
    import torch

    names = name_of(early_stop), name_of(penalised_loss) if penalised_loss else ""
    if trained.problem:
        return Stopped(trained, 0, 0, "", names, trained.problem)
    losses = trained.errors[:, 1]
    given = {"losses": torch.tensor(losses), "patience": state.patience}
    tried = trial(early_stop, given, {"stop_epoch": (), "best_epoch": ()})
    problem, stop, best = tried.problem, 0, 0
    if not problem:
        stop, best = (float(tried.arrays[name]) for name in ("stop_epoch", "best_epoch"))
        if not all(1 <= v <= EPOCHS and v.is_integer() for v in (stop, best)):
            problem = f"{names[0]} returned {stop:g} and {best:g}; expected epochs, 1 to {EPOCHS}."
            stop = best = 0
    stop, best = int(stop), int(best)
    return Stopped(trained, stop, best, check(losses, state.patience, stop, best), names, problem)


def check(losses: np.ndarray, patience: int, stop: int, best: int) -> str:
    """Return why the two epochs are not what the patience asks for, or nothing.

    >>> check(np.array([0.9, 0.7, 0.8, 0.6, 0.7, 0.65, 0.5]), 2, 6, 4)
    ''
    >>> check(np.array([0.9, 0.7, 0.8, 0.6, 0.7, 0.65, 0.5]), 2, 7, 7)
    'epoch 6 was 2 past the best so far, 4'
    """
    if not stop:
        return ""
    for epoch in range(1, stop):
        lowest = int(losses[:epoch].argmin()) + 1
        if epoch - lowest >= patience:
            return f"epoch {epoch} was {epoch - lowest} past the best so far, {lowest}"
    lowest = int(losses[:stop].argmin()) + 1
    if best != lowest:
        return f"up to epoch {stop} the lowest error is that of epoch {lowest}"
    if stop - lowest < patience and stop < len(losses):
        return f"epoch {stop} is only {stop - lowest} past the best so far, {lowest}"
    return ""
