"""Answer key of `quantise_int8`: symmetric quantisation of weights to eight bits."""

import numpy as np
import torch

from grading.keys import Case, Mistake

parts = ("q", "scale")
forbidden = ("quantize_per_tensor", "torch.quantization", "torch.ao")
criteria = {
    "weights of both signs": 2,
    "one sign only": 1,
    "tiny, huge, zero": 1,
}


def solution(w):
    scale = w.abs().max() / 127
    if scale == 0:
        scale = torch.ones_like(scale)
    q = torch.round(w / scale)
    return q.to(torch.int8), scale


def oracle(w):
    """The nearest of the 255 levels, found by trying all of them."""
    largest = np.max(np.abs(w.numpy()))
    scale = largest / 127 if largest else 1.0
    levels = np.arange(-127, 128)
    nearest = np.abs(w.numpy()[:, None] - scale * levels).argmin(1)
    return torch.from_numpy(levels[nearest].astype(np.int8)), torch.tensor(scale)


def cases(rng):
    both, one, special = criteria
    example = {"w": np.array([0.5, -1.27, 0.004])}
    yield Case(both, "the example with 3 weights", example, False)
    a = rng.normal(size=9)
    a[2] = 1.3 * np.abs(a).max()
    b = rng.normal(size=14) * 0.2
    b[5] = -1.4 * np.abs(b).max()
    yield Case(both, "9 weights, the largest positive", {"w": a})
    yield Case(both, "14 weights, the largest negative", {"w": b})
    yield Case(both, "the same with all signs changed", {"w": -b})
    yield Case(one, "8 positive weights", {"w": rng.uniform(0.5, 2, size=8)})
    yield Case(one, "11 negative weights", {"w": -rng.uniform(0.5, 3, size=11)})
    yield Case(special, "weights of a billionth", {"w": 1e-9 * rng.normal(size=7)}, False)
    yield Case(special, "weights of a million", {"w": 1e6 * rng.normal(size=6)}, False)
    zeros = np.zeros(int(rng.integers(4, 9)))
    yield Case(special, f"{len(zeros)} weights, all 0", {"w": zeros}, False)


mistakes = (
    Mistake(
        "by_128",
        "the scale is the largest weight divided by 128",
        "int8 reaches from -128 to 127. Where would the largest weight land?",
        old="w.abs().max() / 127",
        new="w.abs().max() / 128.0000001",
        combines_with=("truncated",),
    ),
    Mistake(
        "by_255",
        "the scale is the largest weight divided by 255",
        "255 levels lie on both sides of 0 together. How many are there on one side?",
        old="/ 127",
        new="/ 255",
        combines_with=(),
    ),
    Mistake(
        "by_range",
        "the scale is the range from the lowest to the largest weight over 255",
        "Then 0 is no level of its own, or the largest weight does not fit. What must be 127?",
        old="w.abs().max() / 127",
        new="(w.max() - w.min()) / 255",
        combines_with=(),
    ),
    Mistake(
        "largest_value",
        "the largest value is taken and not the largest absolute value",
        "For a negative weight of the largest size your q leaves the range of int8.",
        old="w.abs().max()",
        new="w.max()",
        combines_with=(),
    ),
    Mistake(
        "truncated",
        "the decimals are cut off and not rounded",
        "An error of up to a whole step, where half a step would do. What does .to(torch.int8) do "
        "to 2.9?",
        old="torch.round(w / scale)",
        new="torch.trunc(w / scale)",
    ),
    Mistake(
        "floored",
        "everything is rounded down",
        "An error of up to a whole step, where half a step would do.",
        old="torch.round(w / scale)",
        new="torch.floor(w / scale)",
    ),
    Mistake(
        "scale_inverted",
        "1 / scale is returned",
        "The receiver gets q and scale and multiplies. Which scale gives the weights back?",
        old="q.to(torch.int8), scale",
        new="q.to(torch.int8), 1 / scale",
    ),
    Mistake(
        "back_again",
        "the rounded weights are returned and not the whole numbers",
        "q is to be stored in one byte a weight: a number between -127 and 127.",
        old="q.to(torch.int8), scale",
        new="q * scale, scale",
        combines_with=("truncated",),
    ),
)


def with_numpy(w):
    a = w.numpy()
    scale = np.abs(a).max() / 127 or 1.0
    return np.rint(a / scale).astype(np.int8), scale


def by_half_up(w):
    size = float(max(w.max(), -w.min())) / 127
    if size == 0.0:
        return torch.zeros_like(w, dtype=torch.int8), torch.tensor(1.0)
    return (w / size + 0.5).floor().to(torch.int8), torch.tensor(size)


alternatives = (with_numpy, by_half_up)

hints = (
    "The weight that is farthest from 0 should become 127 or -127. What is one step worth then?",
    "Divide all weights by the step, round, and store as torch.int8. If all weights are 0 the "
    "step would be 0: what would you divide by?",
)
