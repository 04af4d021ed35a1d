"""Networks worked by hand: derivations with the numbers filled in, to read and to practise.

`worked.neuron()`, `worked.backprop()`, `worked.elman()`, `worked.jordan()` and `worked.bptt()` show
every step of a calculation with its numbers; `worked.practice("elman")` lets a student work one.
To add a network: a function that builds a `Derivation` (`recurrent.py` is one to copy), and for
practice a `Drill` in `drills.py` with its slips.

>>> from course import worked
>>> worked.elman()["h_1"]
h_1 = tanh(a_1) = tanh(2) = 0.9640   (state)
"""

from course.worked.derivation import Derivation
from course.worked.drills import practice
from course.worked.feedforward import backprop, neuron
from course.worked.recurrent import elman, jordan
from course.worked.step import Step
from course.worked.table import Table
from course.worked.through_time import bptt
from course.worked.tutor import Practice, Question, Reply, Slip

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
    "elman",
    "jordan",
    "neuron",
    "practice",
]
