"""Answer key of `recurrent_dropout`: one mask a sequence (Gal and Ghahramani, 2016)."""

import numpy as np
import torch
from torch import nn
from torch.func import functional_call

from grading.keys import Case, Mistake

forbidden = ("nn.RNN", "nn.RNNCell", "torch.rnn_tanh", "torch.rnn_tanh_cell")
criteria = {
    "in training": 3,
    "not in training": 1,
    "nothing dropped, all dropped": 1,
    "one step, zeros, very large inputs": 1,
}


def solution(x, h0, W_xh, W_hh, b_h, keep, p, training):
    m = keep / (1 - p) if training else torch.ones_like(keep)
    h, states = h0, []
    for x_t in x:
        h = torch.tanh(W_xh @ x_t + W_hh @ (m * h) + b_h)
        states.append(h)
    return torch.stack(states)


def oracle(x, h0, W_xh, W_hh, b_h, keep, p, training):
    """A mask on the old state is a mask on the columns of W_hh."""
    if training:
        W_hh = W_hh @ torch.diag(keep) / (1 - p)
    rnn = nn.RNN(W_xh.shape[1], W_xh.shape[0], dtype=x.dtype)
    weights = {
        "weight_ih_l0": W_xh,
        "weight_hh_l0": W_hh,
        "bias_ih_l0": b_h,
        "bias_hh_l0": torch.zeros_like(b_h),
    }
    return functional_call(rnn, weights, (x, h0.unsqueeze(0)))[0]


def layer(rng, T, n_x, keep, p):
    """Random inputs and weights for a mask, small enough that tanh does not saturate."""
    n_h = len(keep)
    return {
        "x": rng.normal(size=(T, n_x)),
        "h0": rng.uniform(0.3, 0.9, size=n_h) * rng.choice([-1, 1], size=n_h),
        "W_xh": rng.normal(size=(n_h, n_x)) * 0.7 / np.sqrt(n_x),
        "W_hh": rng.normal(size=(n_h, n_h)) * 0.9 / np.sqrt(n_h),
        "b_h": rng.uniform(0.2, 0.6, size=n_h) * rng.choice([-1, 1], size=n_h),
        "keep": np.array(keep, dtype=float),
        "p": p,
    }


def cases(rng):
    on, off, edge, special = criteria
    column = np.ones((1, 1))
    tiny = {
        "x": np.ones((2, 1)),
        "h0": np.array([0.5]),
        "W_xh": column,
        "W_hh": column,
        "b_h": np.zeros(1),
        "keep": np.ones(1),
        "p": 0.5,
    }
    a = layer(rng, T=5, n_x=2, keep=(1, 0, 1), p=0.3)
    b = layer(rng, T=6, n_x=3, keep=(0, 1, 1, 0, 1), p=0.4)
    square = layer(rng, T=4, n_x=4, keep=(1, 0, 0, 1), p=0.6)
    third = layer(rng, T=5, n_x=3, keep=(0, 1, 1), p=0.2)
    for kind, training in ((on, True), (off, False)):
        option = {"training": training}
        yield Case(kind, f"the example with training={training}", tiny | option, False)
        for sizes, case in (
            ("2 inputs and 3 units", a),
            ("3 inputs and 5 units", b),
            ("4 inputs and 4 units", square),
            ("3 inputs and 3 units", third),
        ):
            yield Case(kind, f"training={training} with {sizes}", case | option)

    option = {"training": True}
    yield Case(edge, "all units kept, p = 0", a | option | {"keep": np.ones(3), "p": 0.0}, False)
    yield Case(edge, "all units kept, p = 0.3", a | option | {"keep": np.ones(3)}, False)
    yield Case(edge, "all units dropped", a | option | {"keep": np.zeros(3)}, False)
    signs = rng.choice([-1.0, 1.0], size=(5, 2))
    yield Case(special, "one step", a | option | {"x": a["x"][:1]}, False)
    yield Case(special, "every input 0", a | option | {"x": np.zeros((5, 2))}, False)
    yield Case(special, "inputs of +1000 and -1000", a | option | {"x": 1000 * signs}, False)


loop = "h = torch.tanh(W_xh @ x_t + W_hh @ (m * h) + b_h)"
mistakes = (
    Mistake(
        "not_scaled",
        "the kept entries are not divided by 1 - p",
        "If half of the old state is missing, the other half must be twice as loud.",
        old="keep / (1 - p)",
        new="keep",
    ),
    Mistake(
        "p_is_kept",
        "the kept entries are divided by p and not by 1 - p",
        "p is the chance to be dropped. What is the chance to be kept?",
        old="(1 - p)",
        new="p",
    ),
    Mistake(
        "made_smaller",
        "the kept entries are multiplied by 1 - p and not divided",
        "Fewer entries arrive in training. Must those be smaller or larger to make up for it?",
        old="keep / (1",
        new="keep * (1",
    ),
    Mistake(
        "always_training",
        "the mask is used without training, too",
        "A network in use drops nothing. Which argument tells you that it is in use?",
        old=" if training else torch.ones_like(keep)",
        new="",
        combines_with=("not_scaled", "p_is_kept", "made_smaller", "on_new_state", "on_product"),
    ),
    Mistake(
        "never_training",
        "the mask is never used",
        "Does your result change with keep, in training?",
        old="keep / (1 - p) if training else ",
        new="",
        combines_with=("W_hh_transposed",),
    ),
    Mistake(
        "switch_inverted",
        "the mask is used without training, and not in training",
        "Look at the switch once more: in which of the two cases are units dropped?",
        old="if training",
        new="if not training",
    ),
    Mistake(
        "scaled_in_use",
        "the state is multiplied by 1 - p without training",
        "Older dropout did so. Here training has done the scaling already: in use, m is 1.",
        old="torch.ones_like(keep)",
        new="torch.full_like(keep, 1 - p)",
    ),
    Mistake(
        "on_new_state",
        "the mask is applied to the new state, also in what is returned",
        "The states that you return are whole. Where on its way does a state meet the mask?",
        old=loop,
        new="h = m * torch.tanh(W_xh @ x_t + W_hh @ h + b_h)",
    ),
    Mistake(
        "on_product",
        "the mask is applied after W_hh, to the product",
        "m stands inside the bracket: a dropped unit sends nothing, but it still receives.",
        old="W_hh @ (m * h)",
        new="m * (W_hh @ h)",
    ),
    Mistake(
        "on_input",
        "the mask is applied to the input",
        "Look at the equation: which of the two products does m belong to?",
        old=loop,
        new="h = torch.tanh(W_xh @ (m * x_t) + W_hh @ h + b_h)",
    ),
    Mistake(
        "h0_whole",
        "the first step reads all of h0, and the mask begins with the second",
        "One mask for the whole sequence: the first step reads a state, too.",
        old="(m * h)",
        new="(m * h if states else h)",
    ),
    Mistake(
        "other_units",
        "the units with a 1 are dropped and those with a 0 are kept",
        "keep says who stays.",
        old="keep / (",
        new="(1 - keep) / (",
    ),
    Mistake(
        "p_not_keep",
        "every entry is scaled, and keep is never used",
        "Which entries of the old state are gone in training?",
        old="keep / (1",
        new="torch.ones_like(keep) / (1",
    ),
    Mistake(
        "W_hh_transposed",
        "W_hh is used transposed",
        "Row i of W_hh holds what arrives at unit i. Which side of the product does the state "
        "stand on, and what does a .T do there?",
        old="W_hh @ (",
        new="W_hh.T @ (",
    ),
)


def columns_of_W_hh(x, h0, W_xh, W_hh, b_h, keep, p, training):
    if training:
        W_hh = W_hh * keep / (1 - p)
    H = [h0]
    for x_t in x:
        H.append((x_t @ W_xh.T + H[-1] @ W_hh.T + b_h).tanh())
    return torch.stack(H[1:])


def with_numpy(x, h0, W_xh, W_hh, b_h, keep, p, training):
    kept = keep.numpy() == 1
    h, H = h0.numpy(), []
    for x_t in x.numpy():
        past = np.where(kept, h / (1 - p), 0.0) if training else h
        h = np.tanh(W_xh.numpy() @ x_t + W_hh.numpy() @ past + b_h.numpy())
        H.append(h)
    return np.array(H)


alternatives = (columns_of_W_hh, with_numpy)

hints = (
    "Without the mask this is the hidden layer of an Elman network. Write that first; it is what "
    "you need when training is false.",
    "The mask does not change from step to step: make m once, before the loop. In the loop only "
    "the old state meets it, just before W_hh does.",
)
