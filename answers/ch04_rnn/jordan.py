"""Answer key of `jordan`: the Jordan network (Jordan, 1986) and its hybrid with Elman's."""

import numpy as np
import torch

from grading.keys import Case, Mistake

parts = ("H", "Y")
forbidden = ("nn.RNN", "nn.RNNCell", "torch.rnn_tanh", "torch.rnn_tanh_cell")
criteria = {
    "one step": 1,
    "the classic network": 2,
    "the hybrid network": 2,
    "zeros and very large inputs": 1,
}


def solution(x, h0, y0, W_xh, W_hh, W_yh, b_h, W_hy, b_y, hybrid):
    h, y, states, outputs = h0, y0, [], []
    for x_t in x:
        a = W_xh @ x_t + W_yh @ y + b_h  # (n_h,)
        if hybrid:
            a = a + W_hh @ h
        h = torch.tanh(a)
        y = W_hy @ h + b_y  # (n_y,)
        states.append(h)
        outputs.append(y)
    return torch.stack(states), torch.stack(outputs)


def oracle(x, h0, y0, W_xh, W_hh, W_yh, b_h, W_hy, b_y, hybrid):
    """Every sum written out, one number at a time."""
    T, n_x = x.shape
    n_y, n_h = W_hy.shape
    H, Y = np.zeros((T + 1, n_h)), np.zeros((T + 1, n_y))  # row 0 is the time before the first
    H[0], Y[0] = h0, y0
    for t in range(1, T + 1):
        for i in range(n_h):
            a = float(b_h[i])
            a += sum(float(W_xh[i, j] * x[t - 1, j]) for j in range(n_x))
            a += sum(float(W_yh[i, k]) * Y[t - 1, k] for k in range(n_y))
            if hybrid:
                a += sum(float(W_hh[i, m]) * H[t - 1, m] for m in range(n_h))
            H[t, i] = np.tanh(a)
        for k in range(n_y):
            Y[t, k] = float(b_y[k]) + sum(float(W_hy[k, i]) * H[t, i] for i in range(n_h))
    return torch.from_numpy(H[1:]), torch.from_numpy(Y[1:])


def network(rng, T, n_x, n_h, n_y):
    """Random inputs and weights, small enough that tanh does not saturate."""
    return {
        "x": rng.normal(size=(T, n_x)),
        "h0": rng.uniform(-0.9, 0.9, size=n_h),
        "y0": rng.uniform(-1.5, 1.5, size=n_y),
        "W_xh": rng.normal(size=(n_h, n_x)) * 0.6 / np.sqrt(n_x),
        "W_hh": rng.normal(size=(n_h, n_h)) * 0.7 / np.sqrt(n_h),
        "W_yh": rng.normal(size=(n_h, n_y)) * 0.6 / np.sqrt(n_y),
        "b_h": rng.uniform(0.2, 0.5, size=n_h) * rng.choice([-1, 1], size=n_h),
        "W_hy": rng.normal(size=(n_y, n_h)),
        "b_y": rng.uniform(-0.8, 0.8, size=n_y),
    }


def cases(rng):
    one, column = np.ones(1), np.ones((1, 1))
    worked = {
        "x": np.arange(1.0, 5.0).reshape(4, 1),
        "h0": np.zeros(1),
        "y0": np.zeros(1),
        "W_xh": column,
        "W_hh": column,
        "W_yh": column,
        "b_h": one,
        "W_hy": column,
        "b_y": one,
    }
    a = network(rng, T=5, n_x=2, n_h=3, n_y=4)
    b = network(rng, T=6, n_x=5, n_h=4, n_y=2)
    square = network(rng, T=4, n_x=3, n_h=3, n_y=3)
    for hybrid, kind in ((False, "the classic network"), (True, "the hybrid network")):
        option = {"hybrid": hybrid}
        yield Case(kind, f"the worked example with hybrid={hybrid}", worked | option, False)
        for sizes, case in (
            ("2 inputs, 3 hidden units and 4 outputs", a),
            ("5 inputs, 4 hidden units and 2 outputs", b),
            ("3 inputs, 3 hidden units and 3 outputs", square),
        ):
            yield Case(kind, f"hybrid={hybrid} with {sizes}", case | option)

    extreme = "zeros and very large inputs"
    signs = rng.choice([-1.0, 1.0], size=(5, 2))
    for hybrid in (False, True):
        option = {"hybrid": hybrid}
        name = f"hybrid={hybrid}"
        yield Case("one step", f"one step with {name}", a | option | {"x": a["x"][:1]}, False)
        nothing = {"x": np.zeros((5, 2)), "y0": np.zeros(4)}
        yield Case(extreme, f"x = 0 and y0 = 0 with {name}", a | option | nothing, False)
        yield Case(
            extreme,
            f"inputs of +1000 and -1000 with {name}",
            a | option | {"x": 1000 * signs},
            False,
        )


mistakes = (
    Mistake(
        "h_in_place_of_y",
        "the hidden state comes back where the output should",
        "Two things can come back in this exercise. Which one does W_yh, of shape (n_h, n_y), "
        "multiply?",
        old="W_yh @ y +",
        new="W_hh @ h +",
    ),
    Mistake(
        "classic_is_elman",
        "hybrid=False gives the Elman network: the state comes back and the output does not",
        "The output comes back in both kinds. What does the switch add to it?",
        old="+ W_yh @ y + b_h  # (n_h,)\n        if hybrid:\n            a = a + W_hh @ h\n",
        new="+ W_hh @ h + b_h\n        if hybrid:\n            a = a + W_yh @ y\n",
        combines_with=("switch_inverted",),
    ),
    Mistake(
        "always_hybrid",
        "W_hh times the old state is added in the classic network too",
        "With hybrid=False the weights W_hh must not matter at all. Do they in yours?",
        old="if hybrid:",
        new="if True:",
    ),
    Mistake(
        "never_hybrid",
        "hybrid=True is treated like hybrid=False",
        "With hybrid=True one more product joins the sum. Is your switch read anywhere?",
        old="if hybrid:",
        new="if False:",
        combines_with=("h_in_place_of_y", "y_not_carried"),
    ),
    Mistake(
        "switch_inverted",
        "the two kinds are the wrong way round",
        "Classic is hybrid=False. Which of your two branches reads W_hh?",
        old="if hybrid:",
        new="if not hybrid:",
    ),
    Mistake(
        "y_not_carried",
        "y0 is fed back at every step",
        "y0 is only the output before the first step. What should step 2 read?",
        old="W_yh @ y +",
        new="W_yh @ y0 +",
    ),
    Mistake(
        "y0_ignored",
        "y0 is never used and the first step gets zeros for it",
        "y0 is zero in the worked example, but it is an argument: any output may have come before.",
        old="= h0, y0,",
        new="= h0, torch.zeros_like(y0),",
    ),
    Mistake(
        "output_late",
        "y_t is computed from the old state, before h_t takes its place",
        "Within one step the order matters: first the new state, then the output that reads it.",
        old="h = torch.tanh(a)\n        y = W_hy @ h + b_y  # (n_y,)",
        new="y = W_hy @ h + b_y\n        h = torch.tanh(a)",
    ),
    Mistake(
        "b_h_missing",
        "b_h is left out",
        "The sum inside tanh has a bias. Which of the ten arguments does your code never read?",
        old=" + b_h",
        new="",
    ),
    Mistake(
        "b_y_missing",
        "b_y is left out",
        "An output has a bias of its own. Which of the ten arguments does your code never read?",
        old="W_hy @ h + b_y",
        new="W_hy @ h",
    ),
    Mistake(
        "tanh_output",
        "tanh is applied to the output as well",
        "The output layer of this network is linear; only the state is squashed.",
        old="y = W_hy @ h + b_y",
        new="y = torch.tanh(W_hy @ h + b_y)",
    ),
    Mistake(
        "h_not_carried",
        "the hybrid reads h0 at every step",
        "The output is carried on as it should be. And the state?",
        old="a + W_hh @ h",
        new="a + W_hh @ h0",
        combines_with=("h_in_place_of_y", "always_hybrid", "switch_inverted", "y_not_carried"),
    ),
)


def with_numpy(x, h0, y0, W_xh, W_hh, W_yh, b_h, W_hy, b_y, hybrid):
    back_h = (W_hh if hybrid else torch.zeros_like(W_hh)).numpy()
    h, y, H, Y = h0.numpy(), y0.numpy(), [], []
    for x_t in x.numpy():
        h = np.tanh(W_xh.numpy() @ x_t + W_yh.numpy() @ y + back_h @ h + b_h.numpy())
        y = W_hy.numpy() @ h + b_y.numpy()
        H, Y = [*H, h], [*Y, y]
    return np.array(H), np.array(Y)


def switch_as_number(x, h0, y0, W_xh, W_hh, W_yh, b_h, W_hy, b_y, hybrid):
    H = x.new_zeros(len(x) + 1, len(h0))
    Y = x.new_zeros(len(x) + 1, len(y0))
    H[0], Y[0] = h0, y0
    for t in range(len(x)):
        H[t + 1] = torch.tanh(x[t] @ W_xh.T + Y[t] @ W_yh.T + hybrid * (H[t] @ W_hh.T) + b_h)
        Y[t + 1] = H[t + 1] @ W_hy.T + b_y
    return H[1:], Y[1:]


alternatives = (with_numpy, switch_as_number)

hints = (
    "Begin with the classic network. Compared with elman, one product of the sum changes: what "
    "comes back, and through which matrix?",
    "Now two variables can travel from step to step, h and y. Update both in every step; the "
    "classic network never reads the old h.",
    "Build the sum without W_hh first. Then, in the hybrid network alone, add W_hh times the old "
    "state before tanh is applied.",
)
