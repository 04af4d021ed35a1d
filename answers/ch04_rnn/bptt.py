"""Answer key of `bptt`: backpropagation through time for one unit (Werbos, 1990)."""

import numpy as np
import torch

from grading.keys import Case, Mistake, Tolerance

forbidden = ("autograd", "requires_grad", "requires_grad_", "L.backward", "loss.backward")
tolerance = Tolerance(1e-4, "a sum of a few terms may cancel, and float32 shows it")
criteria = {
    "the linear unit": 2,
    "the tanh unit": 2,
    "the sigmoid unit": 2,
    "one step, zeros, very large inputs": 1,
}


def solution(params, x, targets, act):
    W_xh, W_hh, b_h, W_hy, b_y = (params[name] for name in ("W_xh", "W_hh", "b_h", "W_hy", "b_y"))
    f = {"identity": lambda a: a, "tanh": torch.tanh, "sigmoid": torch.sigmoid}[act]
    a, h = [], [torch.zeros_like(W_hh)]  # h[t] is the state after t steps
    for x_t in x:
        a.append(W_xh * x_t + W_hh * h[-1] + b_h)
        h.append(f(a[-1]))
    grads = dict.fromkeys(params, 0.0)
    later = 0.0  # what arrives at h_t from the losses of later steps
    for t in range(len(x), 0, -1):
        dy = 2 * (W_hy * h[t] + b_y - targets[t - 1])  # dL/dy_t
        slope = {"identity": 1.0, "tanh": 1 - h[t] ** 2, "sigmoid": h[t] * (1 - h[t])}[act]
        delta = (W_hy * dy + later) * slope  # dL/da_t
        now = {"W_xh": delta * x[t - 1], "W_hh": delta * h[t - 1], "b_h": delta}
        now |= {"W_hy": dy * h[t], "b_y": dy}
        grads = {name: grads[name] + now[name] for name in params}
        later = W_hh * delta
    return grads


def oracle(params, x, targets, act):
    free = {name: value.clone().requires_grad_() for name, value in params.items()}
    f = {"identity": torch.nn.Identity(), "tanh": torch.tanh, "sigmoid": torch.sigmoid}[act]
    h = loss = torch.zeros_like(x[0])
    for x_t, target in zip(x, targets, strict=True):
        h = f(free["W_xh"] * x_t + free["W_hh"] * h + free["b_h"])
        loss = loss + (free["W_hy"] * h + free["b_y"] - target) ** 2
    return dict(zip(free, torch.autograd.grad(loss, list(free.values())), strict=True))


def unit(rng, T):
    """Random inputs, targets and parameters, small enough that no unit saturates."""
    names = ("W_xh", "W_hh", "b_h", "W_hy", "b_y")
    params = {n: np.array(rng.uniform(0.4, 1.1) * rng.choice([-1, 1])) for n in names}
    return {"params": params, "x": rng.normal(size=T), "targets": 1.5 * rng.normal(size=T)}


def cases(rng):
    *kinds, special = criteria
    ones = {name: np.array(1.0) for name in ("W_xh", "W_hh", "b_h", "W_hy", "b_y")}
    small = ones | {"W_xh": np.array(0.3), "W_hh": np.array(0.5)}  # all ones saturate tanh
    worked = {"x": np.arange(1.0, 4.0), "targets": np.arange(2.0, 5.0)}
    long, short = unit(rng, 6), unit(rng, 4)
    for kind, act in zip(kinds, ("identity", "tanh", "sigmoid"), strict=True):
        option = {"act": act}
        params = {"params": small if act == "tanh" else ones}
        yield Case(kind, f"x = 1, 2, 3 with {act}", worked | option | params, False)
        yield Case(kind, f"4 steps with {act}", short | option)
        yield Case(
            kind,
            f"the same with other targets and {act}",
            short | option | {"targets": 1.5 * rng.normal(size=4)},
        )
        yield Case(kind, f"6 steps with {act}", long | option)
        yield Case(special, f"one step with {act}", unit(rng, 1) | option, False)
        yield Case(special, f"every input 0 with {act}", short | option | {"x": np.zeros(4)}, False)
    for act in ("tanh", "sigmoid"):
        far = {"x": np.array([1000.0, -1000.0, 1000.0, 1000.0]), "act": act}
        yield Case(special, f"inputs of +1000 and -1000 with {act}", short | far, False)


mistakes = (
    Mistake(
        "local_only",
        "h_{t-1} is taken for a constant, so that no error travels back in time",
        "W_hh and the earlier inputs made h_{t-1}, too. What does step t hand back to step t - 1?",
        old="dy + later)",
        new="dy)",
    ),
    Mistake(
        "overwritten",
        "the gradient of each step replaces what the other steps gave",
        "Every step uses the same five weights. What happens to the contributions of the others?",
        old="grads[name] + now[name]",
        new="now[name]",
    ),
    Mistake(
        "tanh_slope_of_a",
        "the slope of tanh is taken as 1 - a_t^2, of the sum before tanh",
        "The slope of tanh at a is 1 - tanh(a)^2. Which of your numbers is tanh(a)?",
        old="1 - h[t] ** 2",
        new="1 - a[t - 1] ** 2",
    ),
    Mistake(
        "sigmoid_slope_of_a",
        "the slope of the sigmoid is taken as a_t (1 - a_t)",
        "The formula s (1 - s) wants the sigmoid's value s, not the sum that went into it.",
        old="h[t] * (1 - h[t])",
        new="a[t - 1] * (1 - a[t - 1])",
    ),
    Mistake(
        "tanh_slope_is_sigmoids",
        "h_t (1 - h_t), the slope of the sigmoid, is used for tanh",
        "Each activation has its own slope. At a = 0 tanh rises with slope 1: does yours?",
        old="1 - h[t] ** 2",
        new="h[t] * (1 - h[t])",
    ),
    Mistake(
        "no_slope",
        "the slope of the activation is left out",
        "With identity that does no harm, for its slope is 1. What stands between a_t and h_t?",
        old=") * slope",
        new=")",
    ),
    Mistake(
        "slope_on_output_only",
        "the slope multiplies what comes from the output, but not what comes from the later steps",
        "Both meet in h_t, and only then does the way back lead through the activation.",
        old="(W_hy * dy + later) * slope",
        new="W_hy * dy * slope + later",
    ),
    Mistake(
        "no_two",
        "the factor 2 of the squared error is missing",
        "What is the derivative of (y - target)^2 by y?",
        old="2 * (",
        new="(",
    ),
    Mistake(
        "sign",
        "every error is taken as target - y",
        "If y is too large, the loss grows with y. Is your dL/dy positive then?",
        old="2 * (",
        new="-2 * (",
    ),
    Mistake(
        "mean",
        "the losses are averaged over the steps and not summed",
        "L is a sum. Where do you divide by T?",
        old="2 * (",
        new="2 / len(x) * (",
    ),
    Mistake(
        "W_hy_skipped",
        "the error goes from the output to the state without W_hy",
        "y_t = W_hy h_t + b_y. How much does y_t move when h_t moves by a little?",
        old="W_hy * dy",
        new="dy",
    ),
    Mistake(
        "W_hh_skipped",
        "the error goes from step t to step t - 1 without W_hh",
        "All ones hide it: one arrow leads from h_{t-1} to a_t. Which weight does it carry?",
        old="W_hh * delta",
        new="delta",
    ),
    Mistake(
        "state_of_same_step",
        "the gradient of W_hh is built from h_t and not from h_{t-1}",
        "Which state did W_hh multiply in step t?",
        old="delta * h[t - 1]",
        new="delta * h[t]",
    ),
)


def forward_in_time(params, x, targets, act):
    """Carries dh_t/dw along with h_t, from the first step to the last."""
    u, w, b, v, c = (float(params[name]) for name in ("W_xh", "W_hh", "b_h", "W_hy", "b_y"))
    h, dh, grads = 0.0, np.zeros(3), 0
    for x_t, target in zip(x.tolist(), targets.tolist(), strict=True):
        a = u * x_t + w * h + b
        moved = np.array([x_t, h, 1.0]) + w * dh
        if act == "identity":
            h, dh = a, moved
        elif act == "tanh":
            h, dh = np.tanh(a), moved / np.cosh(np.clip(a, -300, 300)) ** 2
        else:
            h = (1 + np.tanh(a / 2)) / 2
            dh = moved * h * (1 - h)
        error = 2 * (v * h + c - target)
        grads += error * np.array([*(v * dh), h, 1.0])
    return dict(zip(("W_xh", "W_hh", "b_h", "W_hy", "b_y"), grads, strict=True))


def each_loss_alone(params, x, targets, act):
    """Walks back to the first step from every loss by itself."""
    f = {"identity": lambda a: a, "tanh": torch.tanh, "sigmoid": torch.sigmoid}[act]
    h = [torch.tensor(0.0, dtype=x.dtype)]
    for x_t in x:
        h.append(f(params["W_xh"] * x_t + params["W_hh"] * h[-1] + params["b_h"]))
    g = {name: torch.zeros_like(value) for name, value in params.items()}
    for t in range(1, len(h)):
        back = 2 * (params["W_hy"] * h[t] + params["b_y"] - targets[t - 1])
        g["W_hy"] += back * h[t]
        g["b_y"] += back
        back = back * params["W_hy"]
        for s in range(t, 0, -1):
            if act != "identity":
                back = back * (1 - h[s] ** 2 if act == "tanh" else h[s] - h[s] ** 2)
            g["W_xh"] += back * x[s - 1]
            g["W_hh"] += back * h[s - 1]
            g["b_h"] += back
            back = back * params["W_hh"]
    return g


alternatives = (forward_in_time, each_loss_alone)

hints = (
    "Run the network forward first and keep every state. Then go back from the last step to the "
    "first: what does a tiny change of h_t do to the loss of step t, and what to later ones?",
    "h_t acts on the loss in two ways, through y_t and through a_{t+1}. Add up both, then pass "
    "the activation's slope: that is dL/da_t, and three of the five gradients need only it.",
    "One pass of the backward loop: dL/dy_t, then dL/da_t, then five contributions added to five "
    "sums, then W_hh times dL/da_t kept for the step before.",
)
