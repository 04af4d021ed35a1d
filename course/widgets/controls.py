"""Controls: what a student moves, and how it changes a state. Pure: knows no browser."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Slider:
    """A number on a rail. `name` is a field of the state, or "x.0" for an entry of a tuple.

    `step` is what an arrow key moves; with `log=True` the rail is logarithmic, `low` and `high`
    are still the values themselves, and `step` counts decades. `buttons=True` puts − and +
    beside it.
    """

    name: str
    label: str
    low: float
    high: float
    step: float = 0.1
    log: bool = False
    buttons: bool = False

    def read(self, value: Any) -> float | int:
        """Return what came from the browser as a number within the rail."""
        number = float(value)
        if not math.isfinite(number):
            raise ValueError(f"{self.label} got {value!r}; expected a finite number.")
        number = min(max(number, self.low), self.high)
        whole = not self.log and all(float(v).is_integer() for v in (self.low, self.step))
        return round(number) if whole else round(float(number), 9)

    def holding(self, value: float) -> Slider:
        """Return the slider, with its rail widened and its step refined until it holds a value.

        >>> Slider("w", "w", -2, 2).holding(3.25)
        Slider(name='w', label='w', low=-2, high=4, step=0.01, log=False, buttons=False)
        """
        step = self.step
        while step > 1e-4 and abs(value / step - round(value / step)) > 1e-6:
            step = 0.01 if step > 0.01 else step / 10
        return dataclasses.replace(
            self,
            low=min(self.low, math.floor(value)),
            high=max(self.high, math.ceil(value)),
            step=step,
        )


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    name: str
    label: str
    options: tuple[str, ...]

    def read(self, value: Any) -> str:
        """Return the word, if it is one of the options."""
        if value not in self.options:
            raise ValueError(f"{self.label} got {value!r}; expected one of {self.options}.")
        return value


@dataclass(frozen=True)
class Switch:
    """On or off."""

    name: str
    label: str

    def read(self, value: Any) -> bool:
        """Return the value as a bool."""
        return bool(value)


@dataclass(frozen=True)
class Grid:
    """Rows of numbers: a tuple of the state, row by row.

    `typed=True` shows fields to type them in; without it they are set on the picture alone, by
    the drawing's `touch` and `keys`.
    """

    name: str
    label: str
    rows: int
    columns: int
    low: float
    high: float
    step: float = 1
    typed: bool = False

    def read(self, value: Any) -> tuple[float, ...]:
        """Return the numbers, each within the bounds.

        >>> Grid("kernel", "kernel", 1, 2, -9, 9).read([1, 12])
        (1.0, 9.0)
        """
        numbers = [float(v) for v in value]
        if len(numbers) != self.rows * self.columns or not all(map(math.isfinite, numbers)):
            raise ValueError(
                f"{self.label} got {len(numbers)} values; expected {self.rows * self.columns} "
                "finite numbers."
            )
        return tuple(float(min(max(number, self.low), self.high)) for number in numbers)


Control = Slider | Choice | Switch | Grid


def values(state: Any, controls: Sequence[Control]) -> dict[str, Any]:
    """Return what the controls show for a state, by name."""
    found = {}
    for control in controls:
        field, _, index = control.name.partition(".")
        value = getattr(state, field)
        found[control.name] = value[int(index)] if index else value
    return found


def changed(state: Any, controls: Sequence[Control], moved: Mapping[str, Any]) -> Any:
    """Return the state after controls were moved; the old one stays as it was.

    Raises ValueError for a name that no control has and for a value that it can't take.

    >>> @dataclass(frozen=True)
    ... class Line: w: float = 1.0; x: tuple = (1.0, 2.0)
    >>> rails = [Slider("w", "w", -2, 2), Slider("x.1", "x₂", -5, 5)]
    >>> changed(Line(), rails, {"w": 9, "x.1": -1})
    Line(w=2.0, x=(1.0, -1.0))
    """
    known = {control.name: control for control in controls}
    new: dict[str, Any] = {}
    for name, value in moved.items():
        if name not in known:
            raise ValueError(f"no control is named {name!r}; there are {', '.join(known)}.")
        value = known[name].read(value)
        field, _, index = name.partition(".")
        if index:
            entries = list(new.get(field, getattr(state, field)))
            entries[int(index)] = value
            value = tuple(entries)
        new[field] = value
    return dataclasses.replace(state, **new)


def spec(control: Control) -> dict[str, Any]:
    """Return a control as the browser gets it."""
    return {"kind": type(control).__name__.lower(), **dataclasses.asdict(control)}
