"""Live experiments that run the student's own function: move something, see what it does.

Each name is a function that takes the student's function and shows a widget: controls beside a
picture that this function has computed. `w.state` hands what was set to the next cell. Nothing
heavy is imported before a widget is asked for.

>>> from course import widgets
>>> "step_through_time" in widgets.__all__
True
"""

from __future__ import annotations

from typing import Any

_CHAPTER = {  # widget: the module of its chapter
    "backprop_ledger": "ann",
    "downhill": "training",
    "energy_ledger": "rbm",
    "fit_dial": "training",
    "gate_bench": "lstm",
    "gradient_tunnel": "rnn",
    "kernel_lab": "cnn",
    "neuron_dials": "ann",
    "paint_and_train": "ann",
    "step_through_time": "rnn",
}

__all__ = sorted(_CHAPTER)


def __getattr__(name: str) -> Any:
    if name not in _CHAPTER:
        known = ", ".join(__all__)
        raise AttributeError(f"course.widgets has no widget {name!r}; there are {known}.")
    from importlib import import_module

    return getattr(import_module(f"course.widgets.{_CHAPTER[name]}"), name)


def __dir__() -> list[str]:
    return __all__
