"""The gradient tunnel: how much of a tiny change of the first state arrives at later ones."""

from __future__ import annotations

import cmath
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from course.widgets.scene import Scene
from course.widgets.trial import name_of, trial

LONGEST = 60  # steps
FLOOR, CEILING = 1e-20, 1e12  # of the picture; what is beyond runs along its edge
TINY = 1e-150  # the complex step: exact, since nothing is subtracted (Squire and Trapp, 1998)


@dataclass(frozen=True)
class Tunnel:
    """One unit, read for T steps; w is its recurrent weight, `seed` draws the noise it reads.

    `keep` is the bias of the gates that keep: the forget gate of the LSTM, the update gate of
    the GRU.
    """

    T: int = 30
    w: float = 0.9
    noise: float = 0.5
    keep: float = 2.0
    seed: int = 4

    def x(self) -> np.ndarray:
        """Return the inputs, shape (T,)."""
        return self.noise * np.random.default_rng(self.seed).normal(size=LONGEST)[: self.T]


@dataclass(frozen=True)
class Arrived:
    """What arrives at the steps 1 ... T of a change of the first state, by network, shape (T,).

    `h` are the states of the tanh unit; `yours` is what the student's function makes of them.
    """

    h: np.ndarray = field(repr=False)
    yours: np.ndarray = field(repr=False)
    reference: np.ndarray = field(repr=False)
    linear: np.ndarray = field(repr=False)
    lstm: np.ndarray = field(repr=False)
    gru: np.ndarray = field(repr=False)
    name: str = "grad_flow"
    problem: str = ""


def arrived(grad_flow: Callable, state: Tunnel) -> Arrived:
    """Ask the student's function and differentiate the networks."""
    import torch

    x = state.x()
    h, reference = tanh_unit(state.w, x)
    inputs = {"w": state.w, "h": torch.tensor(h, dtype=torch.float64)}
    tried = trial(grad_flow, inputs, {"products": (state.T,)})
    yours = tried.arrays.get("products", np.full(state.T, np.nan))
    linear = state.w ** np.arange(1.0, state.T + 1)
    lstm, gru = lstm_unit(state.w, x, state.keep), gru_unit(state.w, x, state.keep)
    return Arrived(h, yours, reference, linear, lstm, gru, name_of(grad_flow), tried.problem)


def tanh_unit(w: float, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the states of h_t = tanh(x_t + w h_{t-1}) and dh_t/dh_0, shape (T,).

    Each step is differentiated by PyTorch, all at once; the chain rule multiplies them.
    """
    import torch

    states = [0.0]
    for x_t in x:
        states.append(np.tanh(x_t + w * states[-1]))
    before = torch.tensor(states[:-1], dtype=torch.float64, requires_grad=True)
    torch.tanh(torch.tensor(x, dtype=torch.float64) + w * before).sum().backward()
    return np.array(states[1:]), before.grad.cumprod(0).numpy()


def lstm_unit(w: float, x: np.ndarray, keep: float) -> np.ndarray:
    """Return dc_t/dc_0 of an LSTM of one unit, shape (T,).

    All input weights are 1, all recurrent ones w, all biases 0 but the forget gate's, `keep`.
    """
    c, h, slopes = complex(0, TINY), 0j, []
    for x_t in x:
        a = x_t + w * h
        c = _sigmoid(a + keep) * c + _sigmoid(a) * cmath.tanh(a)
        h = _sigmoid(a) * cmath.tanh(c)
        slopes.append(c.imag / TINY)
    return np.array(slopes)


def gru_unit(w: float, x: np.ndarray, keep: float) -> np.ndarray:
    """Return dh_t/dh_0 of a GRU of one unit as PyTorch has it, shape (T,); weights as above."""
    h, slopes = complex(0, TINY), []
    for x_t in x:
        a = x_t + w * h
        r, z = _sigmoid(a), _sigmoid(a + keep)
        h = (1 - z) * cmath.tanh(x_t + r * w * h) + z * h
        slopes.append(h.imag / TINY)
    return np.array(slopes)


def _sigmoid(a: complex) -> complex:
    return 0.5 * (1 + cmath.tanh(a / 2))


class TunnelScene(Scene):
    """The curves on a log axis, and below them the states that explain them."""

    size = (9.0, 5.2)
    lines = (  # field, label, colour in the palette, style
        ("linear", "no tanh: $w^t$", "faint", {"ls": ":", "lw": 2}),
        ("lstm", "LSTM (its cell)", "third", {"ls": "-.", "lw": 1.8}),
        ("gru", "GRU", "fourth", {"ls": (0, (6, 1.5, 1, 1.5, 1, 1.5)), "lw": 1.8}),
        ("yours", "tanh unit, yours", "mine", {"ls": "-", "marker": "o", "ms": 4, "lw": 1.5}),
        ("reference", "tanh unit, PyTorch", "reference", {"ls": "--", "lw": 2}),
    )

    def setup(self) -> None:
        """Draw both axes; the curves move."""
        axes = self.axes(
            (0.1, 0.37, 0.88, 0.53), "", "$|\\partial h_t / \\partial h_0|$ (no unit)",
            yscale="log", xlim=(0, LONGEST + 1), ylim=(FLOOR, CEILING),
        )  # fmt: skip
        axes.axhline(1, color=self.palette.soft, lw=1)
        self.curves = {}
        for name, label, colour, style in self.lines:
            colour = getattr(self.palette, colour)
            self.curves[name] = self.moving(
                axes.plot([], [], color=colour, label=label, **style)[0]
            )
        self.legend(axes, loc="lower left", ncols=2, handlelength=3.5)
        below = self.axes(
            (0.1, 0.1, 0.88, 0.2), "step $t$", "state $h_t$",
            xlim=(0, LONGEST + 1), ylim=(-1.1, 1.1), yticks=(-1, 0, 1),
        )  # fmt: skip
        for plateau in (-1, 1):
            below.axhline(plateau, color=self.palette.soft, lw=1)
        style = {"color": self.palette.mine, "marker": "o", "ms": 4, "lw": 1}
        self.states = self.moving(below.plot([], [], **style)[0])

    def update(self, state: Any, result: Any) -> None:
        """Move the curves; zeros lie on the floor."""
        steps = np.arange(1, state.T + 1)
        for name, curve in self.curves.items():
            curve.set_data(steps, np.clip(np.abs(getattr(result, name)), FLOOR, CEILING))
        self.states.set_data(steps, result.h)
        self.say(_headline(state, result))

    @staticmethod
    def describe(state: Any, result: Any) -> str:
        """What is left at the last step, for each network."""
        left = ", ".join(
            f"{label} {abs(getattr(result, name)[-1]):.0e}"
            for name, label in (("reference", "tanh"), ("linear", "linear"), ("lstm", "LSTM"),
                                ("gru", "GRU"), ("yours", result.name))
        )  # fmt: skip
        return (
            f"Log axis, {state.T} steps, w = {state.w:g}, noise {state.noise:g}: of a change of "
            f"the first state arrives at the last: {left}."
        )


def _headline(state: Tunnel, result: Arrived) -> str:
    left = f"After {state.T} steps the tanh unit passes on {abs(result.reference[-1]):.1e}"
    agree = np.isclose(result.yours, result.reference, rtol=1e-6, atol=0)
    if agree.all():
        return f"{left}; your {result.name} agrees with PyTorch."
    return f"{left}; your {result.name} differs from PyTorch first at step {agree.argmin() + 1}."
