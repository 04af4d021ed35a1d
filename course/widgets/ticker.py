"""Ticker: a widget that trains, in bursts that the browser asks for.

Neither a thread nor asyncio: the next burst is asked for when the last picture has come, so other
cells run on, pause takes effect at once, and a closed tab stops it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from course.widgets import controls as moves
from course.widgets.trial import sentence
from course.widgets.view import LOCK, Explore

BURST = 0.030  # seconds of training between two pictures


class Ticker(Explore):
    """An `Explore` that trains: play, pause, step, start again; tier T.

    `step(state, rng)` returns the next state and is pure but for `rng`, which is `rng(seed)`.
    While it plays, the browser asks for the next burst of 30 ms after each reply: other cells
    run on, pause takes effect at once, and a closed tab stops it. An exception in `step` stops
    it with a banner. `preview_steps` are taken for the picture that stays in the notebook.
    `pace` is the most steps between two pictures, for steps so quick that nothing would be seen.
    Start again leads to the first state with the controls as they stand; `restart(state)` may say
    otherwise what it leads to, as to keep what the student has drawn.

    `w.run(100)` takes steps without a browser; `w.model` is `w.state.model`.
    """

    def __init__(
        self,
        *,
        step: Callable[[Any, Any], Any],
        seed: int = 0,
        rng: Callable[[int], Any] = np.random.default_rng,
        preview_steps: int = 0,
        pace: float = float("inf"),
        restart: Callable[[Any], Any] | None = None,
        **rest: Any,
    ):
        self._step, self._seed, self._new_rng = step, seed, rng
        self._rng, self._preview_steps, self._restart = rng(seed), preview_steps, restart
        self._pace = pace
        self._halted, self._steps = "", 0
        super().__init__(**rest, ticker=True)

    @property
    def model(self) -> Any:
        """The trained model, for the next cell."""
        return self._state.model

    def run(self, steps: int) -> Any:
        """Take steps at once, and return the state."""
        with LOCK:
            self._train(steps, seconds=float("inf"))
            self.send(*self._answer({}))
            if self._halted:
                raise RuntimeError(self._halted)
        return self._state

    def _train(self, steps: int | float, seconds: float = BURST) -> None:
        state, end, taken = self._state, time.perf_counter() + seconds, 0
        while taken < steps and (taken == 0 or time.perf_counter() < end):
            try:
                state = self._step(state, self._rng)
            except Exception as error:  # shown as a banner, and it stops
                self._halted = sentence(error, "the training step")
                break
            taken += 1
        self._steps += taken
        if taken:
            self._move_to(state)

    def _obey(self, request: Mapping[str, Any]) -> None:
        if request.get("reset"):
            self._rng, self._halted, self._steps = self._new_rng(self._seed), "", 0
            self._move_to(self._restart(self._state) if self._restart else self._afresh())
        super()._obey({**request, "reset": False})
        if request.get("steps") and not self._halted:
            self._train(request["steps"] if request["steps"] > 0 else self._pace)

    def _afresh(self) -> Any:
        """The first state, with the controls as they stand."""
        kept = moves.values(self._state, self._controls)
        fresh = moves.changed(self._first, self._controls, kept)
        return self._adapt(self._first, fresh) if self._adapt else fresh

    def _answer(self, request: Mapping[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        content, buffers = super()._answer(request)
        return content | {"halted": self._halted, "steps": self._steps}, buffers

    @property
    def problem(self) -> str:
        """Why it stopped, or what is wrong with the student's function, or nothing."""
        return self._halted or super().problem

    def _kept(self) -> tuple[Any, Any, str]:
        if not self._preview_steps or self._steps or self._halted:
            return super()._kept()
        state, rng = self._first, self._new_rng(self._seed)
        try:
            for _ in range(self._preview_steps):
                state = self._step(state, rng)
        except Exception as error:  # the picture says so; the widget, when it is played
            return self._state, self._result, sentence(error, "the training step")
        result = self._compute(state)
        return state, result, getattr(result, "problem", "")
