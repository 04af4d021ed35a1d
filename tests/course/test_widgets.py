"""The base of the widgets: controls, trials, scenes, views and the ticker, without a browser."""

import ast
import base64
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from course import widgets
from course.widgets import controls, labels, modules, scene, ticker, trial, view, wire

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Walk:
    at: float = 0.0
    count: int = 0
    rate: float = 0.1
    x: tuple = (1.0, 2.0)
    model: str = "net"


class Line(scene.Scene):
    size = (4, 2)

    def setup(self):
        axes = self.axes((0.1, 0.2, 0.8, 0.5), "place", xlim=(-3, 3), ylim=(-1, 1), label="line")
        self.dot = self.moving(axes.plot([0], [0], "o", color=self.palette.mine, ms=14)[0])
        self.count = self.label(0.9, 0.9, "", ha="right")

    def update(self, state, result):
        self.dot.set_xdata([state.at])
        self.count.set_text(str(state.count))

    @staticmethod
    def describe(state, result):
        return f"A dot after {state.count} steps."


@dataclass(frozen=True)
class Seen:
    problem: str = ""


RAILS = [
    controls.Slider("rate", "rate", 0.01, 1, log=True),
    controls.Slider("x.1", "x₂", -5, 5),
]


def explore(compute=lambda state: Seen(), kind=view.Explore, **more):
    return kind(
        title="A walk", predict="Where?", state=Walk(), controls=RAILS, scene=Line,
        compute=compute, **more,
    )  # fmt: skip


def step(state, rng):
    return replace(state, at=0.9 * state.at + rng.normal() * state.rate, count=state.count + 1)


LOCAL = {"theme": "light", "scale": 1, "local": True}

# What a control reads ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("control", "came", "read"),
    [
        (controls.Slider("w", "w", -2, 2), 0.30000000000000004, 0.3),
        (controls.Slider("w", "w", -2, 2), 7, 2.0),
        (controls.Slider("t", "t", 0, 4, 1), 3.0, 3),
        (controls.Slider("r", "r", 0.01, 1, 1, log=True), 0.5, 0.5),
        (controls.Choice("c", "c", ("a", "b")), "b", "b"),
        (controls.Switch("s", "s"), 1, True),
    ],
)
def test_a_control_reads_what_comes(control, came, read):
    """Numbers stay on their rail, without digits that no one set; whole ones are ints."""
    assert control.read(came) == read
    assert type(control.read(came)) is type(read)


@pytest.mark.parametrize(
    ("moved", "words"),
    [
        ({"rate": "nan"}, "rate got 'nan'; expected a finite number."),
        ({"speed": 1}, "no control is named 'speed'; there are rate, x.1"),
    ],
)
def test_what_no_control_can_take_is_refused(moved, words):
    """In one sentence."""
    with pytest.raises(ValueError, match=words):
        controls.changed(Walk(), RAILS, moved)
    with pytest.raises(ValueError, match="expected one of"):
        controls.Choice("c", "c", ("a", "b")).read("z")


def test_a_rail_is_widened_to_hold_a_value():
    """And its step divides it, so that the browser does not round it."""
    slider = controls.Slider("w", "w", -2, 2).holding(-2.125)
    assert (slider.low, slider.high, slider.step) == (-3, 2, 0.001)
    assert controls.Slider("w", "w", -2, 2).holding(0.5).step == 0.1


# What is wrong with a function ---------------------------------------------------------------


def stub(x):
    raise NotImplementedError


def crashes(x):
    return x @ x.reshape(3, 1)


WRONG = [
    (stub, "stub is not written yet: write it above, then run this cell again."),
    (crashes, "crashes stopped in line"),
    (crashes, "return x @ x.reshape(3, 1)\nRuntimeError"),
    (lambda y: y, "<lambda> could not be called: TypeError: "),
    (lambda x: None, "<lambda> returned None (is there a return?); expected the pair y and z."),
    (lambda x: (x,), "<lambda> returned a tuple of 1; expected the pair y and z."),
    (lambda x: (x, x[:1]), "<lambda> returned z of shape (1,); expected (2,)."),
    (lambda x: (x, "no"), "<lambda> returned 'no' for z; expected a tensor."),
    (lambda x: (x, x * float("nan")), "<lambda> returned z with nan in it; expected numbers."),
    (lambda x: (x, 1 / (0 * x)), "<lambda> returned z with inf in it; expected numbers."),
]


@pytest.mark.parametrize(("function", "words"), WRONG)
def test_a_trial_says_what_is_wrong(function, words):
    """And never raises; what is right can still be drawn."""
    import torch

    tried = trial.trial(function, {"x": torch.ones(2)}, {"y": (2,), "z": (2,)})
    assert words in tried.problem
    if "for z" in words or "of shape" in words:
        assert tried.arrays["y"].tolist() == [1, 1]


def test_what_is_no_function_is_refused_in_a_sentence():
    """When the widget is made, not when it is moved."""
    for make in (widgets.step_through_time, widgets.neuron_dials, widgets.gradient_tunnel):
        with pytest.raises(TypeError, match=r"takes your function, as in .*; it got 3\.$"):
            make(3)


# Pictures ------------------------------------------------------------------------------------


def test_a_blitted_picture_is_the_one_drawn_from_scratch():
    """Moving artists over a stored background leaves no trace of where they were."""
    moved, fresh = Line(), Line()
    moved.pose(Walk(at=-2, count=3), None)
    moved.rgba()
    for each in (moved, fresh):
        each.pose(Walk(at=1, count=8), None)
    assert np.array_equal(moved.rgba(), fresh.rgba())
    before = moved.rgba().copy()
    moved.pose(Walk(at=1.5, count=8), None)
    assert not np.array_equal(before, moved.rgba())


def test_a_banner_covers_the_headline_and_goes_away():
    """In the colours of a warning, with a sign besides."""
    line = Line()
    line.pose(Walk(), None)
    plain = line.rgba().copy()
    line.pose(Walk(), None, "elman stopped in line 3\nRuntimeError: no")
    paper = [int(line.palette.warn_paper[i : i + 2], 16) for i in (1, 3, 5)]
    assert line.rgba()[12, 300, :3].tolist() == paper
    line.pose(Walk(), None)
    assert np.array_equal(plain, line.rgba())


def test_a_theme_changes_the_paper_and_keeps_text_readable():
    """The contrast of every ink with its paper is at least 4.5, as WCAG asks."""
    from matplotlib.colors import to_rgb

    def luminance(colour):
        channels = [
            c / 12.92 if c <= 0.04 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)
        ]
        return np.dot(channels, [0.2126, 0.7152, 0.0722])

    for palette in (scene.LIGHT, scene.DARK):
        pairs = [(palette.warn, palette.warn_paper)]
        pairs += [
            (getattr(palette, ink), palette.paper)
            for ink in "ink faint mine reference third fourth".split()
        ]
        for ink, paper in pairs:
            dark, light = sorted([luminance(ink), luminance(paper)])
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (palette.name, ink)
    assert Line(scene.DARK).rgba()[-1, -1].tolist()[:3] == [17, 17, 17]


def test_a_stage_is_drawn_once():
    """What changes seldom has a background for each of its values, and no more than twenty."""
    line = Line()
    for key in range(30):
        assert line.stage(key)
        line.rgba()
    assert not line.stage(29)
    assert line.stage(0)
    assert len(line._stages) == scene.STAGES


def test_a_point_is_told_in_the_data_of_its_axes():
    """Fractions of the picture from the top left become axes and their data."""
    touched = scene.Point(Line(), 0.5, 0.55, "down")
    assert touched.axes == "line"
    assert (touched.x, touched.y) == pytest.approx((0, 0), abs=1e-6)
    assert scene.Point(Line(), 0.01, 0.01, "up").axes == ""


def test_labels_stay_within_the_picture():
    """A label that reaches over an edge is cut, not wrapped to the other side."""
    pixels = np.zeros((20, 30, 4), np.uint8)
    for x, y in ((-0.2, 0.5), (0.95, 0.5), (0.5, 1.1), (0.5, -0.1), (3, 3)):
        labels.Label(x, y, "88888", None, color="white").paint(pixels, 100)
    assert pixels[:, 12:18].max() < 255 or pixels.any()
    assert pixels[..., 3].max() == 0


# Views ---------------------------------------------------------------------------------------


def test_a_move_changes_the_state_and_the_picture():
    """The kernel answers with the pixels, the alternative text and where the controls stand."""
    w = explore()
    _, (before,) = w._answer({"wishes": LOCAL})
    content, (pixels,) = w._answer({"values": {"x.1": -1.5, "rate": 0.5}})
    assert w.state == Walk(rate=0.5, x=(1.0, -1.5))
    assert content["values"] == {"rate": 0.5, "x.1": -1.5}
    assert (content["width"], content["height"]) == (400, 200)
    assert len(pixels) == len(before) == 400 * 200 * 4
    w.state = replace(w.state, at=2.0)
    assert w._answer({})[1][0] != pixels
    w._answer({"reset": True})
    assert w.state == Walk()


def test_a_browser_far_away_gets_a_png_and_colab_gets_text(monkeypatch):
    """Small on the wire; Colab's widgets drop binary buffers."""
    w = explore()
    content, (png,) = w._answer({"wishes": LOCAL | {"local": False, "theme": "dark"}})
    assert png.startswith(b"\x89PNG") and "width" not in content
    monkeypatch.setitem(sys.modules, "google.colab", object())
    content, buffers = w._answer({"wishes": LOCAL})
    assert buffers == [] and base64.b64decode(content["png"]).startswith(b"\x89PNG")
    assert wire.pack({"x": np.ones(2)}, as_text=True)[1] == []
    json.dumps(content)


def test_an_error_in_a_callback_reaches_the_browser_and_the_log(monkeypatch):
    """It is told where the student looks, and raised besides; nothing is swallowed."""
    w, sent = explore(), []
    monkeypatch.setattr(w, "send", lambda content, buffers=None: sent.append(content))
    with pytest.raises(ValueError, match="speed"):
        w._receive(w, {"values": {"speed": 1}}, [])
    assert sent[0]["kind"] == "error" and "speed" in sent[0]["text"]


def test_a_problem_is_in_picture_and_words():
    """The banner's sentence is also the beginning of the alternative text."""
    w = explore(compute=lambda state: Seen("elman stopped in line 3."))
    assert w.problem == "elman stopped in line 3."
    assert w.alt == "elman stopped in line 3. A dot after 0 steps."
    assert explore().png() != w.png()


def test_a_notebook_without_a_browser_keeps_a_picture_with_its_text():
    """One output with everything for who asks for it; texts are the same in every run."""
    for make in (explore, lambda: widgets.neuron_dials(stub)):
        data, metadata = make()._repr_mimebundle_()
        assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
        assert metadata["image/png"]["alt"] in data["text/plain"]
        assert metadata["image/png"]["width"] >= 400
        assert "application/vnd.jupyter.widget-view+json" in data
        assert data["text/plain"] == make()._repr_mimebundle_()[0]["text/plain"]


def test_points_come_with_the_request_and_none_is_lost():
    """Those of a drag that came while the kernel was busy arrive together."""
    w = explore(on_points=lambda state, points: replace(state, at=points[-1].x, count=len(points)))
    w._answer({"points": [[0.3, 0.55, "down"], [0.5, 0.55, "move"]], "wishes": LOCAL})
    assert (w.state.at, w.state.count) == (pytest.approx(0, abs=1e-6), 2)


def test_a_state_is_adapted_after_a_move():
    """A change of a control may need more than its field, for example a new net."""
    w = explore(adapt=lambda old, new: replace(new, count=old.count + 1))
    w._answer({"values": {"rate": 0.5}})
    assert (w.state.rate, w.state.count) == (0.5, 1)


# The ticker ----------------------------------------------------------------------------------


def test_a_burst_takes_thirty_milliseconds_and_one_step_is_one():
    """However quick or slow a step is, the browser is not kept waiting."""
    w = explore(kind=ticker.Ticker, step=step)
    began = time.perf_counter()
    content, _ = w._answer({"steps": -1, "wishes": LOCAL})
    assert content["steps"] == w.state.count > 1
    assert time.perf_counter() - began < 1
    assert w._answer({"steps": 1})[0]["steps"] == content["steps"] + 1
    slow = explore(kind=ticker.Ticker, step=lambda state, rng: time.sleep(0.05) or step(state, rng))
    assert slow._answer({"steps": -1})[0]["steps"] == 1


def test_a_run_can_be_repeated_and_starts_again():
    """The same seed, the same walk; starting again keeps what the controls are set to."""
    one, two = (explore(kind=ticker.Ticker, step=step, seed=7) for _ in range(2))
    assert one.run(20) == two.run(20)
    assert one.model == "net"
    one._answer({"values": {"rate": 0.5}})
    content, _ = one._answer({"reset": True})
    assert one.state == Walk(rate=0.5) and content["steps"] == 0
    assert one._answer({"steps": 20, "values": {"rate": 0.1}})[0]["steps"] == 20
    assert one.state == two.state


def test_an_exception_in_a_step_stops_the_ticker_with_a_banner():
    """What was reached before is kept; starting again takes the banner away."""

    def third(state, rng):
        if state.count == 2:
            raise RuntimeError("too far")
        return step(state, rng)

    w = explore(kind=ticker.Ticker, step=third)
    content, _ = w._answer({"steps": -1, "wishes": LOCAL})
    assert "RuntimeError: too far" in content["halted"] and "too far" in content["alt"]
    assert w.state.count == content["steps"] == 2
    assert w._answer({"steps": 1})[0]["steps"] == 2
    assert w._answer({"reset": True})[0]["halted"] == ""
    with pytest.raises(RuntimeError, match="too far"):
        w.run(5)


def test_the_kept_picture_shows_a_trained_state():
    """With `preview_steps`, until something is played; the widget itself begins at the start."""
    w = explore(kind=ticker.Ticker, step=step, preview_steps=40)
    assert "after 40 steps" in w._repr_mimebundle_()[0]["text/plain"]
    assert w.state.count == 0 and "after 0 steps" in w.alt
    w.run(3)
    assert "after 3 steps" in w._repr_mimebundle_()[0]["text/plain"]

    def broken(state, rng):
        raise ValueError("no")

    data, _ = explore(kind=ticker.Ticker, step=broken, preview_steps=4)._repr_mimebundle_()
    assert "ValueError: no" in data["text/plain"]


# Rules ---------------------------------------------------------------------------------------


def test_the_widgets_are_these():
    """Each is found by its name, and says what it does with an example."""
    assert {"gradient_tunnel", "neuron_dials", "step_through_time"} <= set(widgets.__all__)
    for name in widgets.__all__:
        assert ">>>" in getattr(widgets, name).__doc__, name
    with pytest.raises(AttributeError, match="no widget 'magic'; there are "):
        widgets.magic  # noqa: B018 - the access is the test


def test_nothing_heavy_is_imported_before_a_widget_is_asked_for():
    """`from course import widgets` costs nothing; a widget never brings pyplot along."""
    code = """
import sys
from course import widgets
heavy = {"torch", "matplotlib", "ipywidgets", "anywidget", "IPython", "PIL"}
print(sorted(heavy & set(sys.modules)))
widgets.neuron_dials(lambda x, w, b, phi: phi(w @ x + b)).png()
print("matplotlib.pyplot" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["[]", "False"]


FORBIDDEN = {"pyplot", "plt", "rc_context", "rcParams", "get_running_loop", "asyncio", "ipympl"}


def offences(folder):
    """Names that no widget may use, as "file: name"."""
    found = []
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = {getattr(node, "id", ""), getattr(node, "attr", "")}
            if isinstance(node, ast.Import | ast.ImportFrom):
                names |= {part for alias in node.names for part in alias.name.split(".")}
                names |= set((getattr(node, "module", None) or "").split("."))
            found += [f"{path.name}: {name}" for name in names & FORBIDDEN]
    return found


def test_no_widget_touches_what_threads_share(tmp_path):
    """Callbacks may run beside a cell: no pyplot, no rcParams, no event loop."""
    assert offences(ROOT / "course" / "widgets") == []
    for line in ("import matplotlib.pyplot as p", "from matplotlib import pyplot", "x.rcParams"):
        (tmp_path / "planted.py").write_text(line, encoding="utf-8")
        assert offences(tmp_path), line


def test_javascript_needs_nothing_from_elsewhere(tmp_path, monkeypatch):
    """Every module joins into one text without imports and without an address."""
    for path in sorted(modules.FOLDER.glob("*.js")):
        text = modules.javascript(path.stem)
        assert "\nimport " not in text and not text.startswith("import "), path
        assert "http://" not in text and "https://" not in text, path
    for name in ("frames", "neuron_dials"):
        assert modules.javascript(name).count("export default") == 1
        assert modules.javascript(name).count("export function panel") == 0
        assert modules.javascript(name).count("function panel(") == 1
    (tmp_path / "odd.js").write_text('import x from "https://cdn/x.js";\n', encoding="utf-8")
    monkeypatch.setattr(modules, "FOLDER", tmp_path)
    assert "import " in modules.javascript("odd")
