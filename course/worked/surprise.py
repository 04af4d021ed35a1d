"""Cross-entropy from logits, with the shift that keeps it finite."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.worked import arrays
from course.worked.derivation import Derivation
from course.worked.table import Table

MOST = 6  # classes: more would not fit on a line


def cross_entropy(z: Any = (2, 0), label: int = 1, digits: int = 5) -> Derivation:
    """Work the cross-entropy of one example by hand, from its logits (log-sum-exp with a shift).

    With m the largest logit, S the sum of all e^(z_k - m), and label the number of the right
    class, counted from 1: L = m + log(S) - z_label, which is -log of the right class's softmax.

    `z` has shape (K,), with K from 2 to 6. Returns a `Derivation`. Its `data()` has z, m, shifted
    (K,), S, p (K,), the probabilities, and L. Tables: classes.
    Raises ValueError where a shape or the label doesn't fit.

    >>> cross_entropy()
    Cross-entropy from logits
    <BLANKLINE>
      given: z_1, z_2 = 2, 0
    <BLANKLINE>
    Shift by the largest logit
      m = z_1 = 2   (the largest)
      e_1 = exp(z_1 - m) = exp(2 - 2) = 1
      e_2 = exp(z_2 - m) = exp(0 - 2) = 0.13534
    <BLANKLINE>
    The loss of class 1
      S = e_1 + e_2 = 1 + 0.13534 = 1.13534   (sum)
      L = m + log(S) - z_1 = 2 + log(1.13534) - 2 = 0.12693   (cross-entropy)
    """
    z = arrays.numeric("cross_entropy", "z", z)
    if z.ndim != 1 or not 2 <= len(z) <= MOST:
        raise ValueError(
            f"cross_entropy: z has shape {z.shape}, expected (K,) with K from 2 to {MOST}."
        )
    if type(label) is not int or not 1 <= label <= len(z):
        raise ValueError(
            f"cross_entropy: label is {label!r}, expected a whole number from 1 to {len(z)}."
        )
    d = Derivation("Cross-entropy from logits", digits=digits)
    for k, logit in enumerate(z, start=1):
        d.give(f"z_{k}", logit)
    d.part("Shift by the largest logit")
    m = d.add("m", "the largest", f"z_{z.argmax() + 1}", z.max())
    shifted = np.exp(z - m)
    for k, value in enumerate(shifted, start=1):
        d.add(f"e_{k}", "", f"exp(z_{k} - m)", value)
    d.part(f"The loss of class {label}")
    S = d.add("S", "sum", " + ".join(f"e_{k}" for k in range(1, len(z) + 1)), shifted.sum())
    L = d.add("L", "cross-entropy", f"m + log(S) - z_{label}", m + np.log(S) - z[label - 1])
    rows = zip(range(1, len(z) + 1), z, shifted, shifted / S, strict=True)
    d.tables["classes"] = Table(["class", "z", "e", "p"], rows, digits)
    d.arrays = {"z": z, "m": m, "shifted": shifted, "S": S, "p": shifted / S, "L": L}
    return d
