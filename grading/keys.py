"""The vocabulary of an answer key: cases, mistakes, tolerances, quiz questions.

An answer key is one Python file an exercise, `answers/<chapter>/<exercise>.py`, with these
module-level names:

===================  =========================================================================
`solution`           the function a student would be proud of; its body is shown to instructors
`oracle`             the same result by an independent way (PyTorch, SciPy, a closed form, a loop)
`criteria`           {"criterion in a student's words": weight, ...}; partial credit comes from it
`cases(rng)`         yields `Case`s; `rng` is a `numpy.random.Generator`
`mistakes`           two or more `Mistake`s
`alternatives`       one or more right solutions in another style
`hints`              two or three sentences, from a nudge to a strategy
`parts`              optional: names for the items of a returned tuple, as ("H", "Y")
`tolerance`          optional `Tolerance`; the default suits float64 and float32 answers
`forbidden`          optional: dotted names that the answer may not call, as ("nn.RNN",)
`excused_mutants`    optional: {"mutant's name": "why it changes no answer"}
===================  =========================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Case:
    """One call of the student's function.

    `inputs` maps argument names to values: null, bool, int, float, string, list, dict and NumPy
    arrays (float64; the student's function gets them as torch tensors). `label` is how a report
    names the case to the student ("2 inputs, 3 hidden units, 4 steps"). `diagnostic=False` keeps
    a case from being grounds for naming a mistake: the worked all-ones example and special
    values. `gradients` names inputs whose gradient is compared too.
    """

    criterion: str
    label: str
    inputs: Mapping[str, Any]
    diagnostic: bool = True
    gradients: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mistake:
    """Something students really get wrong, as a patch of the solution's source.

    `when` completes the sentence "This is what you get when ..."; `hint` points the way without
    giving the line. `old` must occur exactly once in the solution's source and is replaced by
    `new`; where a patch can't say it, `function` is the whole wrong function instead.
    `combines_with` limits the mistakes it is paired with (None: all of them).
    """

    name: str
    when: str
    hint: str
    old: str = ""
    new: str = ""
    function: Callable | None = None
    combines_with: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Tolerance:
    """How far an answer may lie from the expected one, relative to the size of its part.

    The default lets a right float32 answer pass. Tighter than 1e-6 needs a `reason`.
    """

    relative: float = 1e-5
    reason: str = ""

    def __post_init__(self) -> None:
        if self.relative <= 1e-6 and not self.reason:
            raise ValueError(
                f"Tolerance(relative={self.relative:g}) is tighter than 1e-6 and gives no reason; "
                "say in `reason` why a float32 answer must fail."
            )


@dataclass(frozen=True)
class Question:
    """One quiz question's key: the right letter, and for every letter why it is right or wrong."""

    right: str
    why: Mapping[str, str]
