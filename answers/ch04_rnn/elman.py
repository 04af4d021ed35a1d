"""Answer key of `elman`: the Elman network over one sequence (Elman, 1990)."""

import numpy as np
import torch
from torch import nn
from torch.func import functional_call

from grading.keys import Case, Mistake

parts = ("H", "Y")
forbidden = ("nn.RNN", "nn.RNNCell", "torch.rnn_tanh", "torch.rnn_tanh_cell")
criteria = {
    "one step": 1,
    "a whole sequence": 2,
    "gradients reach every weight": 2,
    "zeros and very large inputs": 1,
}


def solution(x, h0, W_xh, W_hh, b_h, W_hy, b_y):
    h, states, outputs = h0, [], []
    for x_t in x:
        h = torch.tanh(W_xh @ x_t + W_hh @ h + b_h)  # (n_h,)
        states.append(h)
        outputs.append(W_hy @ h + b_y)  # (n_y,)
    return torch.stack(states), torch.stack(outputs)


def oracle(x, h0, W_xh, W_hh, b_h, W_hy, b_y):
    rnn = nn.RNN(W_xh.shape[1], W_xh.shape[0], dtype=x.dtype)
    weights = {
        "weight_ih_l0": W_xh,
        "weight_hh_l0": W_hh,
        "bias_ih_l0": b_h,
        "bias_hh_l0": torch.zeros_like(b_h),  # nn.RNN has two biases, this network one
    }
    H, _ = functional_call(rnn, weights, (x, h0.unsqueeze(0)))
    return H, nn.functional.linear(H, W_hy, b_y)


def network(rng, T, n_x, n_h, n_y):
    """Random inputs and weights, small enough that tanh does not saturate."""
    return {
        "x": rng.normal(size=(T, n_x)),
        "h0": rng.uniform(-0.9, 0.9, size=n_h),
        "W_xh": rng.normal(size=(n_h, n_x)) * 0.7 / np.sqrt(n_x),
        "W_hh": rng.normal(size=(n_h, n_h)) * 0.9 / np.sqrt(n_h),
        "b_h": rng.uniform(0.2, 0.6, size=n_h) * rng.choice([-1, 1], size=n_h),
        "W_hy": rng.normal(size=(n_y, n_h)),
        "b_y": rng.normal(size=n_y),
    }


def cases(rng):
    one, column = np.ones(1), np.ones((1, 1))
    worked = {
        "x": np.arange(1.0, 5.0).reshape(4, 1),
        "h0": np.zeros(1),
        "W_xh": column,
        "W_hh": column,
        "b_h": one,
        "W_hy": column,
        "b_y": one,
    }
    yield Case("a whole sequence", "the worked example, every parameter 1", worked, False)

    a = network(rng, T=5, n_x=2, n_h=3, n_y=4)
    yield Case("a whole sequence", "2 inputs, 3 hidden units, 4 outputs, 5 steps", a)
    yield Case("a whole sequence", "the same network with h0 = 0", a | {"h0": np.zeros(3)})
    b = network(rng, T=6, n_x=5, n_h=4, n_y=2)
    yield Case("a whole sequence", "5 inputs, 4 hidden units, 2 outputs, 6 steps", b)
    square = network(rng, T=4, n_x=3, n_h=3, n_y=3)
    yield Case("a whole sequence", "3 inputs, 3 hidden units, 3 outputs, 4 steps", square)

    first = {"x": a["x"][:1]}
    yield Case("one step", "2 inputs, 3 hidden units, one step", a | first, False)
    yield Case("one step", "one step from h0 = 0", a | first | {"h0": np.zeros(3)}, False)

    wanted = ("W_xh", "W_hh", "b_h")
    for T, n_x, n_h, n_y in ((4, 2, 3, 1), (5, 3, 2, 4), (3, 3, 3, 3)):
        outputs = "1 output" if n_y == 1 else f"{n_y} outputs"
        label = f"gradients with {n_x} inputs, {n_h} hidden units, {outputs}, {T} steps"
        case = network(rng, T, n_x, n_h, n_y)
        yield Case("gradients reach every weight", label, case, gradients=wanted)

    extreme = "zeros and very large inputs"
    yield Case(extreme, "every input 0", a | {"x": np.zeros((5, 2))}, False)
    signs = rng.choice([-1.0, 1.0], size=(5, 2))
    yield Case(extreme, "inputs of +1000 and -1000", a | {"x": 1000 * signs}, False)


mistakes = (
    Mistake(
        "bias_twice",
        "b_h is added twice",
        "PyTorch's own layer keeps two biases; the equation of this network has one. "
        "Count how often b_h enters the sum.",
        old="b_h)",
        new="b_h + b_h)",
    ),
    Mistake(
        "bias_missing",
        "b_h is left out",
        "The sum inside tanh has three terms. Which of the seven arguments does yours never read?",
        old=" + b_h)",
        new=")",
        combines_with=("W_hh_transposed", "starts_from_zero", "output_late", "tanh_output"),
    ),
    Mistake(
        "bias_outside",
        "b_h is added after tanh and not before",
        "Look at the equation again: where does the bracket of tanh close?",
        old=" + b_h)",
        new=") + b_h",
        combines_with=("W_hh_transposed", "starts_from_zero", "output_late", "tanh_output"),
    ),
    Mistake(
        "W_hh_transposed",
        "W_hh is used transposed",
        "Row i of W_hh holds what arrives at unit i. Which side of the product does the state "
        "stand on, and what does a .T do there?",
        old="+ W_hh",
        new="+ W_hh.T",
    ),
    Mistake(
        "no_past",
        "the old state does not enter the new one",
        "Without its horizontal arrow this is a feed-forward network. Which matrix is that arrow?",
        old="W_hh @ h + ",
        new="",
    ),
    Mistake(
        "h_not_carried",
        "every step starts again from h0",
        "Step 3 must read the state that step 2 left behind. Follow one variable through the "
        "loop: who changes it?",
        old="@ h + b_h",
        new="@ h0 + b_h",
        combines_with=("bias_twice", "W_hh_transposed", "output_late", "tanh_output", "no_tanh"),
    ),
    Mistake(
        "starts_from_zero",
        "the state starts from zeros and h0 is never used",
        "h0 is zero in the worked example, but it is an argument: the caller may hand over any "
        "memory.",
        old="= h0,",
        new="= torch.zeros_like(h0),",
        combines_with=("bias_twice", "W_hh_transposed", "history_cut"),
    ),
    Mistake(
        "output_late",
        "the output y_t is read from the state of the step before",
        "Within one step the order matters: first the new state, then the output that reads it.",
        old="W_hy @ h ",
        new="W_hy @ (states[-2] if len(states) > 1 else h0) ",
    ),
    Mistake(
        "b_y_missing",
        "b_y is left out",
        "An output has a bias of its own. Which of the seven arguments does yours never read?",
        old=" + b_y)",
        new=")",
    ),
    Mistake(
        "tanh_output",
        "tanh is applied to the output as well",
        "The output layer of this network is linear; only the state is squashed.",
        old="torch.stack(outputs)",
        new="torch.tanh(torch.stack(outputs))",
    ),
    Mistake(
        "sigmoid",
        "the state goes through the sigmoid and not through tanh",
        "Both curves are S-shaped, but only one goes below zero. Which does this network use?",
        old="torch.tanh(W",
        new="torch.sigmoid(W",
    ),
    Mistake(
        "no_tanh",
        "the state is not squashed by tanh",
        "A state must stay between -1 and 1. Print yours.",
        old="h = torch.tanh(",
        new="h = (",
    ),
    Mistake(
        "history_cut",
        "the state is cut from its history at every step, so that gradients stop one step back",
        "The values are right, but the graph is broken: look for .detach(), .item(), .data or "
        "torch.tensor(...) around the state.",
        old="for x_t in x:",
        new="for x_t in x:\n        h = h.detach()",
        combines_with=("bias_twice", "W_hh_transposed", "starts_from_zero"),
    ),
)


def inputs_first(x, h0, W_xh, W_hh, b_h, W_hy, b_y):
    drive = x @ W_xh.T + b_h  # (T, n_h), all steps at once: only the state needs the loop
    H = []
    for d in drive:
        H.append(torch.tanh(d + (H[-1] if H else h0) @ W_hh.T))
    H = torch.stack(H)
    return H, H @ W_hy.T + b_y


def written_into_place(x, h0, W_xh, W_hh, b_h, W_hy, b_y):
    T = x.shape[0]
    H, Y = x.new_zeros(T, len(b_h)), x.new_zeros(T, len(b_y))
    h = h0
    for t in range(T):
        h = torch.tanh(torch.mv(W_xh, x[t]) + torch.mv(W_hh, h) + b_h)
        H[t] = h
        Y[t] = torch.mv(W_hy, h) + b_y
    return {"H": H, "Y": Y}


alternatives = (inputs_first, written_into_place)

hints = (
    "Start from the worked numbers: which single variable goes from one step to the next?",
    "One pass of the loop is two lines: the new state from x[t] and the old state, then the "
    "output from the new state. W @ v multiplies a matrix of shape (n_h, n_x) by a vector (n_x,).",
    "Set h to h0 before the loop, append each new h and y to two lists, and turn the lists into "
    "tensors of shape (T, n_h) and (T, n_y) with torch.stack after the loop.",
)
