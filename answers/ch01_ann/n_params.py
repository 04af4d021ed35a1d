"""Answer key of `n_params`: how many numbers a stack of dense layers learns."""

from itertools import pairwise

from torch import nn

from grading.keys import Case, Mistake

criteria = {
    "networks with hidden layers": 2,
    "a single layer": 1,
}


def solution(sizes):
    total = 0
    for k in range(1, len(sizes)):
        n_in, n_out = sizes[k - 1], sizes[k]
        total += n_in * n_out + n_out
    return total


def oracle(sizes):
    layers = [nn.Linear(sizes[k], sizes[k + 1]) for k in range(len(sizes) - 1)]
    return sum(p.numel() for p in nn.ModuleList(layers).parameters())


def cases(rng):
    deep, single = criteria
    yield Case(deep, "the sizes 12-6-6-1", {"sizes": [12, 6, 6, 1]}, False)
    for length in (3, 4, 5, 6):
        sizes = [int(n) for n in rng.choice(range(2, 15), size=length, replace=False)]
        yield Case(deep, "the sizes " + "-".join(map(str, sizes)), {"sizes": sizes})
    for _ in range(3):
        sizes = [int(n) for n in rng.choice(range(1, 20), size=2, replace=False)]
        yield Case(single, "the sizes " + "-".join(map(str, sizes)), {"sizes": sizes})


mistakes = (
    Mistake(
        "no_biases",
        "the biases are not counted",
        "For 12-6-6-1 that gives 114. What has every neuron besides its weights?",
        old="n_in * n_out + n_out",
        new="n_in * n_out",
    ),
    Mistake(
        "bias_per_input",
        "a bias is counted for every input of a layer and not for every neuron",
        "The bias belongs to the neuron that adds it. How many neurons has a layer?",
        old="n_in * n_out + n_out",
        new="n_in * n_out + n_in",
    ),
    Mistake(
        "one_bias",
        "one bias is counted for every layer",
        "Six neurons in a layer have six biases, not one that they share.",
        old="n_in * n_out + n_out",
        new="n_in * n_out + 1",
    ),
    Mistake(
        "sizes_added",
        "the sizes of two neighbouring layers are added and not multiplied",
        "Every neuron has a weight for every input. How many arrows lead from 12 to 6?",
        old="n_in * n_out + n_out",
        new="n_in + n_out + n_out",
    ),
    Mistake(
        "input_biases",
        "the inputs are given biases as well",
        "The input layer computes nothing: it is the row itself.",
        old="total = 0",
        new="total = sizes[0]",
    ),
    Mistake(
        "last_layer_left_out",
        "the last layer is not counted",
        "How many layers of weights lie between four sizes?",
        old="range(1, len(sizes))",
        new="range(1, len(sizes) - 1)",
    ),
    Mistake(
        "last_layer_only",
        "only the last layer is left, each layer having replaced the others",
        "A network has the parameters of all its layers. What keeps what came before in a loop?",
        old="total += ",
        new="total = ",
    ),
    Mistake(
        "neurons",
        "neurons are counted and not their parameters",
        "How many numbers does one neuron with 12 inputs learn?",
        old="n_in * n_out + n_out",
        new="n_out",
    ),
)


def in_one_sum(sizes):
    return sum((m + 1) * n for m, n in pairwise(sizes))


def by_shapes(sizes):
    import torch

    shapes = [torch.zeros(sizes[k + 1], sizes[k] + 1) for k in range(len(sizes) - 1)]
    return int(sum(s.numel() for s in shapes))


alternatives = (in_one_sum, by_shapes)

hints = (
    "Count by hand for 2-3-1 first: draw the arrows, then give each neuron its bias. It is 13.",
    "Neighbouring sizes belong together: zip(sizes, sizes[1:]) gives the pairs. A layer from m "
    "to n has a matrix and a vector.",
)
