"""The views, the only module that knows ipywidgets and anywidget: Screen and Explore.

The browser asks and the kernel answers. A view in the browser has one request under way at a
time and sends the newest positions of its controls after the last reply came, so a slow function
slows the picture down and nothing else. JupyterLab runs the callbacks on a thread of their own,
beside the cells; hence one lock for all widgets, and no pyplot anywhere below.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import anywidget
import traitlets

from course.widgets import controls as moves
from course.widgets.controls import Control
from course.widgets.modules import javascript, stylesheet
from course.widgets.scene import LIGHT, PALETTES, Point, Scene
from course.widgets.still import encoded, still
from course.widgets.trial import sentence
from course.widgets.wire import in_colab, pack

LOCK = threading.RLock()  # the student's function and every figure: one at a time
SHARP = 1.5  # real pixels a CSS pixel in the picture that is kept with the notebook


class Screen(anywidget.AnyWidget):
    """A widget whose picture is drawn in the browser, by `js/<name>.js`; tier J.

    `state` is a frozen dataclass; `controls` name its fields; `compute(state)` runs the student's
    function and returns a result with a field `problem`, empty or a sentence. `arrays(state,
    result)` is what the browser draws besides the controls' values: numbers, words, arrays.
    `scene` is the class of the picture without a browser, `predict` the line above the controls.

    `w.state` and `w.result` are what is set at the moment and what was computed for it.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    spec = traitlets.Dict().tag(sync=True)
    picture = traitlets.Unicode().tag(sync=True)  # shown until a kernel answers
    start = traitlets.Dict().tag(sync=True)  # what is drawn until then, in a Screen

    def __init__(
        self,
        *,
        title: str,
        predict: str,
        state: Any,
        controls: Sequence[Control],
        scene: type[Scene],
        compute: Callable[[Any], Any],
        js: str = "frames",
        arrays: Callable[[Any, Any], Mapping[str, Any]] | None = None,
        adapt: Callable[[Any, Any], Any] | None = None,
        on_points: Callable[[Any, Sequence[Point]], Any] | None = None,
        **spec: Any,
    ):
        self._first = self._state = state
        self._controls, self._scene_class, self._compute = tuple(controls), scene, compute
        self._arrays, self._adapt, self._on_points = arrays, adapt, on_points
        self._drawn: tuple[tuple[str, float], Scene] | None = None
        self._wishes: Mapping[str, Any] = {}
        self._title = title
        with LOCK:
            self._result = compute(state)
            super().__init__(
                _esm=javascript(js),
                _css=stylesheet(),
                spec={
                    "id": uuid.uuid4().hex,
                    "title": title,
                    "predict": predict,
                    "size": [round(side * 100) for side in scene.size],
                    "controls": [moves.spec(control) for control in controls],
                    "values": moves.values(state, controls),
                    "pointer": on_points is not None,
                    "palettes": {name: vars(palette) for name, palette in PALETTES.items()},
                    **spec,
                },
                **self._prepared(),
            )
        if self.comm is not None:
            # A comm runs IPython's post_execute hooks after each message, and Matplotlib's hook
            # shows and closes all figures: those of a cell that runs meanwhile, too.
            self.comm.handle_msg = self._handle_msg
        self.on_msg(self._receive)

    def _prepared(self) -> dict[str, Any]:
        """The traits that show something before the first reply."""
        return {"start": self._content(as_text=True)[0]}

    @property
    def state(self) -> Any:
        """What is set at the moment, a frozen dataclass; assigning one moves the widget."""
        return self._state

    @state.setter
    def state(self, state: Any) -> None:
        with LOCK:
            self._move_to(state)
            self.send(*self._answer({}))

    @property
    def result(self) -> Any:
        """What was computed for `state`."""
        return self._result

    @property
    def problem(self) -> str:
        """What is wrong with the student's function, in a sentence, or nothing."""
        return getattr(self._result, "problem", "")

    @property
    def alt(self) -> str:
        """The picture in words."""
        return self._alt(self._state, self._result, self.problem)

    def png(self) -> bytes:
        """Return the picture as it is now, as a PNG file in light colours."""
        with LOCK:
            return self._still(self._state, self._result, self.problem)

    def _still(self, state: Any, result: Any, problem: str) -> bytes:
        scene = self._scene_class(LIGHT, SHARP)
        scene.pose(state, result, problem)
        return scene.png()

    def _alt(self, state: Any, result: Any, problem: str) -> str:
        words = self._scene_class.describe(state, result)
        return f"{problem} {words}" if problem else words

    def _kept(self) -> tuple[Any, Any, str]:
        """State, result and problem of the picture that stays in a notebook without a kernel."""
        return self._state, self._result, self.problem

    def _ipython_display_(self, **_: Any) -> None:
        """Show the widget, and after it the picture for when it lives no more."""
        from IPython.display import display

        data, metadata = super()._repr_mimebundle_()
        display(data | {"text/plain": f"{self._title}."}, metadata=metadata, raw=True)
        display(still(*self._kept_picture(), self.spec["id"]), raw=True)

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The widget and its picture in one, for those who ask for a single output."""
        data, metadata = super()._repr_mimebundle_()
        png, (width, height), alt = self._kept_picture()
        data |= {"text/plain": f"{self._title}. {alt}", "image/png": encoded(png)}
        return data, {**metadata, "image/png": {"width": width, "height": height, "alt": alt}}

    def _kept_picture(self) -> tuple[bytes, list[int], str]:
        with LOCK:
            kept = self._kept()
            return self._still(*kept), self.spec["size"], self._alt(*kept)

    def __repr__(self) -> str:
        return f"{self._title}. {self.alt}"

    def _receive(self, _: Any, request: Any, buffers: Any) -> None:
        """Answer a request of the browser, on whichever thread the front end chose."""
        try:
            with LOCK:
                reply = self._answer(request)
        except Exception as error:
            self.send({"kind": "error", "text": sentence(error, "the widget")})
            raise
        self.send(*reply)

    def _answer(self, request: Mapping[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        """Move as asked and return the reply, a message and its buffers; needs no Jupyter."""
        began = time.perf_counter()
        self._wishes = {**self._wishes, **request.get("wishes", {})}
        self._obey(request)
        content, buffers = self._content(as_text=in_colab())
        content["values"] = moves.values(self._state, self._controls)
        content["took"] = round(1000 * (time.perf_counter() - began), 2)
        return content, buffers

    def _obey(self, request: Mapping[str, Any]) -> None:
        state = self._state
        if request.get("reset"):
            state = self._first
        if request.get("values"):
            moved = moves.changed(state, self._controls, request["values"])
            state = self._adapt(state, moved) if self._adapt else moved
        if request.get("points") and self._on_points:
            scene = self._scene()
            state = self._on_points(state, [Point(scene, *spot) for spot in request["points"]])
        if state is not self._state:
            self._move_to(state)

    def _move_to(self, state: Any) -> None:
        self._result = self._compute(state)
        self._state = state

    def _content(self, as_text: bool) -> tuple[dict[str, Any], list[bytes]]:
        found = dict(self._arrays(self._state, self._result)) if self._arrays else {}
        arrays, buffers = pack(found, as_text)
        content = {"kind": "arrays", "arrays": arrays, "problem": self.problem, "alt": self.alt}
        return content, buffers

    def _scene(self) -> Scene:
        """The scene in the browser's theme and at its scale."""
        theme = self._wishes.get("theme", LIGHT.name)
        scale = min(max(float(self._wishes.get("scale", 1.0)), 1.0), 2.0)
        key = theme if theme in PALETTES else LIGHT.name, scale
        if self._drawn is None or self._drawn[0] != key:
            self._drawn = key, self._scene_class(PALETTES[key[0]], scale)
        return self._drawn[1]


class Explore(Screen):
    """A widget whose picture is a `Scene` drawn in the kernel; tiers F and P.

    The arguments are those of `Screen`, without `js` and `arrays`.
    """

    def _prepared(self) -> dict[str, Any]:
        png = self._still(self._state, self._result, self.problem)
        return {"picture": encoded(png), "start": {"alt": self.alt}}

    def _content(self, as_text: bool) -> tuple[dict[str, Any], list[bytes]]:
        """The picture: as it is to a browser on this machine, else as a PNG, small on the wire."""
        scene = self._scene()
        scene.pose(self._state, self._result, self.problem)
        content = {"kind": "frame", "alt": self.alt}
        if self._wishes.get("local") and not as_text:
            pixels = scene.rgba()
            height, width = pixels.shape[:2]
            return content | {"width": width, "height": height}, [pixels.tobytes()]
        png = scene.png(quick=True)
        if as_text:
            return content | {"png": encoded(png)}, []
        return content | {"png": ""}, [png]
