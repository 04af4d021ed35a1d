"""The picture of the fit dial: both errors over the epochs, and the net's curve."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.widgets.fitting import EPOCHS, GRID, TRAIN
from course.widgets.scene import Scene


class FittedScene(Scene):
    """Errors up to the stop, faint beyond it; points, and the net that is kept."""

    size = (9.2, 4.5)

    def setup(self) -> None:
        """Draw the axes; curves and points move."""
        colours = self.palette
        errors = self.axes(
            (0.085, 0.13, 0.42, 0.72), "epoch", "mean squared error (no unit)", yscale="log",
            xlim=(0, EPOCHS + 1), ylim=(1e-3, 3),
        )  # fmt: skip
        faint = {"color": colours.faint, "lw": 1}
        self.beyond = [
            self.moving(errors.plot([], [], **faint, ls=style)[0]) for style in ("-.", "-")
        ]
        self.errors = [
            self.moving(errors.plot([], [], color=colour, ls=style, lw=2, label=label)[0])
            for label, colour, style in (
                ("training", colours.third, "-."),
                ("validation", colours.fourth, "-"),
            )
        ]
        self.stop = self.moving(errors.plot([], [], color=colours.mine, lw=2, label="your stop")[0])
        mark = {"color": colours.mine, "marker": "o", "ms": 10, "ls": "", "mec": colours.ink}
        self.best = self.moving(errors.plot([], [], **mark, label="kept")[0])
        self.legend(errors, loc="upper right", ncols=2)

        fit = self.axes(
            (0.59, 0.13, 0.4, 0.72), "$x$ (no unit)", "$y$ (no unit)", xlim=(-1, 1), ylim=(-2, 2),
            xticks=(-1, -0.5, 0, 0.5, 1),
        )  # fmt: skip
        truth = {"color": colours.reference, "ls": "--", "lw": 1.6, "label": "$\\sin 3x$"}
        fit.plot(GRID, np.sin(3 * GRID), **truth)
        self.last = self.moving(fit.plot([], [], **faint, label="net, last epoch")[0])
        self.kept = self.moving(
            fit.plot([], [], color=colours.mine, lw=2.4, label="net that is kept")[0]
        )
        hollow = {"marker": "o", "ls": "", "ms": 4, "mfc": "none", "mec": colours.faint}
        self.valid = self.moving(fit.plot([], [], **hollow, label="validation")[0])
        full = {"marker": "s", "ls": "", "ms": 6, "color": colours.third, "mec": colours.ink}
        self.train = self.moving(fit.plot([], [], **full, label="training")[0])
        self.legend(fit, loc="lower right", ncols=2)

    def update(self, state: Any, result: Any) -> None:
        """Lay the curves, as far as they were run and beyond."""
        epochs, errors = np.arange(1, EPOCHS + 1), np.maximum(result.trained.errors, 1e-9)
        for run, beyond, values in zip(self.errors, self.beyond, errors.T, strict=True):
            run.set_data(epochs[: result.stop], values[: result.stop])
            beyond.set_data(epochs, values)
        x, y = state.points()
        self.train.set_data(x[:TRAIN], y[:TRAIN])
        self.valid.set_data(x[TRAIN:], y[TRAIN:])
        self.last.set_data(GRID, result.trained.curves[-1])
        there = result.best > 0
        self.stop.set_data([result.stop] * 2 if there else [], [1e-9, 1e9] if there else [])
        self.best.set_data(
            [result.best] if there else [], [errors[result.best - 1, 1]] if there else []
        )
        kept = result.trained.curves[result.best - 1]
        self.kept.set_data(GRID, kept if there else np.full_like(GRID, np.nan))
        self.say(_headline(result))

    @staticmethod
    def describe(state: Any, result: Any) -> str:
        """The dials, the epochs, and the errors there."""
        dials = (
            f"Width {state.width}, noise {state.noise:g}, price {state.l2:.3g}, patience "
            f"{state.patience}"
        )
        if not result.best:
            return f"{dials}: no epoch to stop at."
        at, end = (result.trained.errors[epoch - 1] for epoch in (result.best, EPOCHS))
        return (
            f"{dials}: stopped after epoch {result.stop}, epoch {result.best} is kept, with a "
            f"training error of {at[0]:.3f} and a validation error of {at[1]:.3f}. After epoch "
            f"{EPOCHS} they would be {end[0]:.3f} and {end[1]:.3f}. {_fault(result)}"
        ).rstrip()


def _fault(result: Any) -> str:
    early_stop, penalised_loss = result.names
    if result.verdict:
        return f"Your {early_stop} stops after {result.stop}; {result.verdict}."
    if result.trained.differs:
        return f"Your {penalised_loss} differs from PyTorch in its {result.trained.differs}."
    return ""


def _headline(result: Any) -> str:
    if not result.best:
        return ""
    errors = result.trained.errors[:, 1]
    return _fault(result) or (
        f"Stop after epoch {result.stop}, keep epoch {result.best}: validation error "
        f"{errors[result.best - 1]:.3f}, and {errors[-1]:.3f} after epoch {EPOCHS}."
    )
