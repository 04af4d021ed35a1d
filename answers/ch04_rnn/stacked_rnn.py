"""Answer key of `stacked_rnn`: recurrent layers on top of each other."""

import numpy as np
import torch

from grading.keys import Case, Mistake

forbidden = ("nn.RNN", "nn.RNNCell", "torch.rnn_tanh", "torch.rnn_tanh_cell")
criteria = {
    "a single layer": 1,
    "two or three layers": 3,
    "one step, zeros, very large inputs": 1,
}


def solution(x, layers):
    below = x
    for layer in layers:
        h, states = torch.zeros_like(layer["b_h"]), []
        for u_t in below:
            h = torch.tanh(layer["W_xh"] @ u_t + layer["W_hh"] @ h + layer["b_h"])
            states.append(h)
        below = torch.stack(states)
    return below


def oracle(x, layers):
    """Step by step and not layer by layer: all layers move on before the next input comes."""
    now = [torch.zeros(1, len(layer["b_h"]), dtype=x.dtype) for layer in layers]
    top = []
    for x_t in x:
        u = x_t.unsqueeze(0)
        for i, layer in enumerate(layers):
            W_xh, W_hh, b_h = layer["W_xh"], layer["W_hh"], layer["b_h"]
            u = now[i] = torch.rnn_tanh_cell(u, now[i], W_xh, W_hh, b_h, torch.zeros_like(b_h))
        top.append(u)
    return torch.cat(top)


def stack(rng, T, n_x, *sizes):
    """Random inputs, and a layer of each size with weights that don't saturate it."""
    layers = []
    for below, n_h in zip((n_x, *sizes), sizes, strict=False):
        layers.append(
            {
                "W_xh": rng.normal(size=(n_h, below)) * 0.8 / np.sqrt(below),
                "W_hh": rng.normal(size=(n_h, n_h)) * 0.9 / np.sqrt(n_h),
                "b_h": rng.uniform(0.2, 0.6, size=n_h) * rng.choice([-1, 1], size=n_h),
            }
        )
    return {"x": rng.normal(size=(T, n_x)), "layers": layers}


def cases(rng):
    one, more, special = criteria
    unit = {"W_xh": np.ones((1, 1)), "W_hh": np.ones((1, 1)), "b_h": np.zeros(1)}
    tiny = {"x": np.array([[1.0], [2.0]]), "layers": [unit, unit]}
    yield Case(more, "the example, two layers of one unit", tiny, False)
    yield Case(one, "one layer, 2 inputs, 3 units, 5 steps", stack(rng, 5, 2, 3))
    yield Case(one, "one layer, 4 inputs, 2 units, 6 steps", stack(rng, 6, 4, 2))
    a = stack(rng, 5, 2, 3, 4)
    yield Case(more, "2 inputs, layers of 3 and 4 units, 5 steps", a)
    yield Case(more, "4 inputs, layers of 5, 2 and 3 units, 6 steps", stack(rng, 6, 4, 5, 2, 3))
    yield Case(more, "3 inputs, two layers of 3 units, 4 steps", stack(rng, 4, 3, 3, 3))
    yield Case(more, "4 inputs, three layers of 4 units, 5 steps", stack(rng, 5, 4, 4, 4, 4))

    yield Case(special, "two layers, one step", a | {"x": a["x"][:1]}, False)
    yield Case(special, "two layers, every input 0", a | {"x": np.zeros((5, 2))}, False)
    signs = rng.choice([-1.0, 1.0], size=(5, 2))
    yield Case(special, "two layers, inputs of +1000 and -1000", a | {"x": 1000 * signs}, False)


mistakes = (
    Mistake(
        "all_read_x",
        "every layer reads x, and so all but the last are thrown away",
        "Layers of equal size hide it. What does the second layer read?",
        old="in below:",
        new="in x:",
    ),
    Mistake(
        "one_step_late",
        "each layer reads what the layer below held one step earlier",
        "Information climbs all layers within one step: only the arrow to the right takes time.",
        old="for u_t in below:",
        new="late = torch.cat([torch.zeros_like(below[:1]), below[:-1]])\n"
        "        for u_t in (below if below is x else late):",
    ),
    Mistake(
        "state_passed_up",
        "a layer starts from the last state of the layer below",
        "Each layer has a state of its own. What is its h_0?",
        old='h, states = torch.zeros_like(layer["b_h"]), []',
        new='h, states = (torch.zeros_like(layer["b_h"]) if below is x else h), []',
    ),
    Mistake(
        "first_weights",
        "all layers use the weights of the first",
        "Every layer has its own dict. Which one does the second layer read?",
        old="for layer in layers:",
        new="for layer in layers[:1] * len(layers):",
        combines_with=("W_hh_transposed", "no_bias", "bias_twice"),
    ),
    Mistake(
        "top_down",
        "the layers are run from the last to the first",
        "The list goes from the bottom up: layers[0] reads x.",
        old="for layer in layers:",
        new="for layer in reversed(layers):",
        combines_with=("W_hh_transposed", "no_bias", "bias_twice"),
    ),
    Mistake(
        "bottom_only",
        "the states of the first layer are returned",
        "How many times does your code go through the list of layers?",
        old="for layer in layers:",
        new="for layer in layers[:1]:",
        combines_with=("W_hh_transposed", "no_bias", "bias_twice"),
    ),
    Mistake(
        "no_past",
        "the old state does not enter the new one",
        "Without W_hh these are plain layers, one above the other, with no memory.",
        old=' + layer["W_hh"] @ h',
        new="",
        combines_with=("all_read_x", "one_step_late", "no_bias"),
    ),
    Mistake(
        "linear_top",
        "the top layer goes without tanh",
        "The last layer is a recurrent layer like the others; its states are squashed, too.",
        old='h = torch.tanh(layer["W_xh"] @ u_t + layer["W_hh"] @ h + layer["b_h"])',
        new='h = layer["W_xh"] @ u_t + layer["W_hh"] @ h + layer["b_h"]\n'
        "            h = h if layer is layers[-1] else torch.tanh(h)",
    ),
    Mistake(
        "W_hh_transposed",
        "W_hh is used transposed",
        "Row i of W_hh holds what arrives at unit i. Which side of the product does the state "
        "stand on, and what does a .T do there?",
        old='layer["W_hh"] @',
        new='layer["W_hh"].T @',
    ),
    Mistake(
        "no_bias",
        "b_h is left out",
        "The sum inside tanh has three terms. Which entry of the dict does yours never read?",
        old=' + layer["b_h"]',
        new="",
    ),
    Mistake(
        "bias_twice",
        "b_h is added twice",
        "PyTorch's own layer keeps two biases; the equation of this network has one.",
        old=' + layer["b_h"]',
        new=' + 2 * layer["b_h"]',
    ),
)


def step_by_step(x, layers):
    h = [layer["b_h"] * 0 for layer in layers]
    top = []
    for u in x:
        for i, layer in enumerate(layers):
            h[i] = torch.tanh(layer["W_xh"].mv(u) + layer["W_hh"].mv(h[i]) + layer["b_h"])
            u = h[i]
        top.append(u)
    return top


def recursive(x, layers):
    if not layers:
        return x
    W_xh, W_hh, b_h = (layers[-1][name].numpy() for name in ("W_xh", "W_hh", "b_h"))
    H = np.zeros((len(x) + 1, len(b_h)))
    for t, u in enumerate(np.asarray(recursive(x, layers[:-1]))):
        H[t + 1] = np.tanh(W_xh @ u + W_hh @ H[t] + b_h)
    return H[1:]


alternatives = (step_by_step, recursive)

hints = (
    "Write the loop for one layer first: it turns a sequence of inputs into a sequence of states. "
    "And that is a sequence again.",
    "Go through layers one after the other. The states of each, stacked to shape (T, n_h), take "
    "the place of x for the next; its own state starts from zeros.",
)
