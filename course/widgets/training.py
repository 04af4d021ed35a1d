"""Chapter 2, training: fit dial, downhill."""

from __future__ import annotations

from collections.abc import Callable

from course.widgets import descent
from course.widgets.controls import Choice, Slider
from course.widgets.trial import callable_or_error
from course.widgets.view import Explore


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
