"""Answer key of `truncated_bptt`: backpropagation cut every k steps (Williams and Peng, 1990)."""

import numpy as np
import torch

from grading.keys import Case, Mistake, Tolerance

tolerance = Tolerance(1e-4, "a sum of a few terms may cancel, and float32 shows it")
criteria = {
    "cut before every step (k = 1)": 2,
    "cut every 2 or 3 steps": 3,
    "no cut at all (k = T or more)": 1,
    "one step, zeros, very large inputs": 1,
}


def solution(params, x, targets, k, act):
    W_xh, W_hh, b_h, W_hy, b_y = (params[name] for name in ("W_xh", "W_hh", "b_h", "W_hy", "b_y"))
    h, old, new = torch.zeros_like(W_hh), [], []
    for x_t in x:
        old.append(h)
        a = W_xh * x_t + W_hh * h + b_h
        h = torch.tanh(a) if act == "tanh" else a
        new.append(h)
    grads = dict.fromkeys(params, 0.0)
    later = 0.0  # what arrives at the new state from the losses of later steps
    for i in reversed(range(len(x))):
        dy = 2 * (W_hy * new[i] + b_y - targets[i])
        slope = 1 - new[i] ** 2 if act == "tanh" else 1.0
        delta = (W_hy * dy + later) * slope  # dL/da
        now = {"W_xh": delta * x[i], "W_hh": delta * old[i], "b_h": delta}
        now |= {"W_hy": dy * new[i], "b_y": dy}
        grads = {name: grads[name] + now[name] for name in params}
        later = W_hh * delta if i % k else 0.0  # the cut before step i + 1
    return grads


def oracle(params, x, targets, k, act):
    free = {name: value.clone().requires_grad_() for name, value in params.items()}
    h = loss = torch.zeros_like(x[0])
    for t in range(1, len(x) + 1):
        if t % k == 1 % k:
            h = h.detach()
        h = free["W_xh"] * x[t - 1] + free["W_hh"] * h + free["b_h"]
        h = torch.tanh(h) if act == "tanh" else h
        loss = loss + (free["W_hy"] * h + free["b_y"] - targets[t - 1]) ** 2
    return dict(zip(free, torch.autograd.grad(loss, list(free.values())), strict=True))


def unit(rng, T):
    """Random inputs, targets and parameters, small enough that no unit saturates."""
    sizes = {
        "W_xh": (0.4, 0.9),
        "W_hh": (0.7, 1.2),
        "b_h": (0.2, 0.5),
        "W_hy": (0.6, 1.4),
        "b_y": (0.3, 0.8),
    }
    params = {n: np.array(rng.uniform(*s) * rng.choice([-1, 1])) for n, s in sizes.items()}
    return {"params": params, "x": rng.normal(size=T), "targets": 1.5 * rng.normal(size=T)}


def cases(rng):
    each, some, none, special = criteria
    ones = {name: np.array(1.0) for name in ("W_xh", "W_hh", "b_h", "W_hy", "b_y")}
    worked = {"params": ones, "x": np.arange(1.0, 4.0), "targets": np.arange(2.0, 5.0)}
    for kind, k in ((some, 2), (each, 1), (none, 3)):
        label = f"x = 1, 2, 3, every parameter 1, identity, k = {k}"
        yield Case(kind, label, worked | {"k": k, "act": "identity"}, False)
    five, seven = unit(rng, 5), unit(rng, 7)
    for act in ("identity", "tanh"):
        for T, case, ks in ((5, five, (1, 2, 3, 5)), (7, seven, (3, 11))):
            for k in ks:
                kind = each if k == 1 else some if k < T else none
                yield Case(kind, f"{T} steps with k = {k} and {act}", case | {"k": k, "act": act})
    for k in (1, 2):
        option = {"k": k, "act": "tanh"}
        yield Case(special, f"one step with k = {k}", unit(rng, 1) | option, False)
    still = five | {"x": np.zeros(5), "k": 2, "act": "tanh"}
    yield Case(special, "every input 0 with k = 2", still, False)
    far = {"x": np.array([1000.0, -1000.0, 1000.0, 1000.0, -1000.0]), "k": 2, "act": "tanh"}
    yield Case(special, "inputs of +1000 and -1000", five | far, False)


def sliding(params, x, targets, k, act):
    """Walks back at most k steps from each loss, wherever the cuts would be."""
    h = [torch.zeros_like(x[0])]
    for x_t in x:
        a = params["W_xh"] * x_t + params["W_hh"] * h[-1] + params["b_h"]
        h.append(torch.tanh(a) if act == "tanh" else a)
    g = {name: torch.zeros_like(value) for name, value in params.items()}
    for t in range(1, len(h)):
        back = 2 * (params["W_hy"] * h[t] + params["b_y"] - targets[t - 1])
        g["W_hy"] += back * h[t]
        g["b_y"] += back
        back = back * params["W_hy"]
        for s in range(t, max(0, t - k), -1):
            back = back * (1 - h[s] ** 2 if act == "tanh" else 1)
            g["W_xh"] += back * x[s - 1]
            g["W_hh"] += back * h[s - 1]
            g["b_h"] += back
            back = back * params["W_hh"]
    return g


mistakes = (
    Mistake(
        "not_cut",
        "nothing is cut and k plays no part",
        "Before which steps must nothing be handed back? Is k read anywhere?",
        old="W_hh * delta if i % k else 0.0",
        new="W_hh * delta",
    ),
    Mistake(
        "always_cut",
        "the state is cut before every step, whatever k is",
        "Within k steps the error still travels back. That is so for k = 1 only.",
        old="W_hh * delta if i % k else 0.0",
        new="0.0",
    ),
    Mistake(
        "state_reset",
        "the state starts again from 0 at every cut",
        "The forward pass knows nothing of the cuts: the value goes on, only its history ends.",
        old="old.append(h)",
        new="h = h if len(old) % k else torch.zeros_like(h)\n        old.append(h)",
    ),
    Mistake(
        "cut_late",
        "each cut comes one step late, before the steps 2, k + 2, ...",
        "Mark the cuts on paper for k = 2: before the steps 1, 3, 5. Does Python count from 0?",
        old="if i % k",
        new="if (i - 1) % k",
    ),
    Mistake(
        "cut_early",
        "each cut comes one step early, before the steps k, 2k, ...",
        "Mark the cuts on paper for k = 2: before the steps 1, 3, 5. Does Python count from 0?",
        old="if i % k",
        new="if (i + 1) % k",
    ),
    Mistake(
        "from_the_end",
        "the k steps are counted from the end of the sequence",
        "The way back starts at the end, but the cuts are counted from the first step.",
        old="if i % k",
        new="if (len(x) - i) % k",
    ),
    Mistake(
        "sliding",
        "every loss reaches back over its own last k steps",
        "The cuts stand still: they are places in the sequence, the same for all losses.",
        function=sliding,
    ),
    Mistake(
        "last_piece",
        "only the piece after the last cut counts",
        "A cut parts the pieces, but the losses of all pieces belong to the sum.",
        old="reversed(range(len(x)))",
        new="reversed(range((len(x) - 1) // k * k, len(x)))",
    ),
    Mistake(
        "no_state_at_cut",
        "the old state counts as 0 in the gradient of W_hh at every cut",
        "A constant is not 0: at a cut W_hh still multiplies the value of the old state.",
        old="delta * old[i]",
        new="delta * old[i] * (i % k > 0)",
    ),
    Mistake(
        "overwritten",
        "the gradient of each step replaces what the other steps gave",
        "Every step uses the same five weights. What happens to the contributions of the others?",
        old="grads[name] + now[name]",
        new="now[name]",
        combines_with=("no_two", "no_slope"),
    ),
    Mistake(
        "no_slope",
        "the slope of tanh is left out",
        "With identity that does no harm, for its slope is 1. What stands between a_t and h_t?",
        old=") * slope",
        new=")",
    ),
    Mistake(
        "no_two",
        "the factor 2 of the squared error is missing",
        "What is the derivative of (y - target)^2 by y?",
        old="2 * (",
        new="(",
    ),
)


def detached(params, x, targets, k, act):
    free = [value.detach().clone().requires_grad_() for value in params.values()]
    W = dict(zip(params, free, strict=True))
    h, loss = torch.tensor(0.0, dtype=x.dtype), 0.0
    for i, x_t in enumerate(x):
        if i % k == 0:
            h = h.detach()
        a = W["W_xh"] * x_t + W["W_hh"] * h + W["b_h"]
        h = a.tanh() if act == "tanh" else a
        loss = loss + (W["W_hy"] * h + W["b_y"] - targets[i]) ** 2
    loss.backward()
    return {name: value.grad if value.grad is not None else 0.0 for name, value in W.items()}


alternatives = (detached,)

hints = (
    "The forward pass and the losses are those of the whole sequence. Only on the way back does "
    "something change: what is handed from step k + 1 to step k?",
    "By hand: go back as in full backpropagation, and wherever a cut stands, hand on 0. With "
    "autograd: replace the state by state.detach() where a cut stands, then sum all losses.",
    "With i = t - 1, so that i = 0, 1, 2, ..., a cut stands before every i that k divides: "
    "i % k == 0.",
)
