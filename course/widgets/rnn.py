"""Chapter 4, recurrent networks: step through time, the gradient tunnel."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from course import worked
from course.widgets.controls import Slider, Switch
from course.widgets.trial import callable_or_error, name_of, trial
from course.widgets.tunnel import LONGEST as DEEPEST
from course.widgets.tunnel import Tunnel, TunnelScene, arrived
from course.widgets.unrolled import ElmanScene, JordanScene
from course.widgets.view import Explore

LONGEST = 6  # steps that fit on the picture


@dataclass(frozen=True)
class Steps:
    """A recurrent network of one unit, its inputs, and the step that is looked at.

    `W_hh` is used by Elman networks and hybrids, `W_yh` by Jordan networks.
    """

    t: int = 1
    W_xh: float = 1.0
    W_hh: float = 1.0
    W_yh: float = 1.0
    b_h: float = 1.0
    W_hy: float = 1.0
    b_y: float = 1.0
    hybrid: bool = False
    x: tuple[float, ...] = (1.0, 2.0, 3.0, 4.0)
    h0: float = 0.0
    y0: float = 0.0
    kind: str = "elman"

    def inputs(self) -> dict[str, Any]:
        """Return the arguments of `elman` or `jordan` as tensors, float64."""
        import torch

        names = "h0 W_xh W_hh b_h W_hy b_y".split()
        if self.kind == "jordan":
            names += ["y0", "W_yh"]
        given = {}
        for name in names:
            shape = (1, 1) if name.startswith("W") else (1,)
            given[name] = torch.full(shape, getattr(self, name), dtype=torch.float64)
        given["x"] = torch.tensor(self.x, dtype=torch.float64)[:, None]
        return given | ({"hybrid": self.hybrid} if self.kind == "jordan" else {})

    def worked(self) -> worked.Derivation:
        """Return every line of the calculation, to read."""
        given = {name: getattr(self, name) for name in "x h0 W_xh W_hh b_h W_hy b_y".split()}
        if self.kind == "elman":
            return worked.elman(**given)
        return worked.jordan(**given, y0=self.y0, W_yh=self.W_yh, hybrid=self.hybrid)


@dataclass(frozen=True)
class Passed:
    """What a network gave: H and Y of the student's function and of the reference, shape (T,).

    Where the student's function gave nothing, `H` or `Y` is nan.
    """

    H: np.ndarray = field(repr=False)
    Y: np.ndarray = field(repr=False)
    H_reference: np.ndarray = field(repr=False)
    Y_reference: np.ndarray = field(repr=False)
    name: str = "elman"
    problem: str = ""


def step_through_time(network: Callable, example: worked.Derivation | None = None) -> Explore:
    """Show every number of the student's Elman or Jordan network, unrolled, step by step.

    `network` is the function of the exercise `elman` or `jordan`; which one is told by whether it
    takes `W_yh`. `example` is a worked example of one unit to start at, as
    `worked.elman(x=(1, 2))`, or one of its steps, `worked.elman(x=(1, 2)).step(2)`; without one,
    all parameters are 1 and the inputs 1, 2, 3, 4. The reference, dashed, is PyTorch's `nn.RNN`
    for Elman and `course.worked` for Jordan networks.

    Returns the widget: `w.state` is a `Steps`, `w.state.worked()` the calculation, `w.result` has
    H and Y. Raises TypeError for what is no function, ValueError for an example of another
    network, without tanh, of more than one unit, or of more than six steps.

    >>> def elman(x, h0, W_xh, W_hh, b_h, W_hy, b_y): raise NotImplementedError
    >>> w = step_through_time(elman, worked.elman(x=(1, 2)).step(2))
    >>> w.state.t, w.state.x, w.problem
    (2, (1.0, 2.0), 'elman is not written yet: write it above, then run this cell again.')
    """
    callable_or_error("step_through_time", network, "step_through_time(elman)")
    state = _start(network, example)
    weights = ["W_xh", "W_hh", "b_h", "W_hy", "b_y"]
    if state.kind == "jordan":
        weights.insert(2, "W_yh")
    rails = [Slider("t", "step t", 0, len(state.x), 1, buttons=True)]
    rails += [Slider(name, name, -2, 2).holding(getattr(state, name)) for name in weights]
    rails += [
        Slider(f"x.{i}", f"x{chr(0x2081 + i)}", -5, 5).holding(x) for i, x in enumerate(state.x)
    ]
    if state.kind == "jordan":
        rails.append(Switch("hybrid", "hybrid"))
    return Explore(
        title=f"Step through time: {name_of(network)}",
        predict="Say aloud what the next state and output will be, then press + for the next step. "
        "Then set W_xh to 0: which boxes still change with an input?"
        if state.kind == "elman"
        else "Say aloud what the next state and output will be, then press + for the next step. "
        "Then switch the hybrid on: which boxes change, and which stay?",
        state=state,
        controls=rails,
        scene=type("Unrolled", (_SCENES[state.kind],), {"T": len(state.x)}),
        compute=lambda state: passed(network, state),
    )


def gradient_tunnel(grad_flow: Callable) -> Explore:
    """Show how much of a tiny change of the first state arrives at every later one.

    `grad_flow(w, h)` is the function of the exercise: w the recurrent weight of a tanh unit, h
    its states, shape (T,), float64; it returns the products, shape (T,). Beside it, dashed, what
    PyTorch finds by differentiating, the unit without tanh, an LSTM and a GRU of one unit that
    read the same noise.

    Returns the widget: `w.state` is a `Tunnel`, `w.result` has the curves. Raises TypeError for
    what is no function.

    >>> w = gradient_tunnel(lambda w, h: (w * (1 - h**2)).cumprod(0))
    >>> bool(np.allclose(w.result.yours, w.result.reference))
    True
    """
    callable_or_error("gradient_tunnel", grad_flow, "gradient_tunnel(grad_flow)")
    return Explore(
        title="Gradient tunnel",
        predict="w is 0.9, and the curves fall. With w = 1.5, will the gradient of the tanh unit "
        "rise or fall? Look at the states below when you have moved it.",
        state=Tunnel(),
        controls=[
            Slider("T", "steps T", 2, DEEPEST, 1),
            Slider("w", "weight w", 0, 2, 0.05),
            Slider("noise", "noise", 0, 1.5, 0.05),
            Slider("keep", "gate bias", -1, 6, 0.25),
            Slider("seed", "draw", 0, 20, 1),
        ],
        scene=TunnelScene,
        compute=lambda state: arrived(grad_flow, state),
    )


_SCENES = {"elman": ElmanScene, "jordan": JordanScene}
_NETWORKS = {"elman": "an Elman", "jordan": "a Jordan"}


def passed(network: Callable, state: Steps) -> Passed:
    """Run the student's network and the reference over the inputs of a state."""
    T = len(state.x)
    tried = trial(network, state.inputs(), {"H": (T, 1), "Y": (T, 1)})
    nothing = np.full((T, 1), np.nan)
    H, Y = (tried.arrays.get(letter, nothing)[:, 0] for letter in "HY")
    H_reference, Y_reference = _reference(state)
    return Passed(H, Y, H_reference, Y_reference, name_of(network), tried.problem)


def _reference(state: Steps) -> tuple[np.ndarray, np.ndarray]:
    if state.kind == "jordan":
        data = state.worked().data()
        return data["H"][:, 0], data["Y"][:, 0]
    import torch
    from torch.func import functional_call

    given = state.inputs()
    weights = {
        "weight_ih_l0": given["W_xh"],
        "weight_hh_l0": given["W_hh"],
        "bias_ih_l0": given["b_h"],
        "bias_hh_l0": torch.zeros_like(given["b_h"]),
    }
    rnn = torch.nn.RNN(1, 1, dtype=torch.float64)
    H = functional_call(rnn, weights, (given["x"], given["h0"][None]))[0].detach().numpy()[:, 0]
    return H, state.W_hy * H + state.b_y


def _start(network: Callable, example: worked.Derivation | None) -> Steps:
    """The state to begin with."""
    try:
        kind = "jordan" if "W_yh" in inspect.signature(network).parameters else "elman"
    except (TypeError, ValueError):
        kind = "elman"
    if example is None:
        return Steps(kind=kind)
    data = example.data() if isinstance(example, worked.Derivation) else {}
    given = example.title if data else f"{example!r:.40}"
    if "a" not in data or ("W_yh" in data) != (kind == "jordan"):
        raise ValueError(
            f"step_through_time() got the example {given}; expected worked.{kind}(...), since "
            f"{name_of(network)} is {_NETWORKS[kind]} network."
        )
    if not np.allclose(np.tanh(data["a"]), data["H"]):
        raise ValueError(
            "step_through_time() got an example without tanh; the network of the exercise has it."
        )
    if data["W_xh"].shape != (1, 1) or data["W_hy"].shape != (1, 1):
        raise ValueError(
            "step_through_time() got an example with W_xh of shape "
            f"{data['W_xh'].shape} and W_hy of shape {data['W_hy'].shape}; expected one input, "
            "one unit and one output."
        )
    if len(data["x"]) > LONGEST:
        raise ValueError(
            f"step_through_time() got an example of {len(data['x'])} steps; at most {LONGEST} fit "
            "on the picture."
        )
    numbers = {
        name: float(data[name].item())
        for name in "W_xh W_hh W_yh b_h W_hy b_y h0 y0".split()
        if name in data
    }
    steps = [part.t for part in example.parts if part.t is not None]
    return Steps(
        t=steps[0] if len(steps) == 1 else 1,
        x=tuple(float(x) for x in data["x"][:, 0]),
        hybrid="hybrid" in example.title,
        kind=kind,
        **numbers,
    )
