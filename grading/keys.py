"""The vocabulary of an answer key: cases, mistakes, tolerances, kinds of calls, quiz questions.

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
`call`               optional: `Module`, `Sampler` or `Trained`; a plain function without it
===================  =========================================================================

`call` says how the exercise is called, and with it what some of these names mean:

- Without it, `solution` and `oracle` are functions of a case's inputs.
- `call = Module()`: the stub is an nn.Module. `solution` is a class of the stub's methods, written
  as `class solution(nn.Module)` or given a name and assigned to `solution`. A case's inputs are
  {"init": {...}, "weights": {"hidden.weight": array, ...}, "call": {...}} and, where the mode
  matters, "training": bool. The oracle is a function of these four: `oracle(init, weights, call,
  training)`. Gradients are named "weights.hidden.weight" and "call.x". A mistake is a patch of the
  class's source.
- `call = Sampler()`: the last argument is `generator`, a torch.Generator; the build gives every
  case one of its own. The oracle gets all other arguments and returns the right *distribution*:
  `Bernoulli`, `Categorical`, `Normal` or `Uniform` of the result's shape (for several parts a dict
  of them, or one `Categorical` of a dict), or plain values where nothing is random. What needs its
  gradient tested takes the draws as an argument and is a plain function.
- `call = Trained(metric, threshold)`: the function gets training data and held-out inputs (and a
  `generator`, if it asks for one) and returns predictions; each case holds the `labels` of the
  held-out inputs. `oracle` is another right way to predict. Mistakes are never named to a student:
  other training can give the same predictions. Mechanical mutants are not tried either: a learning
  rate a little larger is not wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from course.checks.distributions import Bernoulli, Categorical, Normal, Uniform
from course.checks.predictions import METRICS
from course.checks.values import Given, Rng

__all__ = [
    "Bernoulli",
    "Case",
    "Categorical",
    "Given",
    "Mistake",
    "Module",
    "Normal",
    "Question",
    "Rng",
    "Sampler",
    "Tolerance",
    "Trained",
    "Uniform",
]


@dataclass(frozen=True)
class Case:
    """One call of the student's function.

    `inputs` maps argument names to values: null, bool, int, float, string, list, dict, NumPy
    arrays (float64; the student's function gets them as torch tensors), and `Given("tanh")` for a
    function. `label` is how a report names the case to the student ("2 inputs, 3 hidden units, 4
    steps"). `diagnostic=False` keeps a case from being grounds for naming a mistake: the worked
    all-ones example and special values. `gradients` names inputs whose gradient is compared too.
    `labels` belongs to the held-out inputs of a trained model.
    """

    criterion: str
    label: str
    inputs: Mapping[str, Any]
    diagnostic: bool = True
    gradients: tuple[str, ...] = ()
    labels: Any = None


@dataclass(frozen=True)
class Module:
    """The exercise is an nn.Module. `buffers` are compared after the call, as running means are.

    They are named like weights ("norm.running_mean"), stand among a case's weights, and the oracle
    returns (result, {name: buffer}).
    """

    buffers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sampler:
    """The exercise draws from a generator; a random case is called with `draws` seeds.

    The draws of a case count for its criterion. `used` and `possible` may name criteria of their
    own for what is exact: that the generator decides, and that every value is a possible one.
    """

    draws: int = 100
    used: str = ""
    possible: str = ""


@dataclass(frozen=True)
class Trained:
    """The exercise trains a model, which is judged by `metric` on held-out data.

    The build computes from runs on fresh data how rarely a right answer misses the `threshold`, and
    refuses one that is missed more often than once in a million, or that a listed mistake reaches.
    """

    metric: str
    threshold: float

    def __post_init__(self) -> None:
        if self.metric not in METRICS:
            raise ValueError(f"{self.metric!r} is no metric; there are {', '.join(METRICS)}.")


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
