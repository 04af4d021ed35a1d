"""Answer key of `weighted_sum`: the course's smallest exercise, to try the check on."""

import numpy as np

from grading.keys import Case, Mistake

criteria = {"several inputs": 2, "one input, and zeros": 1}


def solution(x, w, b):
    return (w * x).sum() + b


def oracle(x, w, b):
    return float(np.dot(w.numpy(), x.numpy())) + b


def cases(rng):
    many, special = criteria
    worked = {"x": np.array([1.0, 3.0, 4.0]), "w": np.array([2.0, -1.0, 0.5]), "b": 0.25}
    yield Case(many, "the three inputs of the text", worked, False)
    for n in (3, 4, 5):
        inputs = {"x": rng.normal(size=n) + 0.5, "w": rng.normal(size=n) - 0.5}
        yield Case(many, f"{n} inputs", {**inputs, "b": float(rng.uniform(0.5, 2))})
    one = {"x": rng.normal(size=1), "w": rng.normal(size=1), "b": float(rng.normal())}
    yield Case(special, "one input", one, False)
    zeros = {"x": np.zeros(3), "w": rng.normal(size=3), "b": float(rng.normal())}
    yield Case(special, "every input 0", zeros, False)


mistakes = (
    Mistake("no_bias", "b is left out",
        "Set every input to 0: what should come out?",
        old=" + b", new=""),
    Mistake("bias_each", "b is added once for every input",
        "There is one b, whatever the number of inputs. Where does the sum end?",
        old=".sum() + b", new=".sum() + len(x) * b"),
    Mistake("sums_multiplied", "the weights and the inputs are summed first, then multiplied",
        "Each input meets its own weight. Which comes first, the products or the sum?",
        old="(w * x).sum()", new="w.sum() * x.sum()"),
    Mistake("mean", "the mean of the products is taken in place of their sum",
        "Divide by nothing: two inputs more must be able to make the result larger.",
        old="(w * x).sum()", new="(w * x).mean()"),
    Mistake("no_weights", "the inputs are summed without their weights",
        "What does an input with the weight 0 add to the sum?",
        old="(w * x)", new="x"),
)  # fmt: skip


def as_product(x, w, b):
    return w @ x + b


def as_loop(x, w, b):
    total = b
    for x_i, w_i in zip(x, w, strict=True):
        total = total + w_i * x_i
    return total


alternatives = (as_product, as_loop)

hints = (
    "Three products and one sum: multiply w and x entry by entry first. Then add b.",
    "`w * x` is the vector of the products, `.sum()` adds up its entries.",
)
