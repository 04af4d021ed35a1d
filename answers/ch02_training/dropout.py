"""Answer key of `dropout`: inverted dropout (Srivastava et al., 2014)."""

import numpy as np
import torch

from grading.keys import Case, Mistake

forbidden = ("F.dropout", "functional.dropout", "nn.Dropout")
criteria = {
    "in training": 3,
    "in use": 1,
    "nothing dropped, nearly all dropped": 1,
}


def solution(x, u, p, training):
    if not training:
        return x.clone()
    return torch.where(u < p, 0.0, x / (1 - p))


def oracle(x, u, p, training):
    """Number by number."""
    out = np.array(x.numpy())
    if training:
        for place in np.ndindex(out.shape):
            out[place] = 0.0 if u[place] < p else out[place] / (1 - p)
    return torch.from_numpy(out)


def batch(rng, n, d, p):
    """Random outputs and draws; in every row some are dropped and some are kept."""
    u = rng.uniform(size=(n, d))
    for row in u:
        low, high = rng.permutation(d)[:2]
        row[low], row[high] = rng.uniform(0, p), rng.uniform(p, 1)
    return {"x": rng.normal(size=(n, d)) + 2, "u": u, "p": p}


def cases(rng):
    on, off, edge = criteria
    example = {
        "x": np.array([[2.0, 1.0, -3.0, 4.0]]),
        "u": np.array([[0.91, 0.23, 0.55, 0.08]]),
        "p": 0.5,
    }
    a, b, square = batch(rng, 3, 5, 0.3), batch(rng, 4, 7, 0.2), batch(rng, 4, 4, 0.6)
    for kind, training in ((on, True), (off, False)):
        option = {"training": training}
        yield Case(kind, f"the example with training={training}", example | option, False)
        for label, case in (
            ("3 rows, 5 columns, p = 0.3", a),
            ("4 rows, 7 columns, p = 0.2", b),
            ("4 rows, 4 columns, p = 0.6", square),
        ):
            yield Case(kind, f"{label}, training={training}", case | option)
    # Not p = 0, where x / p is no number and would hide which mistake was made.
    none = {"u": rng.uniform(0.1, 1, size=(3, 5)), "p": 0.1, "training": True}
    yield Case(edge, "no draw below p = 0.1", a | none, False)
    yield Case(edge, "p = 0.9", b | {"p": 0.9, "training": True}, False)
    one = batch(rng, 1, 6, 0.4)
    yield Case(edge, "a single row, p = 0.4", one | {"training": True}, False)


mistakes = (
    Mistake(
        "not_scaled",
        "the kept outputs are not divided by 1 - p",
        "With p = 0.5 half of the outputs are missing. How loud must the others be for the next "
        "layer to hear as much as before?",
        old="x / (1 - p)",
        new="x",
    ),
    Mistake(
        "made_smaller",
        "the kept outputs are multiplied by 1 - p and not divided",
        "Fewer outputs arrive. Must those be smaller or larger to make up for it?",
        old="x / (1 - p)",
        new="x * (1 - p)",
    ),
    Mistake(
        "divided_by_p",
        "the kept outputs are divided by p and not by 1 - p",
        "p is the chance to be dropped. What is the chance to be kept?",
        old="x / (1 - p)",
        new="x / p",
    ),
    Mistake(
        "p_keeps",
        "an output is kept if its draw is below p, and dropped otherwise",
        "With p = 0.2, about how many of ten outputs should be left?",
        old="u < p, 0.0, x / (1 - p)",
        new="u < p, x / (1 - p), 0.0",
    ),
    Mistake(
        "p_is_keep_rate",
        "p is taken for the chance to be kept, in the mask and in the scale",
        "With p = 0.2, about how many of ten outputs should be left?",
        old="u < p, 0.0, x / (1 - p)",
        new="u < p, x / p, 0.0",
    ),
    Mistake(
        "other_side",
        "an output is dropped if its draw is above 1 - p",
        "On average that is as many, but the docstring says which draws drop.",
        old="u < p",
        new="u > 1 - p",
    ),
    Mistake(
        "one_mask",
        "all rows lose the same outputs, those of the first row's draws",
        "Every row of u belongs to the row of x beside it.",
        old="u < p",
        new="u[:1] < p",
    ),
    Mistake(
        "always_on",
        "outputs are dropped without training, too",
        "A network in use drops nothing. Which argument tells you that it is in use?",
        old="if not training:\n        return x.clone()\n    ",
        new="",
        combines_with=("not_scaled", "made_smaller", "divided_by_p", "p_keeps", "one_mask"),
    ),
    Mistake(
        "scaled_in_use",
        "in use all outputs are multiplied by 1 - p",
        "Older dropout did so. Here training has made up for it already.",
        old="return x.clone()",
        new="return x * (1 - p)",
    ),
    Mistake(
        "inverted",
        "outputs are dropped in use and not in training",
        "Look at the switch once more: when does the noise help, and when does it hurt?",
        old="if not training:",
        new="if training:",
        combines_with=("not_scaled", "made_smaller", "divided_by_p", "p_keeps"),
    ),
)


def with_a_mask(x, u, p, training):
    keep = (u >= p).to(x.dtype) if training else torch.ones_like(x)
    return x * keep / (1 - p if training else 1)


def with_numpy(x, u, p, training):
    out = x.numpy().copy()
    if training:
        out[u.numpy() < p] = 0
        out /= 1 - p
    return out


alternatives = (with_a_mask, with_numpy)

hints = (
    "Begin with the easy half: what comes back when training is false?",
    "u < p is a tensor of the shape of x that says True where an output is dropped. Turn it round "
    "and you have a mask to multiply by.",
    "What is kept is divided by the chance to be kept. torch.where(condition, a, b) takes a where "
    "the condition holds, else b.",
)

excused_mutants = {
    "return torch.where(u < p, 0.0, x / (1 - p)): Lt to LtE": "a draw equals p with probability 0",
}
