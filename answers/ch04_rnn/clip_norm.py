"""Answer key of `clip_norm`: gradient clipping by global norm (Pascanu et al., 2013)."""

import numpy as np
import torch

from grading.keys import Case, Mistake

forbidden = ("clip_grad_norm_", "clip_grads_with_norm_")
criteria = {
    "large gradients shrink to max_norm": 1,
    "small gradients stay as they are": 1,
    "zeros, single numbers, huge values": 1,
}


def solution(grads, max_norm):
    norm = torch.sqrt(sum((g**2).sum() for g in grads))  # one number over all tensors
    scale = max_norm / norm if norm > max_norm else 1.0
    return [g * scale for g in grads]


def oracle(grads, max_norm):
    """One long vector: its length by np.linalg.norm, cut back into the old shapes."""
    shapes = [tuple(g.shape) for g in grads]
    flat = np.concatenate([g.numpy().ravel() for g in grads])
    length = np.linalg.norm(flat)
    if length > max_norm:
        flat = flat / length * max_norm
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])[:-1]
    pieces = zip(np.split(flat, ends), shapes, strict=True)
    return [torch.from_numpy(piece.reshape(shape)) for piece, shape in pieces]


def gradients(rng, shapes, norm):
    """Random tensors whose norm over all entries is `norm`."""
    grads = [rng.normal(size=shape) for shape in shapes]
    length = np.sqrt(sum((g**2).sum() for g in grads))
    return [g * norm / length for g in grads]


def cases(rng):
    large, small, special = criteria
    yield Case(
        large, "(3, 4) with max_norm 1", {"grads": [np.array([3.0, 4.0])], "max_norm": 1.0}, False
    )
    two, three = [(2, 3), (4,)], [(3,), (5, 2), (2, 2, 2)]
    yield Case(
        large,
        "a matrix and a vector, norm 12, max_norm 3",
        {"grads": gradients(rng, two, 12.0), "max_norm": 3.0},
    )
    yield Case(
        large,
        "three tensors, norm 7, max_norm 0.5",
        {"grads": gradients(rng, three, 7.0), "max_norm": 0.5},
    )
    yield Case(
        large,
        "one square matrix, norm 9, max_norm 2",
        {"grads": gradients(rng, [(3, 3)], 9.0), "max_norm": 2.0},
    )

    yield Case(
        small,
        "a matrix and a vector, norm 0.4, max_norm 3",
        {"grads": gradients(rng, two, 0.4), "max_norm": 3.0},
    )
    yield Case(
        small,
        "three tensors, norm 0.7, max_norm 2",
        {"grads": gradients(rng, three, 0.7), "max_norm": 2.0},
    )
    yield Case(
        small,
        "three tensors, norm 4, max_norm 5",
        {"grads": gradients(rng, three, 4.0), "max_norm": 5.0},
    )

    zeros = [np.zeros((2, 3)), np.zeros(4)]
    yield Case(special, "every gradient is 0", {"grads": zeros, "max_norm": 1.0}, False)
    yield Case(
        special,
        "a single number, -5, and max_norm 2",
        {"grads": [np.array(-5.0)], "max_norm": 2.0},
        False,
    )
    huge = [1000 * g for g in gradients(rng, two, 1000.0)]
    yield Case(special, "a norm of a million, max_norm 1", {"grads": huge, "max_norm": 1.0}, False)


def per_tensor(grads, max_norm):
    clipped = []
    for g in grads:
        norm = torch.sqrt((g**2).sum())
        clipped.append(g * (max_norm / norm) if norm > max_norm else g)
    return clipped


mistakes = (
    Mistake(
        "by_value",
        "every entry is cut off at max_norm by itself",
        "That turns (3, 4) into (1, 1), which points elsewhere. Shrink all entries by one factor.",
        old="g * scale",
        new="g.clamp(-max_norm, max_norm)",
        combines_with=(),
    ),
    Mistake(
        "per_tensor",
        "each tensor is clipped by its own norm",
        "All tensors together are one long arrow. It has one length.",
        function=per_tensor,
        combines_with=(),
    ),
    Mistake(
        "scaled_up",
        "gradients shorter than max_norm are stretched to it",
        "max_norm is a ceiling. What should happen below it?",
        old=" if norm > max_norm else 1.0",
        new="",
    ),
    Mistake(
        "no_root",
        "the squared norm is taken for the norm",
        "For (3, 4) the norm is 5. What does yours give?",
        old="torch.sqrt(",
        new="(",
    ),
    Mistake(
        "largest_entry",
        "the largest entry is taken for the norm",
        "For (3, 4) the norm is 5 and not 4: every entry counts.",
        old="torch.sqrt(sum((g**2).sum() for g in grads))",
        new="max(g.abs().max() for g in grads)",
    ),
    Mistake(
        "norms_added",
        "the norms of the tensors are added up",
        "Two arrows at right angles, of lengths 3 and 4, make one of length 5 and not 7.",
        old="torch.sqrt(sum((g**2).sum() for g in grads))",
        new="sum((g**2).sum().sqrt() for g in grads)",
    ),
    Mistake(
        "unit_length",
        "the clipped gradient has norm 1 whatever max_norm is",
        "In the worked example max_norm happens to be 1. Where does it enter the factor?",
        old="max_norm / norm",
        new="1 / norm",
    ),
    Mistake(
        "upside_down",
        "the factor is upside down, norm / max_norm",
        "A gradient that is too long must shrink. Is your factor below 1 then?",
        old="max_norm / norm",
        new="norm / max_norm",
    ),
    Mistake(
        "wrong_way",
        "short gradients are rescaled and long ones are left as they are",
        "Which gradients need clipping, those below the limit or those above it?",
        old="norm > max_norm",
        new="norm < max_norm",
    ),
)


def with_numpy(grads, max_norm):
    arrays = [np.asarray(g) for g in grads]
    norm = sum(float(np.sum(a * a)) for a in arrays) ** 0.5
    return [a * (max_norm / max(norm, max_norm)) for a in arrays]


def flattened(grads, max_norm):
    norm = torch.linalg.vector_norm(torch.cat([g.flatten() for g in grads]))
    if norm <= max_norm:
        return tuple(g.clone() for g in grads)
    return tuple(g / norm * max_norm for g in grads)


alternatives = (with_numpy, flattened)

hints = (
    "First measure: one number for the whole list. Add up the squares of all entries of all "
    "tensors, then take the root.",
    "If that norm is at most max_norm, the gradients come back as they are. Otherwise every "
    "tensor is multiplied by the same factor: which one makes the new norm max_norm?",
)

excused_mutants = {
    "scale = max_norm / norm if norm > max_norm else 1.0: Gt to GtE": "where norm equals "
    "max_norm the factor is 1 either way",
}
