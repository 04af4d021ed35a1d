"""Answer key of `fine_tune_step`: one step of gradient descent with frozen layers."""

from itertools import pairwise

import numpy as np
import torch

from grading.keys import Case, Mistake

criteria = {
    "feature extraction, n_free = 0": 1,
    "fine-tuning": 3,
    "nothing frozen, no base at all": 1,
}


def solution(layers, grads, n_free, lr_base, lr_head):
    head = len(layers) - 1
    new = []
    for i, (layer, grad) in enumerate(zip(layers, grads)):
        if i == head:
            lr = lr_head
        elif i >= head - n_free:
            lr = lr_base
        else:
            lr = 0.0
        new.append({name: layer[name] - lr * grad[name] for name in layer})
    return new


def oracle(layers, grads, n_free, lr_base, lr_head):
    """PyTorch's optimiser, with a group of parameters for each rate."""
    new = [{name: torch.nn.Parameter(v.clone()) for name, v in layer.items()} for layer in layers]
    for layer, grad in zip(new, grads):
        for name, parameter in layer.items():
            parameter.grad = grad[name]
    free = new[:-1][len(new) - 1 - n_free :]
    groups = [{"params": list(new[-1].values()), "lr": lr_head}]
    groups += [{"params": list(layer.values()), "lr": lr_base} for layer in free]
    torch.optim.SGD(groups).step()
    return [{name: v.detach() for name, v in layer.items()} for layer in new]


def network(rng, sizes):
    def draw():
        return [
            {"W": rng.normal(size=(out, into)), "b": rng.normal(size=out)}
            for into, out in pairwise(sizes)
        ]

    return {"layers": draw(), "grads": draw(), "lr_base": 0.05, "lr_head": 0.4}


def cases(rng):
    extraction, tuning, special = criteria
    layers = [{"W": np.ones((1, 1)), "b": np.ones(1)}] * 3
    example = {"layers": layers, "grads": layers, "n_free": 1, "lr_base": 0.1, "lr_head": 0.5}
    yield Case(tuning, "the example with 3 layers", example, False)
    a, b = network(rng, (2, 3, 4, 2)), network(rng, (3, 2, 5, 4, 3, 2))
    square = network(rng, (3, 3, 3, 3, 3))
    for label, net in (("3 layers", a), ("5 layers", b)):
        yield Case(extraction, f"{label}, n_free = 0", net | {"n_free": 0})
    yield Case(tuning, "3 layers, n_free = 1", a | {"n_free": 1})
    yield Case(tuning, "5 layers, n_free = 1", b | {"n_free": 1})
    yield Case(tuning, "5 layers, n_free = 2", b | {"n_free": 2})
    yield Case(tuning, "4 square layers, n_free = 1", square | {"n_free": 1})
    yield Case(special, "5 layers, n_free = 4", b | {"n_free": 4})
    yield Case(special, "a head alone", network(rng, (4, 3)) | {"n_free": 0}, False)


mistakes = (
    Mistake(
        "lowest_free",
        "the lowest layers of the base are set free and not the highest",
        "What a layer near the input has learned serves any task. Which layers are the special "
        "ones?",
        old="i >= head - n_free",
        new="i < n_free",
    ),
    Mistake(
        "head_counts",
        "the head is counted among the n_free layers",
        "n_free counts layers of the base. With n_free = 1, how many layers move in all?",
        old="head - n_free",
        new="head - n_free + 1",
        combines_with=("head_slow", "uphill"),
    ),
    Mistake(
        "one_more",
        "one layer too many is set free",
        "With n_free = 0, does a layer other than the head move in yours?",
        old="head - n_free",
        new="head - n_free - 1",
    ),
    Mistake(
        "none_frozen",
        "every layer of the base moves",
        "Does your result change with n_free?",
        old="lr = 0.0",
        new="lr = lr_base",
    ),
    Mistake(
        "head_slow",
        "the head learns with lr_base",
        "The head starts from chance and has the longest way to go. Which rate is its?",
        old="lr = lr_head",
        new="lr = lr_base",
    ),
    Mistake(
        "rates_swapped",
        "the two rates change places",
        "The base knows something already and should move with care. Which rate is its?",
        old="lr = lr_head\n        elif i >= head - n_free:\n            lr = lr_base",
        new="lr = lr_base\n        elif i >= head - n_free:\n            lr = lr_head",
    ),
    Mistake(
        "head_frozen",
        "the head does not move",
        "Without its head the network can't answer the new question. Who teaches it?",
        old="lr = lr_head",
        new="lr = 0.0",
        combines_with=("lowest_free", "uphill"),
    ),
    Mistake(
        "uphill",
        "the gradient is added and not taken away",
        "Gradient descent goes down.",
        old="layer[name] - lr",
        new="layer[name] + lr",
    ),
    Mistake(
        "biases_stay",
        "the biases do not move",
        "A layer has weights and biases, and both learn.",
        old="lr * grad[name]",
        new="lr * grad[name] * (name == 'W')",
    ),
)


def in_three_parts(layers, grads, n_free, lr_base, lr_head):
    def moved(layer, grad, lr):
        return {"W": layer["W"] - lr * grad["W"], "b": layer["b"] - lr * grad["b"]}

    frozen = len(layers) - 1 - n_free
    new = [dict(layer) for layer in layers[:frozen]]
    new += [moved(a, g, lr_base) for a, g in zip(layers[frozen:-1], grads[frozen:-1])]
    return new + [moved(layers[-1], grads[-1], lr_head)]


def with_numpy(layers, grads, n_free, lr_base, lr_head):
    rates = [0.0] * (len(layers) - 1 - n_free) + [lr_base] * n_free + [lr_head]
    return [
        {
            "b": np.asarray(layer["b"]) - r * np.asarray(grad["b"]),
            "W": np.asarray(layer["W"]) - r * np.asarray(grad["W"]),
        }
        for layer, grad, r in zip(layers, grads, rates)
    ]


alternatives = (in_three_parts, with_numpy)

hints = (
    "Give every layer a rate first, as a list: 0 for the frozen ones, lr_base for the free ones, "
    "lr_head for the last. How many are there of each?",
    "Of L layers one is the head, n_free are free, and the L - 1 - n_free nearest to the input "
    "are frozen. Mind n_free = 0: layers[-0:] is the whole list.",
)
