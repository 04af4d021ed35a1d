"""Answer key of `neuron`: weighted sum, bias, activation (McCulloch and Pitts, 1943)."""

import numpy as np
import torch
from torch import nn

from grading.keys import Case, Given, Mistake

criteria = {
    "the weighted sum and the bias (identity)": 2,
    "step and relu": 1,
    "sigmoid and tanh": 1,
    "one input, zeros, very large inputs": 1,
}


def solution(x, w, b, phi):
    return phi((w * x).sum() + b)


def oracle(x, w, b, phi):
    bias = torch.tensor([b], dtype=x.dtype)
    return phi(nn.functional.linear(x, w.unsqueeze(0), bias))[0]


def drawn(rng, m, z):
    """Inputs, weights and a bias whose weighted sum is z before the activation."""
    x = rng.uniform(0.4, 1.5, size=m) * rng.choice([-1, 1], size=m)
    w = rng.uniform(0.3, 1.2, size=m) * rng.choice([-1, 1], size=m)
    b = float(rng.uniform(0.4, 0.9) * rng.choice([-1, 1]))
    w[-1] = (z - b - w[:-1] @ x[:-1]) / x[-1]
    return {"x": x, "w": w, "b": b}


def cases(rng):
    linear, hard, soft, special = criteria
    worked = {"x": np.array([3.0, 2.0]), "w": np.array([0.5, -1.0]), "b": 1.0}
    yield Case(
        linear,
        "x = (3, 2), w = (0.5, -1), b = 1, identity",
        worked | {"phi": Given("identity")},
        False,
    )
    for m, z in ((2, 0.7), (3, -0.6), (5, 1.3), (4, -1.1)):
        neuron = drawn(rng, m, z * rng.uniform(0.8, 1.2))
        sign = "above" if z > 0 else "below"
        for kind, phis in (
            (linear, ["identity"]),
            (hard, ["step", "relu"]),
            (soft, ["sigmoid", "tanh"]),
        ):
            for phi in phis:
                label = f"{m} inputs, sum {sign} 0, phi = {phi}"
                yield Case(kind, label, neuron | {"phi": Given(phi)})

    for phi in ("identity", "relu", "tanh"):
        one = drawn(rng, 1, rng.uniform(0.3, 0.9))
        yield Case(special, f"one input, phi = {phi}", one | {"phi": Given(phi)}, False)
    nothing = drawn(rng, 3, 0.5) | {"x": np.zeros(3)}
    yield Case(special, "every input 0, phi = sigmoid", nothing | {"phi": Given("sigmoid")}, False)
    far = drawn(rng, 3, 0.5)
    far["x"] = 1000 * rng.choice([-1.0, 1.0], size=3)
    for phi in ("sigmoid", "tanh"):
        label = f"inputs of +1000 and -1000, phi = {phi}"
        yield Case(special, label, far | {"phi": Given(phi)}, False)


mistakes = (
    Mistake(
        "no_bias",
        "the bias b is left out",
        "Which of the four arguments does your code never read?",
        old=" + b)",
        new=")",
    ),
    Mistake(
        "bias_outside",
        "b is added after the activation and not before it",
        "The bias belongs to the sum: phi closes its bracket behind b.",
        old=".sum() + b)",
        new=".sum()) + b",
    ),
    Mistake(
        "bias_subtracted",
        "b is subtracted, as if it were a threshold",
        "A threshold of 2 is a bias of -2. Which of the two does this neuron have?",
        old="+ b)",
        new="- b)",
    ),
    Mistake(
        "phi_each",
        "phi is applied to every product before they are added",
        "First everything is gathered into one number, and only then comes phi, once.",
        old="phi((w * x).sum() + b)",
        new="phi(w * x).sum() + b",
        combines_with=(),
    ),
    Mistake(
        "last_product",
        "only the last product is kept and not the sum of all",
        "A loop that writes z = ... each time forgets what it had. What does z += do?",
        old="(w * x).sum()",
        new="(w * x)[-1]",
    ),
    Mistake(
        "not_summed",
        "the products are not added up, so that a vector comes back",
        "A neuron says one number, however many inputs it has. What makes one of many?",
        old=".sum()",
        new="",
    ),
    Mistake(
        "mean",
        "the products are averaged and not added up",
        "With twice as many inputs of the same size the sum doubles. Does yours?",
        old=".sum()",
        new=".mean()",
    ),
    Mistake(
        "weights_ignored",
        "the inputs are added up without their weights",
        "Every input counts as much as its own weight says. Where do the weights enter?",
        old="(w * x)",
        new="x",
    ),
    Mistake(
        "no_phi",
        "the sum is returned as it is, whatever phi says",
        "phi is a function, handed over like a number; the sum has to go through it.",
        old="phi((w",
        new="((w",
    ),
    Mistake(
        "always_relu",
        "the activation is relu, whatever phi is",
        "The caller chooses the activation and hands it over. Which argument is it?",
        old="return phi(",
        new="return torch.relu(",
    ),
    Mistake(
        "bias_per_input",
        "b is added to every product and so counts as often as there are inputs",
        "How many biases has one neuron? And is b added before or after the summing?",
        old="(w * x).sum() + b",
        new="(w * x + b).sum()",
    ),
)


def as_loop(x, w, b, phi):
    z = torch.tensor(b, dtype=x.dtype)
    for w_i, x_i in zip(w, x):
        z = z + w_i * x_i
    return float(phi(z))


def with_dot(x, w, b, phi):
    return phi(torch.dot(w, x) + b)


alternatives = (as_loop, with_dot)

hints = (
    "First one number z from x, w and b, then phi of it. Get z right first; the worked example "
    "gives 0.5.",
    "Multiply entry by entry, add up, add b. Then call phi with that number, as you call any "
    "function.",
)
