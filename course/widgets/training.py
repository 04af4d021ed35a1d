"""Chapter 2, training: fit dial, downhill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from course.widgets import descent, fitting
from course.widgets.controls import Choice, Slider
from course.widgets.fitted import FittedScene
from course.widgets.trial import callable_or_error
from course.widgets.view import Explore


def fit_dial(early_stop: Callable, penalised_loss: Callable | None = None) -> Explore:
    """Fit a curve with a small net: width, noise, price of weights, patience; where to stop?

    Both functions are those of the exercises. `early_stop(losses, patience)` takes the validation
    losses, shape (T,), and returns the epochs at which training stops and which is kept, from 1
    on. `penalised_loss(loss, layers, l1, l2)` returns the total and the pulls at the weights,
    which are added to the gradients in every update; without it there is no price to set. How
    the net is trained stands in `fitting`.

    Returns the widget: `w.state` is a `fitting.Fit`, `w.result` has the epochs `stop` and `best`
    and in `trained` the errors, shape (150, 2). Raises TypeError for what is no function.

    >>> def early_stop(losses, patience): return len(losses), int(losses.argmin()) + 1
    >>> w = fit_dial(early_stop)
    >>> w.result.stop, w.result.best, w.result.verdict
    (150, 26, 'epoch 36 was 10 past the best so far, 26')
    """
    callable_or_error("fit_dial", early_stop, "fit_dial(early_stop, penalised_loss)")
    if penalised_loss is not None:
        callable_or_error("fit_dial", penalised_loss, "fit_dial(early_stop, penalised_loss)")

    @lru_cache(maxsize=64)
    def trained(state: fitting.Fit) -> fitting.Trained:
        return fitting.train(state, penalised_loss)

    def compute(state: fitting.Fit) -> fitting.Stopped:
        done = trained(replace(state, patience=1))  # patience changes no training
        return fitting.stopped(early_stop, penalised_loss, state, done)

    price = Slider("l2", "price of weights", 1e-5, 0.1, 0.1, log=True)
    return Explore(
        title="Fit dial",
        predict="Forty units and twelve points. After which epoch will training stop with patience "
        "1, 3, 10 and 30, and whose weights are kept? "
        + ("Then find a price that needs no stop." if penalised_loss else "Then try two units."),
        state=fitting.Fit(),
        controls=[
            Slider("width", "hidden units", 1, 60, 1),
            Slider("noise", "noise", 0, 1, 0.05),
            *([price] if penalised_loss else []),
            Slider("patience", "patience", 1, 60, 1, buttons=True),
            Slider("draw", "draw", 1, 20, 1),
        ],
        scene=FittedScene,
        compute=compute,
    )


def downhill(step: Callable) -> Explore:
    """Walk down a cost with two valleys: learning rate, batch size and start.

    `step` is the student's step of gradient descent, in one of two forms. `grad_step(w, X, y,
    alpha)` is the exercise of chapter 1, for a linear neuron: w of shape (1,), X (B, 1), y (B,).
    `step(w, gradient, alpha)` is told the gradient of a batch, shape (1,). Both return the new w,
    shape (1,); tensors are float64. The cost is that of `descent`; PyTorch's walk is dashed.

    Returns the widget: `w.state` is a `descent.Descent`, `w.result.path` the weights. Raises
    TypeError for what is no function.

    >>> w = downhill(lambda w, gradient, alpha: w - alpha * gradient)
    >>> round(float(w.result.path[-1]), 2), w.result.differs, w.problem
    (-0.9, 0, '')
    """
    callable_or_error("downhill", step, "downhill(grad_step)")
    return Explore(
        title="Downhill",
        predict="The walk ends in the shallow valley. Will a larger learning rate carry it over "
        "the hill, and will it settle? Then go back to 0.1: what will smaller batches do?",
        state=descent.Descent(),
        controls=[
            Slider("alpha", "learning rate", 0.01, 1, 0.05, log=True),
            Choice("batch", "batch size", descent.BATCHES),
            Slider("start", "start", descent.LOW, descent.HIGH),
            Slider("steps", "steps", 1, descent.LONGEST, 1, buttons=True),
            Slider("draw", "order of rows", 1, 20, 1),
        ],
        scene=descent.DescentScene,
        compute=lambda state: descent.walked(step, state),
    )
