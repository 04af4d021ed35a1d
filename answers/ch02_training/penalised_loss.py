"""Answer key of `penalised_loss`: L1 and L2 penalties (Tibshirani, 1996; Hoerl, Kennard, 1970)."""

from itertools import pairwise

import numpy as np
import torch

from grading.keys import Case, Mistake

parts = ("total", "pulls")
criteria = {
    "L2 alone": 1,
    "L1 alone": 1,
    "both": 2,
    "no price, zeros among the weights": 1,
}


def solution(loss, layers, l1, l2):
    total = loss
    pulls = []
    for layer in layers:
        W = layer["W"]
        total = total + l1 * W.abs().sum() + l2 * (W**2).sum()
        pulls.append(l1 * W.sign() + 2 * l2 * W)
    return total, pulls


def oracle(loss, layers, l1, l2):
    weights = [layer["W"].clone().requires_grad_() for layer in layers]
    flat = torch.cat([W.flatten() for W in weights])
    total = loss + l1 * torch.linalg.vector_norm(flat, 1) + l2 * flat @ flat
    return total.detach(), list(torch.autograd.grad(total, weights))


def network(rng, sizes, loss):
    layers = [
        {"W": rng.normal(size=(out, into)), "b": rng.normal(size=out) + 1}
        for into, out in pairwise(sizes)
    ]
    return {"loss": np.array(loss), "layers": layers}


def cases(rng):
    two, one, both, special = criteria
    example = {
        "loss": np.array(1.0),
        "layers": [{"W": np.array([[2.0, -0.5, 0.1]]), "b": np.array([3.0])}],
        "l1": 0.1,
        "l2": 0.1,
    }
    yield Case(both, "the example, one layer with 3 weights", example, False)
    a = network(rng, (3, 4, 2), 1.3)
    b = network(rng, (2, 5, 3, 1), 0.4)
    square = network(rng, (3, 3), 2.1)
    for label, net in (("layers of 3, 4, 2 units", a), ("layers of 2, 5, 3, 1 units", b)):
        yield Case(two, f"{label}, l1 = 0, l2 = 0.3", net | {"l1": 0.0, "l2": 0.3})
        yield Case(one, f"{label}, l1 = 0.2, l2 = 0", net | {"l1": 0.2, "l2": 0.0})
        yield Case(both, f"{label}, l1 = 0.2, l2 = 0.05", net | {"l1": 0.2, "l2": 0.05})
    yield Case(both, "one square layer, l1 = 0.04, l2 = 0.5", square | {"l1": 0.04, "l2": 0.5})
    yield Case(special, "l1 = l2 = 0", a | {"l1": 0.0, "l2": 0.0}, False)
    zeros = {**b["layers"][0], "W": b["layers"][0]["W"] * rng.integers(0, 2, size=(5, 2))}
    yield Case(
        special,
        "some weights are 0",
        b | {"layers": [zeros, *b["layers"][1:]], "l1": 0.3, "l2": 0.1},
        False,
    )


mistakes = (
    Mistake(
        "biases_too",
        "the biases are charged as well",
        "A bias shifts; it cannot make a curve steep. Which entries of a layer have a price?",
        old="total = total + l1 * W.abs().sum() + l2 * (W**2).sum()",
        new="total = total + l1 * (W.abs().sum() + layer['b'].abs().sum()) + "
        "l2 * ((W**2).sum() + (layer['b'] ** 2).sum())",
        combines_with=("two_missing", "sign_missing"),
    ),
    Mistake(
        "means",
        "the mean of each layer's entries is taken and not their sum",
        "Every weight has its own price, however many there are.",
        old="total = total + l1 * W.abs().sum() + l2 * (W**2).sum()",
        new="total = total + l1 * W.abs().mean() + l2 * (W**2).mean()",
        combines_with=("two_missing", "sign_missing"),
    ),
    Mistake(
        "no_abs",
        "the weights are added up without their absolute values",
        "Weights of +2 and -2 cost as much as two of +2. What do yours cost?",
        old="W.abs().sum()",
        new="W.sum()",
    ),
    Mistake(
        "root",
        "the root of the sum of squares is charged",
        "L2 is the sum of squares here; in the example it is 4.26. What is yours?",
        old="(W**2).sum()",
        new="(W**2).sum().sqrt()",
    ),
    Mistake(
        "halved",
        "the sum of squares is halved",
        "Some books put 1/2 before the squares to shorten the gradient. This loss has no factor.",
        old="l2 * (W**2).sum()",
        new="l2 * (W**2).sum() / 2",
    ),
    Mistake(
        "swapped",
        "l1 is charged for squares and l2 for absolute values",
        "Which of the two prices belongs to which sum?",
        old="l1 * W.abs().sum() + l2 * (W**2).sum()",
        new="l2 * W.abs().sum() + l1 * (W**2).sum()",
        combines_with=("two_missing", "sign_missing"),
    ),
    Mistake(
        "last_layer",
        "only the last layer's weights are charged",
        "Look at the line in your loop that makes the total: what happens to the earlier layers?",
        old="total = total + l1",
        new="total = loss + l1",
        combines_with=("two_missing",),
    ),
    Mistake(
        "loss_missing",
        "the penalty is returned alone, without the loss",
        "With l1 = l2 = 0 the result should be the loss.",
        old="total = loss",
        new="total = 0 * loss",
        combines_with=("two_missing", "sign_missing", "no_abs"),
    ),
    Mistake(
        "two_missing",
        "the pull of L2 lacks its factor 2",
        "What is the derivative of w²?",
        old="2 * l2 * W",
        new="l2 * W",
    ),
    Mistake(
        "sign_missing",
        "the pull of L1 is l1 for every weight, whatever its sign",
        "Left of 0, in which direction does |w| rise?",
        old="W.sign()",
        new="torch.ones_like(W)",
    ),
    Mistake(
        "towards_w",
        "the pull of L1 is proportional to the weight",
        "|w| is as steep at 5 as at 0.01. How large is its slope?",
        old="W.sign()",
        new="W",
    ),
)


def with_autograd(loss, layers, l1, l2):
    total, pulls = loss, []
    for layer in layers:
        W = layer["W"].detach().clone().requires_grad_()
        price = l1 * W.abs().sum() + l2 * W.square().sum()
        price.backward()
        pulls.append(W.grad)
        total = total + price.detach()
    return total, pulls


def with_numpy(loss, layers, l1, l2):
    weights = [np.asarray(layer["W"]) for layer in layers]
    total = float(loss) + sum(l1 * np.abs(W).sum() + l2 * (W * W).sum() for W in weights)
    return total, [l1 * np.sign(W) + 2 * l2 * W for W in weights]


alternatives = (with_autograd, with_numpy)

hints = (
    "Two jobs in one loop over the layers: add each layer's price to the total, and note how that "
    "price pulls at each weight. Only layer['W'] counts.",
    "W.abs().sum() and (W**2).sum() are the two sums. The pull is the derivative of the price by "
    "each weight: the slope of |w| is the sign of w, the slope of w² you know.",
)
