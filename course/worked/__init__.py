"""Networks worked by hand: derivations with the numbers filled in, to read and to practise.

`worked.neuron()`, `worked.backprop()`, `worked.cross_entropy()`, `worked.penalty()`,
`worked.dropout()`, `worked.k_fold()`, `worked.elman()`, `worked.jordan()` and `worked.bptt()` show
every step of a calculation with its numbers; `worked.practice("elman")` lets a student work one.
To add a network: a function that builds a `Derivation` (`recurrent.py` is one to copy), and for
practice a `Drill` in `drills.py` with its slips.

>>> from course import worked
>>> worked.elman()["h_1"]
h_1 = tanh(a_1) = tanh(2) = 0.9640   (state)
"""

from course.worked.derivation import Derivation
from course.worked.drills import practice
from course.worked.dropping import dropout
from course.worked.feedforward import backprop, neuron
from course.worked.penalties import penalty
from course.worked.recurrent import elman, jordan
from course.worked.step import Step
from course.worked.surprise import cross_entropy
from course.worked.table import Table
from course.worked.through_time import bptt
from course.worked.tutor import Practice, Question, Reply, Slip
from course.worked.validation import k_fold

__all__ = [
    "Derivation",
    "Practice",
    "Question",
    "Reply",
    "Slip",
    "Step",
    "Table",
    "backprop",
    "bptt",
    "cross_entropy",
    "dropout",
    "elman",
    "jordan",
    "k_fold",
    "neuron",
    "penalty",
    "practice",
]
