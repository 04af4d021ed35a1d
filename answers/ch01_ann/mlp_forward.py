"""Answer key of `mlp_forward`: forward pass, relu inside, sigmoid at the end."""

from itertools import pairwise

import numpy as np
import torch
from torch import nn

from grading.keys import Case, Mistake

forbidden = ("nn.Linear", "nn.Sequential", "functional.linear")
criteria = {
    "one hidden layer": 2,
    "several hidden layers": 2,
    "no hidden layer, zeros, very large inputs": 1,
}


def solution(X, params):
    H = X
    for W, b in params[:-1]:
        H = torch.relu(H @ W.T + b)  # (n, out)
    W, b = params[-1]
    return torch.sigmoid(H @ W.T + b)


def oracle(X, params):
    layers = []
    for W, b in params:
        layer = nn.Linear(W.shape[1], W.shape[0], dtype=X.dtype)
        layer.load_state_dict({"weight": W, "bias": b})
        layers += [layer, nn.ReLU()]
    layers[-1] = nn.Sigmoid()
    with torch.no_grad():
        return nn.Sequential(*layers)(X)


def network(rng, n, *sizes):
    """Inputs (n, sizes[0]) and one pair (W, b) a layer; the sums are neither tiny nor huge."""
    while True:
        case = {"X": rng.normal(size=(n, sizes[0])), "params": layers(rng, sizes)}
        p = solution(
            torch.from_numpy(case["X"]),
            [[torch.from_numpy(v) for v in pair] for pair in case["params"]],
        )
        if n == 1 or p.std() > 0.05:  # some unit is on, and not for every row
            return case


def layers(rng, sizes):
    """One pair (W, b) a layer."""
    params = []
    for n_in, n_out in pairwise(sizes):
        W = rng.uniform(0.3, 1.0, size=(n_out, n_in)) * rng.choice([-1, 1], size=(n_out, n_in))
        b = rng.uniform(0.2, 0.6, size=n_out) * rng.choice([-1, 1], size=n_out)
        params.append([W / np.sqrt(n_in) * 1.5, b])
    return params


def cases(rng):
    one, many, special = criteria
    xor = [[np.ones((2, 2)), np.array([0.0, -1.0])], [np.array([[1.0, -2.0]]), np.array([-0.5])]]
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    yield Case(one, "the worked network for XOR", {"X": X, "params": xor}, False)
    yield Case(one, "5 rows, sizes 3-4-1", network(rng, 5, 3, 4, 1))
    yield Case(one, "4 rows, sizes 2-5-1", network(rng, 4, 2, 5, 1))
    yield Case(one, "6 rows, sizes 3-3-1", network(rng, 6, 3, 3, 1))
    yield Case(many, "5 rows, sizes 4-3-2-1", network(rng, 5, 4, 3, 2, 1))
    yield Case(many, "3 rows, sizes 2-3-5-4-1", network(rng, 3, 2, 3, 5, 4, 1))
    yield Case(many, "4 rows, sizes 3-3-3-1", network(rng, 4, 3, 3, 3, 1))
    yield Case(special, "no hidden layer: a single neuron", network(rng, 4, 3, 1), False)
    a = network(rng, 1, 4, 3, 1)
    yield Case(special, "one row", a, False)
    yield Case(special, "every input 0", a | {"X": np.zeros((3, 4))}, False)
    far = 1000 * rng.choice([-1.0, 1.0], size=(3, 4))
    yield Case(special, "inputs of +1000 and -1000", a | {"X": far}, False)


mistakes = (
    Mistake(
        "no_bias",
        "the biases of the hidden layers are left out",
        "Each layer comes with two things, W and b. Does the loop use both?",
        old="relu(H @ W.T + b)",
        new="relu(H @ W.T)",
    ),
    Mistake(
        "no_output_bias",
        "the bias of the last layer is left out",
        "The last layer has a bias like the others.",
        old="sigmoid(H @ W.T + b)",
        new="sigmoid(H @ W.T)",
    ),
    Mistake(
        "no_relu",
        "the hidden layers have no activation",
        "Without relu in between, two layers are no more than one. Which function is missing?",
        old="torch.relu(H @ W.T + b)",
        new="(H @ W.T + b)",
    ),
    Mistake(
        "sigmoid_hidden",
        "the hidden layers use the sigmoid and not relu",
        "The sigmoid stands at the end only. What do the hidden layers use here?",
        old="torch.relu(",
        new="torch.sigmoid(",
    ),
    Mistake(
        "tanh_hidden",
        "the hidden layers use tanh and not relu",
        "tanh would do as well, but this network uses another function inside.",
        old="torch.relu(",
        new="torch.tanh(",
    ),
    Mistake(
        "no_sigmoid",
        "the last sum is returned without its sigmoid",
        "Your results leave the range 0 to 1. What turns a sum into a probability?",
        old="torch.sigmoid(H @ W.T + b)",
        new="H @ W.T + b",
    ),
    Mistake(
        "relu_at_the_end",
        "relu is applied to the last sum before the sigmoid",
        "Then no row can get a probability below one half. Is the last layer in the loop?",
        old="torch.sigmoid(H @ W.T + b)",
        new="torch.sigmoid(torch.relu(H @ W.T + b))",
    ),
    Mistake(
        "relu_for_sigmoid",
        "the last layer uses relu like the others",
        "The last layer is different: which activation gives a probability?",
        old="torch.sigmoid(",
        new="torch.relu(",
    ),
    Mistake(
        "bias_after_relu",
        "the bias is added after relu and not before",
        "A neuron adds its bias to the sum, and relu looks at what comes out.",
        old="torch.relu(H @ W.T + b)",
        new="torch.relu(H @ W.T) + b",
    ),
)


def row_by_row(X, params):
    results = []
    for h in X:
        for k, (W, b) in enumerate(params):
            h = W @ h + b
            h = 1 / (1 + torch.exp(-h)) if k == len(params) - 1 else h.clamp(min=0)
        results.append(h)
    return torch.stack(results)


def with_numpy(X, params):
    H = X.numpy().T
    for W, b in params[:-1]:
        H = np.maximum(W.numpy() @ H + b.numpy()[:, None], 0)
    W, b = params[-1]
    z = W.numpy() @ H + b.numpy()[:, None]
    return (0.5 * (1 + np.tanh(z / 2))).T


alternatives = (row_by_row, with_numpy)

hints = (
    "Draw the sizes 3-4-1 and write the shape of everything beside it: X is (n, 3), the first W "
    "is (4, 3). What must be done to W so that X can be multiplied by it?",
    "A layer is H @ W.T + b: all n rows at once, and b is added to each. Loop over all layers "
    "but the last, params[:-1], then treat params[-1] by itself.",
)
