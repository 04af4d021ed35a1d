"""Answer key of `bidirectional_rnn`: one run from each end (Schuster and Paliwal, 1997)."""

import numpy as np
import torch
from torch import nn
from torch.func import functional_call

from grading.keys import Case, Mistake

forbidden = ("nn.RNN", "nn.RNNCell", "torch.rnn_tanh", "torch.rnn_tanh_cell")
criteria = {
    "a whole sequence": 3,
    "one step, two steps": 1,
    "zeros and very large inputs": 1,
}


def solution(x, forward, backward):
    def run(rows, W_xh, W_hh, b_h):
        h, states = torch.zeros_like(b_h), []
        for x_t in rows:
            h = torch.tanh(W_xh @ x_t + W_hh @ h + b_h)
            states.append(h)
        return torch.stack(states)  # (T, n_h), in the order of reading

    f = run(x, **forward)
    g = run(x.flip(0), **backward).flip(0)
    return torch.cat([f, g], dim=1)


def oracle(x, forward, backward):
    n_h, n_x = forward["W_xh"].shape
    rnn = nn.RNN(n_x, n_h, bidirectional=True, dtype=x.dtype)
    weights = {}
    for end, run in (("", forward), ("_reverse", backward)):
        weights[f"weight_ih_l0{end}"] = run["W_xh"]
        weights[f"weight_hh_l0{end}"] = run["W_hh"]
        weights[f"bias_ih_l0{end}"] = run["b_h"]
        weights[f"bias_hh_l0{end}"] = torch.zeros_like(run["b_h"])  # nn.RNN has two biases
    return functional_call(rnn, weights, (x,))[0]


def weights(rng, n_x, n_h):
    """The random weights of one run, small enough that tanh does not saturate."""
    return {
        "W_xh": rng.normal(size=(n_h, n_x)) * 0.8 / np.sqrt(n_x),
        "W_hh": rng.normal(size=(n_h, n_h)) * 0.9 / np.sqrt(n_h),
        "b_h": rng.uniform(0.2, 0.6, size=n_h) * rng.choice([-1, 1], size=n_h),
    }


def network(rng, T, n_x, n_h):
    """Random inputs and weights for both runs."""
    return {
        "x": rng.normal(size=(T, n_x)),
        "forward": weights(rng, n_x, n_h),
        "backward": weights(rng, n_x, n_h),
    }


def cases(rng):
    kind, short, extreme = criteria
    unit = {"W_xh": np.ones((1, 1)), "W_hh": np.ones((1, 1)), "b_h": np.zeros(1)}
    tiny = {"x": np.array([[1.0], [2.0]]), "forward": unit, "backward": unit}
    yield Case(kind, "the example, one unit each way", tiny, False)
    a = network(rng, T=5, n_x=2, n_h=3)
    yield Case(kind, "2 inputs, 3 units each way, 5 steps", a)
    yield Case(kind, "the same weights, another sequence", a | {"x": rng.normal(size=(5, 2))})
    yield Case(kind, "4 inputs, 2 units each way, 6 steps", network(rng, T=6, n_x=4, n_h=2))
    yield Case(kind, "3 inputs, 3 units each way, 4 steps", network(rng, T=4, n_x=3, n_h=3))

    yield Case(short, "one step", a | {"x": a["x"][:1]}, False)
    yield Case(short, "two steps", a | {"x": a["x"][:2]}, False)
    yield Case(extreme, "every input 0", a | {"x": np.zeros((5, 2))}, False)
    signs = rng.choice([-1.0, 1.0], size=(5, 2))
    yield Case(extreme, "inputs of +1000 and -1000", a | {"x": 1000 * signs}, False)


mistakes = (
    Mistake(
        "not_put_back",
        "the backward states stay in the order of reading",
        "The backward run meets the last row first. In which row must its first state end up?",
        old=".flip(0)\n    return",
        new="\n    return",
    ),
    Mistake(
        "x_not_turned",
        "the backward run reads x from the first row on",
        "Turning the states round is not enough. In which order are the rows read?",
        old="run(x.flip(0)",
        new="run(x",
        combines_with=("halves_swapped", "shared_forward", "W_hh_transposed", "no_bias"),
    ),
    Mistake(
        "never_turned",
        "both runs read from left to right",
        "The backward half must know the future. Which row does it read first?",
        old="run(x.flip(0), **backward).flip(0)",
        new="run(x, **backward)",
    ),
    Mistake(
        "columns_turned",
        "the entries of each row are turned round, and not the rows",
        "Time runs down the rows. Which dimension is that?",
        old="run(x.flip(0)",
        new="run(x.flip(1)",
        combines_with=("not_put_back", "halves_swapped", "no_bias"),
    ),
    Mistake(
        "halves_swapped",
        "the backward state stands first in every row",
        "Compare the first row of the example: which of its numbers has read x_1 alone?",
        old="[f, g]",
        new="[g, f]",
    ),
    Mistake(
        "shared_forward",
        "both runs use the weights of forward",
        "There are two dicts. Which of them does your backward run read?",
        old="**backward",
        new="**forward",
    ),
    Mistake(
        "weights_swapped",
        "the two runs use each other's weights",
        "The run that starts at x_1 is the forward one. Which dict belongs to it?",
        old="f = run(x, **forward)\n    g = run(x.flip(0), **backward)",
        new="f = run(x, **backward)\n    g = run(x.flip(0), **forward)",
    ),
    Mistake(
        "state_handed_over",
        "the backward run starts from the last state of the forward run",
        "The two runs know nothing of each other. What is g_{T+1}?",
        old="f = run(x, **forward)\n    g = run(x.flip(0), **backward).flip(0)",
        new="f = run(x, **forward)\n"
        "    h, g = f[-1], []\n"
        "    for x_t in x.flip(0):\n"
        "        W_xh, W_hh, b_h = backward['W_xh'], backward['W_hh'], backward['b_h']\n"
        "        h = torch.tanh(W_xh @ x_t + W_hh @ h + b_h)\n"
        "        g.insert(0, h)\n"
        "    g = torch.stack(g)",
    ),
    Mistake(
        "next_input",
        "the backward half of each row stops short of that row's own input",
        "g_t has read x_T, ..., x_t: the input of its own step is the last one, but it is there.",
        old=".flip(0)\n    return",
        new=".flip(0)\n    g = torch.cat([g[1:], torch.zeros_like(g[:1])])\n    return",
        combines_with=("halves_swapped", "shared_forward", "no_bias", "W_hh_transposed"),
    ),
    Mistake(
        "W_hh_transposed",
        "W_hh is used transposed",
        "Row i of W_hh holds what arrives at unit i. Which side of the product does the state "
        "stand on, and what does a .T do there?",
        old="W_hh @ h + b_h)\n            ",
        new="W_hh.T @ h + b_h)\n            ",
    ),
    Mistake(
        "no_bias",
        "b_h is left out",
        "The sum inside tanh has three terms. Which entry of the dicts does yours never read?",
        old=" + b_h)",
        new=")",
    ),
    Mistake(
        "summed",
        "the two states are added and not put side by side",
        "A row holds 2 n_h numbers: first all of f_t, then all of g_t.",
        old="torch.cat([f, g], dim=1)",
        new="f + g",
        combines_with=(),
    ),
)


def two_loops(x, forward, backward):
    T, n_h = len(x), len(forward["b_h"])
    both = x.new_zeros(T, 2 * n_h)
    f, g = x.new_zeros(n_h), x.new_zeros(n_h)
    for t in range(T):
        f = torch.tanh(forward["W_xh"] @ x[t] + forward["W_hh"] @ f + forward["b_h"])
        both[t, :n_h] = f
    for t in range(T - 1, -1, -1):
        g = torch.tanh(backward["W_xh"] @ x[t] + backward["W_hh"] @ g + backward["b_h"])
        both[t, n_h:] = g
    return both


def with_numpy(x, forward, backward):
    ends = []
    for rows, run in ((x.numpy(), forward), (x.numpy()[::-1], backward)):
        h, states = np.zeros(len(run["b_h"])), []
        for row in rows:
            h = np.tanh(run["W_xh"].numpy() @ row + run["W_hh"].numpy() @ h + run["b_h"].numpy())
            states.append(h)
        ends.append(states)
    return np.array([[*f, *g] for f, g in zip(ends[0], reversed(ends[1]), strict=True)])


alternatives = (two_loops, with_numpy)

hints = (
    "Both runs are the same loop with other weights. Write it once, as a function of the rows "
    "that it reads, and get the forward half right first.",
    "The backward half is the same loop over the rows in reverse. x.flip(0) turns rows round, and "
    "it can do that to the states as well, so that row t - 1 belongs to step t again.",
    "torch.cat([f, g], dim=1) puts two tensors of shape (T, n_h) side by side.",
)
