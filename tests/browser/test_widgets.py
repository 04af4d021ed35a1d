"""The widgets in a real JupyterLab: they move, they wait for one another, nothing breaks.

Screenshots are kept in the folder that COURSE_SCREENSHOTS names, else in pytest's own.
"""

import asyncio
import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
CELLS = {
    "setup": """
import time
from dataclasses import dataclass, replace
import matplotlib.pyplot as plt
import torch
from course import widgets, worked

def elman(x, h0, W_xh, W_hh, b_h, W_hy, b_y):
    h, H, Y = h0, [], []
    for x_t in x:
        h = torch.tanh(W_xh @ x_t + W_hh @ h + b_h)
        H.append(h)
        Y.append(W_hy @ h + b_y)
    return torch.stack(H), torch.stack(Y)

def neuron(x, w, b, phi):
    return phi(w @ x + b)

def mlp_forward(X, params):
    (W1, b1), (W2, b2) = params
    return torch.sigmoid(torch.relu(X @ W1.T + b1) @ W2.T + b2)

def backprop_2layer(X, y, W1, b1, W2, b2):
    H = torch.relu(X @ W1.T + b1)
    delta = (torch.sigmoid(H @ W2.T + b2) - y) / len(y)
    delta1 = delta @ W2 * (H > 0)
    return {"W1": delta1.T @ X, "b1": delta1.sum(0), "W2": delta.T @ H, "b2": delta.sum(0)}

def early_stop(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        elif epoch - best == patience:
            return epoch + 1, best + 1
    return len(losses), best + 1

def penalised_loss(loss, layers, l1, l2):
    total = loss + l2 * sum((layer["W"] ** 2).sum() for layer in layers)
    return total, [2 * l2 * layer["W"] for layer in layers]

def grad_step(w, X, y, alpha):
    return w - alpha * X.T @ (X @ w - y) / len(y)
""",
    "time": "w = widgets.step_through_time(elman, worked.elman())\nw",
    "state": "print('t', w.state.t, 'W_xh', w.state.W_xh)",
    "wrong": "widgets.step_through_time(lambda **inputs: (inputs['x'], inputs['h0']))",
    "dials": "d = widgets.neuron_dials(neuron)\nd",
    "tunnel": "widgets.gradient_tunnel(lambda w, h: (w * (1 - h**2)).cumprod(0))",
    "paint": "p = widgets.paint_and_train(mlp_forward, backprop_2layer)\np",
    "paint state": "print('points', len(p.state.points), 'layers', len(p.model))",
    "ledger": "widgets.backprop_ledger(backprop_2layer)",
    "fit": "widgets.fit_dial(early_stop, penalised_loss)",
    "downhill": "widgets.downhill(grad_step)",
    "dials state": "print('w1', d.state.w1)",
    "ticker": """
from course.widgets.scene import Scene
from course.widgets.ticker import Ticker
from course.widgets.controls import Slider

@dataclass(frozen=True)
class Walk:
    at: float = 0.0
    count: int = 0
    rate: float = 0.1

class Line(Scene):
    size = (5, 2.5)
    def setup(self):
        ax = self.axes((0.15, 0.2, 0.8, 0.6), "place", "", xlim=(-3, 3), ylim=(-1, 1))
        self.dot = self.moving(ax.plot([0], [0], "o", color=self.palette.mine, ms=14)[0])
    def update(self, state, result):
        self.dot.set_xdata([state.at])
        self.say(f"{state.count} steps")
    @staticmethod
    def describe(state, result):
        return f"A dot after {state.count} steps."

def step(state, rng):
    time.sleep(0.001)
    at = 0.99 * state.at + state.rate * rng.normal()
    return replace(state, at=at, count=state.count + 1)

walk = Ticker(title="A walk", predict="Where will it be?", state=Walk(), scene=Line, step=step,
              controls=[Slider("rate", "rate", 0.01, 1, 0.1, log=True)], compute=lambda s: None,
              preview_steps=50)
walk
""",
    "other": """
before = walk.state.count
for i in range(8):
    time.sleep(0.1)
print("meanwhile", walk.state.count - before)
""",
    "race": """
right = 0
for i in range(30):
    fig, ax = plt.subplots(figsize=(2, 1.5))
    ax.plot(range(50), [i] * 50)
    ax.set_title(f"figure {i}")
    time.sleep(0.05)
    fig.canvas.draw()
    ours = plt.gcf() is fig and plt.gca() is ax and len(ax.lines) == 1
    right += ours and ax.get_title() == f"figure {i}" and len(plt.get_fignums()) == 1
    plt.close(fig)
print("right figures", right)
""",
    "kernel": "k = widgets.kernel_lab(torch.nn.functional.conv2d)\nk",
    "kernel state": "print('kernel', k.state.kernel[:3], 'drawn', sum(k.state.image))",
    "gates": "g = widgets.gate_bench(torch.nn.LSTMCell)\ng",
    "gates state": "print('b_f', g.state.b[1])",
    "machine": """
def energy(v, h, W, a, b):
    return -a @ v - b @ h - v @ W @ h

def gibbs(v, W, a, b, generator):
    h = torch.bernoulli(torch.sigmoid(v @ W + b), generator=generator)
    return torch.bernoulli(torch.sigmoid(h @ W.T + a), generator=generator)

m = widgets.energy_ledger(energy, gibbs)
m
""",
    "machine state": "print('k', m.state.k, 'data', m.state.data)",
}
ORDER = list(CELLS)
SHOWN = (  # the cells with a widget
    *("time", "wrong", "dials", "tunnel", "paint", "ledger"),
    *("fit", "downhill", "ticker", "kernel", "gates", "machine"),
)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab with a notebook of widgets: its port."""
    folder = tmp_path_factory.mktemp("widgets")
    settings = folder / "settings" / "@jupyterlab"
    for name, value in {
        "notebook-extension/tracker": {"windowingMode": "none"},
        "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    }.items():
        path = settings / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(value), encoding="utf-8")
    book = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source.strip()) for source in CELLS.values()],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    (folder / "files").mkdir()
    nbformat.write(book, folder / "files" / "widgets.ipynb")
    port = free_port()
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", f"--port={port}"]
    command += ["--IdentityProvider.token=secret", f"--ServerApp.root_dir={folder / 'files'}"]
    command += ["--allow-root", "--ServerApp.allow_remote_access=True"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        wait_for(f"http://127.0.0.1:{port}/api?token=secret", server)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def wait_for(address, server):
    for _ in range(240):
        assert server.poll() is None, "JupyterLab ended"
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.25)
    raise AssertionError("JupyterLab did not answer within a minute")


@pytest.fixture(scope="module")
def shots(tmp_path_factory):
    """The folder of the screenshots."""
    named = os.environ.get("COURSE_SCREENSHOTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def opened(browser, port, host="127.0.0.1"):
    page = browser.new_page(viewport={"width": 1250, "height": 1100})
    page.errors = []
    page.on("console", lambda message: message.type == "error" and page.errors.append(message.text))
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.goto(f"http://{host}:{port}/lab/tree/widgets.ipynb?token=secret")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
    page.wait_for_selector("text=/Python 3 .*Idle/", timeout=90_000)
    return page


def run_cell(page, name):
    cell = page.locator(".jp-Notebook .jp-Cell").nth(ORDER.index(name))
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    return cell


def printed(page, name, words):
    """What a cell printed, once the words are there."""
    cell = page.locator(".jp-Notebook .jp-Cell").nth(ORDER.index(name))
    text = cell.locator(".jp-OutputArea-output", has_text=re.compile(words)).last
    text.wait_for(timeout=30_000)
    return text.text_content()


def run_widgets(page, *names):
    """Run cells and wait until each of their widgets has had its first reply."""
    for name in names:
        run_cell(page, name)
    page.wait_for_function(
        "n => document.querySelectorAll('.nnwo canvas[data-frame]').length >= n",
        arg=len(set(names) - {"setup"}),
        timeout=90_000,
    )


@pytest.fixture(scope="module")
def page(lab, browser):
    """The notebook with every widget on it."""
    page = opened(browser, lab)
    run_widgets(page, "setup", *SHOWN)
    return page


def panel(page, name):
    return page.locator(".jp-Notebook .jp-Cell").nth(ORDER.index(name)).locator(".nnwo")


def pixels(widget):
    """A number that stands for what the canvas shows."""
    return widget.locator("canvas").evaluate(
        "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data"
        ".reduce((sum, v, i) => (sum * 31 + v + (i % 7)) % 1000000007, 0)"
    )


def changes(page, widget, before, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if pixels(widget) != before:
            return True
        page.wait_for_timeout(20)
    return False


def steps(widget):
    return int(widget.locator("canvas").get_attribute("data-steps"))


def says(widget):
    return widget.locator("canvas").get_attribute("aria-label")


def test_step_through_time_moves(page, shots):
    """A press of + computes the next step, an arrow key moves a weight, and the state follows."""
    widget = panel(page, "time")
    before = pixels(widget)
    widget.get_by_role("button", name="step t: one on").click()
    assert changes(page, widget, before)
    widget.screenshot(path=shots / "time_light.png")
    before = pixels(widget)
    widget.get_by_label("W_xh").focus()
    page.keyboard.press("ArrowLeft")
    assert changes(page, widget, before)
    run_cell(page, "state")
    assert "t 2 W_xh 0.9" in printed(page, "state", "W_xh")
    widget.get_by_role("button", name="Start again").click()
    page.wait_for_function("e => e.value === '1'", arg=widget.get_by_label("W_xh").element_handle())


def test_a_wrong_function_is_told_in_the_figure(page, shots):
    """The banner is part of the picture and of its alternative text."""
    widget = panel(page, "wrong")
    assert "returned Y of shape (1,); expected (4, 1)" in says(widget)
    colours = widget.locator("canvas").evaluate(
        "c => [...c.getContext('2d').getImageData(60, 9, 1, 1).data]"
    )
    assert colours[:3] == [0xFF, 0xF1, 0xD6]
    widget.screenshot(path=shots / "wrong_light.png")


def test_neuron_dials_draw_at_once_and_ask_the_students_neuron(page, shots):
    """The browser draws within two frames; the table and the state follow from the kernel."""
    widget = panel(page, "dials")
    before = pixels(widget)
    took = widget.locator("canvas").evaluate(
        """c => new Promise((done) => {
            const input = c.closest('.nnwo').querySelector('input[type=range]');
            const frame = c.dataset.frame, began = performance.now();
            input.value = 2;
            input.dispatchEvent(new Event('input'));
            const look = () => c.dataset.frame !== frame ? done(performance.now() - began)
                                                         : requestAnimationFrame(look);
            look();
        })"""
    )
    assert took < 200
    assert changes(page, widget, before)
    widget.get_by_label("target").select_option("XOR")
    page.wait_for_function(
        "c => /XOR: [0-3] of 4 right/.test(c.getAttribute('aria-label'))",
        arg=widget.locator("canvas").element_handle(),
    )
    run_cell(page, "dials state")
    assert "w1 2.0" in printed(page, "dials state", "w1")
    widget.screenshot(path=shots / "dials_light.png")


def test_the_gradient_tunnel_moves(page, shots):
    """A larger weight makes other curves, and the words follow."""
    widget = panel(page, "tunnel")
    widget.get_by_label("weight w").fill("1.5")
    page.wait_for_function(
        "c => c.getAttribute('aria-label').includes('w = 1.5')",
        arg=widget.locator("canvas").element_handle(),
    )
    widget.screenshot(path=shots / "tunnel_light.png")


def comes_to_say(page, widget, pattern):
    """Wait until the picture's text matches."""
    page.wait_for_function(
        "([c, p]) => new RegExp(p).test(c.getAttribute('aria-label'))",
        arg=[widget.locator("canvas").element_handle(), pattern],
        timeout=20_000,
    )


def test_a_kernel_is_typed_and_a_picture_drawn(page, shots):
    """By mouse and by keys; the student's map follows from the kernel, and so does the state."""
    widget = panel(page, "kernel")
    assert "agrees with the equation in all 36 places" in says(widget)
    canvas = widget.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    scale = box["width"] / 920
    spots = [(82 + 25 * i, 138) for i in range(3)]  # the first row's first three pixels
    page.mouse.move(box["x"] + scale * spots[0][0], box["y"] + scale * spots[0][1])
    page.mouse.down()
    for x, y in spots:
        page.mouse.move(box["x"] + scale * x, box["y"] + scale * y)
    page.mouse.up()
    canvas.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press(" ")  # pixel (2, 3) of the cross, turned off
    page.mouse.click(box["x"] + scale * (636 + 52 + 13), box["y"] + scale * (76 + 52 + 13))
    comes_to_say(page, widget, "at row 0, column 0 is [^;]*; yours [^n]")
    widget.get_by_label("kernel, row 1, column 1").fill("-2.5")
    widget.get_by_label("padding", exact=True).fill("1")
    comes_to_say(page, widget, "kernel −2.5 0 1; .* 8 by 8.* yours [^n].* in all 64 places")
    widget.screenshot(path=shots / "kernel_light.png")
    run_cell(page, "kernel state")
    assert "kernel (-2.5, 0.0, 1.0) drawn 30.0" in printed(page, "kernel state", "kernel")
    widget.get_by_label("filter").select_option("sum")
    comes_to_say(page, widget, "kernel 1 1 1; 1 1 1; 1 1 1.* yours [^n]")
    assert widget.get_by_label("kernel, row 1, column 1").input_value() == "1"


def test_gates_are_measured_on_the_bench(page, shots):
    """Biases of 6 and -6 keep the cell's number, as the widget asks one to foretell."""
    widget = panel(page, "gates")
    widget.get_by_label("b_f").fill("6")
    widget.get_by_label("b_i").fill("-6")
    comes_to_say(page, widget, r"new c 1\.00\d\d, yours 1\.00.*in all six lines")
    widget.screenshot(path=shots / "gates_light.png")
    run_cell(page, "gates state")
    assert "b_f 6" in printed(page, "gates state", "b_f")


def test_states_are_weighed_at_once(page, shots):
    """More steps bring CD-k to the true gradient, and the data chosen is framed."""
    widget = panel(page, "machine")
    assert "CD-1 is off the true gradient by at most 0.141" in says(widget)
    widget.get_by_label("CD steps k").fill("20")
    comes_to_say(page, widget, r"CD-20 is off the true gradient by at most 0\.000")
    widget.get_by_label("data v").select_option("110")
    widget.get_by_label("a₁").focus()
    page.keyboard.press("ArrowRight")
    comes_to_say(page, widget, "For the data 110, .* in all 32 states")
    widget.screenshot(path=shots / "machine_light.png")
    run_cell(page, "machine state")
    assert "k 20 data 110" in printed(page, "machine state", "data")


def dragged(page, widget, *spots):
    """Drag the mouse over a widget's picture, from spot to spot, in fractions of it."""
    canvas = widget.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    for i, (x, y) in enumerate(spots):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
        if i == 0:
            page.mouse.down()
    page.mouse.up()


def test_points_are_painted_and_the_students_net_trains_on_them(page, shots):
    """The mouse and the pen at the cursor add points; Play moves the boundary; Start again keeps
    the points."""
    widget = panel(page, "paint")
    dragged(page, widget, (0.07, 0.86), (0.2, 0.86), (0.4, 0.86))
    canvas = widget.locator("canvas").element_handle()
    page.wait_for_function(
        "c => Number(c.getAttribute('aria-label').split(' ')[0]) > 64", arg=canvas
    )
    painted = int(says(widget).split()[0])
    widget.get_by_label("pen down at the cursor").check()
    widget.get_by_label("cursor x₁").focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "([c, n]) => Number(c.getAttribute('aria-label').split(' ')[0]) >= n + 3",
        arg=[canvas, painted],
    )
    widget.get_by_role("button", name="Play").click()
    page.wait_for_function("c => Number(c.dataset.steps) > 150", arg=canvas)
    widget.screenshot(path=shots / "paint_light.png")
    widget.get_by_role("button", name="Pause").click()
    points = int(says(widget).split()[0])
    widget.get_by_role("button", name="Start again").click()
    page.wait_for_function("c => c.getAttribute('aria-label').includes('after 0 up')", arg=canvas)
    assert int(says(widget).split()[0]) == points
    run_cell(page, "paint state")
    assert f"points {points + 60} layers 2" in printed(page, "paint state", "points")


def test_the_ledger_foretells_the_cost(page, shots):
    """A click chooses an edge, a nudge is answered at once, and a nudge that is kept stays."""
    widget = panel(page, "ledger")
    assert "your gradient: −3 ✓" in says(widget)
    nudge = widget.get_by_label("nudge", exact=True)
    nudge.focus()
    page.keyboard.press("ArrowRight")
    canvas = widget.locator("canvas").element_handle()
    page.wait_for_function(
        "c => c.getAttribute('aria-label').includes('(−3) · 0.01 = −0.03; true change of C: −0.0')",
        arg=canvas,
    )
    nudge.fill("0.2")
    page.wait_for_function(
        "c => c.getAttribute('aria-label').includes('true change of C: −0.4299.')", arg=canvas
    )
    widget.screenshot(path=shots / "ledger_light.png")
    dragged(page, widget, (350 / 920, 228 / 530))  # between h₁ and p
    page.wait_for_function(
        "c => c.getAttribute('aria-label').includes('Edge h₁ → p, weight 3')", arg=canvas
    )
    assert widget.get_by_label("edge", exact=True).input_value() == "h₁ → p"
    widget.get_by_label("keep the nudge").click()  # the reply may take the mark off at once
    page.wait_for_function(
        "c => c.getAttribute('aria-label').includes('Edge h₁ → p, weight 3.2')", arg=canvas
    )
    assert nudge.input_value() == "0"
    assert not widget.get_by_label("keep the nudge").is_checked()


def test_the_fit_dial_is_stopped_by_the_students_function(page, shots):
    """Patience moves the stop without a new training; a price on weights trains anew."""
    widget = panel(page, "fit")
    canvas = widget.locator("canvas").element_handle()
    assert "stopped after epoch 36, epoch 26 is kept" in says(widget)
    widget.get_by_role("button", name="patience: one on").click()
    page.wait_for_function(
        "c => c.getAttribute('aria-label').includes('patience 11: stopped after epoch 37')",
        arg=canvas,
    )
    widget.screenshot(path=shots / "fit_light.png")
    widget.get_by_label("price of weights").fill("-3")
    page.wait_for_function(
        "c => c.getAttribute('aria-label').includes('price 0.001, patience 11')", arg=canvas
    )


def test_downhill_takes_the_students_steps(page, shots):
    """A larger learning rate leaps over the hill; small batches do not settle."""
    widget = panel(page, "downhill")
    canvas = widget.locator("canvas").element_handle()
    assert "settled in the shallow valley" in says(widget)
    widget.get_by_label("learning rate", exact=True).fill("-0.7")
    page.wait_for_function(
        "c => c.getAttribute('aria-label').includes(', settled in the deep valley')", arg=canvas
    )
    widget.get_by_label("learning rate", exact=True).fill("-1")
    widget.get_by_label("batch size", exact=True).select_option("1")
    page.wait_for_function("c => c.getAttribute('aria-label').includes('not settled')", arg=canvas)
    widget.screenshot(path=shots / "downhill_light.png")


def test_a_ticker_plays_pauses_and_steps(page, shots):
    """Play trains on and on, pause takes effect at once, a step is a single one."""
    widget = panel(page, "ticker")
    assert steps(widget) == 0
    widget.get_by_role("button", name="Play").click()
    page.wait_for_function(
        "c => Number(c.dataset.steps) > 50", arg=widget.locator("canvas").element_handle()
    )
    widget.get_by_role("button", name="Pause").click()
    page.wait_for_timeout(250)  # the burst that was under way comes back
    rest = steps(widget)
    page.wait_for_timeout(400)
    assert steps(widget) == rest
    widget.get_by_role("button", name="One step").click()
    page.wait_for_function(
        "([c, n]) => Number(c.dataset.steps) === n",
        arg=[widget.locator("canvas").element_handle(), rest + 1],
    )
    widget.screenshot(path=shots / "ticker_light.png")


def test_another_cell_runs_while_it_trains(page):
    """A cell of 0.8 s ends, and meanwhile training went on."""
    widget = panel(page, "ticker")
    widget.get_by_role("button", name="Play").click()
    run_cell(page, "other")
    assert int(printed(page, "other", "meanwhile").split("meanwhile")[1]) > 10
    widget.get_by_role("button", name="Pause").click()


def test_a_plotting_cell_keeps_its_figures_while_a_slider_moves(page):
    """A widget's callbacks run beside the cell, on another thread; pyplot's figures stay right."""
    widget = panel(page, "time")
    frame = int(widget.locator("canvas").get_attribute("data-frame"))
    widget.evaluate(
        """w => {
            const input = w.querySelectorAll('input[type=range]')[1];
            let i = 0;
            w.drag = setInterval(() => {
                input.value = (++i % 40) / 10 - 2;
                input.dispatchEvent(new Event('input'));
            }, 25);
        }"""
    )
    run_cell(page, "race")
    text = printed(page, "race", "right figures")
    widget.evaluate("w => clearInterval(w.drag)")
    assert "right figures 30" in text
    assert int(widget.locator("canvas").get_attribute("data-frame")) - frame > 10


def test_a_dark_theme_gives_dark_pictures(page, shots):
    """Switching JupyterLab's theme redraws every widget in its colours."""
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    page.get_by_text("Theme", exact=True).first.hover()
    page.get_by_text("JupyterLab Dark", exact=True).first.click()
    page.wait_for_function("document.body.dataset.jpThemeLight === 'false'")
    page.wait_for_function(
        """() => [...document.querySelectorAll('.nnwo canvas')].every((c) =>
            c.getContext('2d').getImageData(c.width - 3, c.height - 3, 1, 1).data[0] < 60)"""
    )
    page.wait_for_timeout(300)
    for name in SHOWN:
        panel(page, name).screenshot(path=shots / f"{name}_dark.png")


@pytest.fixture
def far(lab):
    """A proxy that delays everything by 40 ms each way: its port."""
    port, loop, ready = free_port(), asyncio.new_event_loop(), threading.Event()

    async def carry(reader, writer):
        queue = asyncio.Queue()

        async def send():
            while (item := await queue.get()) is not None:
                due, data = item
                await asyncio.sleep(max(0.0, due - loop.time()))
                writer.write(data)
                await writer.drain()
            writer.close()

        sending = loop.create_task(send())
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                queue.put_nowait((loop.time() + 0.04, data))
        queue.put_nowait(None)
        with contextlib.suppress(ConnectionError):
            await sending

    async def accept(reader, writer):
        there = await asyncio.open_connection("127.0.0.1", lab)
        await asyncio.gather(carry(reader, there[1]), carry(there[0], writer))

    async def serve():
        await asyncio.start_server(accept, "127.0.0.1", port)
        ready.set()

    def run():
        loop.create_task(serve())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(10)
    yield port
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


def test_from_far_away_the_last_position_wins(page, far, browser, lab):
    """With 80 ms on the way, pictures as PNG: no queue builds up; a closed tab stops training."""
    other = opened(browser, far, host="course.localhost")
    run_widgets(other, "setup", "time", "dials", "ticker")
    widget = panel(other, "time")
    frames = widget.evaluate(
        """async (w) => {
            const canvas = w.querySelector('canvas');
            const [step, input] = w.querySelectorAll('input[type=range]');
            step.value = 4;
            step.dispatchEvent(new Event('input'));
            const first = Number(canvas.dataset.frame);
            for (let i = 0; i <= 40; i++) {
                input.value = i / 20;
                input.dispatchEvent(new Event('input'));
                await new Promise((later) => setTimeout(later, 20));
            }
            const end = performance.now() + 5000;
            while (!/h_1 = 0.9951/.test(canvas.ariaLabel) && performance.now() < end)
                await new Promise((later) => setTimeout(later, 20));
            return [Number(canvas.dataset.frame) - first, canvas.ariaLabel];
        }"""
    )
    assert "h_1 = 0.9951" in frames[1]  # tanh(2 + 0 + 1), where the drag ended
    assert 2 <= frames[0] <= 30
    walk = panel(other, "ticker")
    walk.get_by_role("button", name="Play").click()
    other.wait_for_function(
        "c => Number(c.dataset.steps) > 30", arg=walk.locator("canvas").element_handle()
    )
    assert other.errors == []
    other.close(run_before_unload=False)
    page.wait_for_timeout(500)
    run_cell(page, "other")
    page.wait_for_timeout(1500)
    assert "meanwhile 0" in printed(page, "other", "meanwhile 0")


def test_keyboard_shortcuts_of_the_notebook_keep_away(page):
    """With the focus on a slider, the arrow down moves the slider and not the selected cell."""
    slider = panel(page, "dials").get_by_label("w₂")
    before = float(slider.input_value())
    slider.focus()
    for key in ("ArrowDown", "ArrowDown", "b", "ArrowUp"):
        page.keyboard.press(key)
    assert float(slider.input_value()) == pytest.approx(before - 0.1)
    assert page.locator(".jp-Notebook .jp-Cell").count() == len(CELLS)
    assert slider.evaluate("e => document.activeElement === e")
    assert slider.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"


def test_widgets_pass_an_accessibility_audit(page):
    """axe-core finds nothing in a widget, in the dark theme and with a banner."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    options = {"rules": {"region": {"enabled": False}}}  # JupyterLab's page, not ours
    found = axe.run(page, context=".nnwo", options=options).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found] == []


def test_nothing_fails_behind_the_scenes(page):
    """No error in the browser's console, no error output in the notebook."""
    assert page.errors == []
    assert page.locator(".jp-OutputArea-output[data-mime-type*=error]").count() == 0
    assert page.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0


def test_a_reopened_notebook_shows_the_pictures(page, lab, browser, shots):
    """Without the kernel that made them: a still picture with its text, and no error in sight."""
    still = ".nnwo-still img"
    assert page.locator(still).count() == len(SHOWN)
    assert not any(picture.is_visible() for picture in page.locator(still).all())
    page.keyboard.press("Control+s")
    overwrite = page.get_by_role("button", name="Overwrite")  # the far-away page saved, too
    with contextlib.suppress(sync_api.TimeoutError):
        overwrite.click(timeout=2000)
    page.wait_for_timeout(1000)
    page.close(run_before_unload=False)
    api, headers = f"http://127.0.0.1:{lab}/api/sessions", {"Authorization": "token secret"}
    with urllib.request.urlopen(urllib.request.Request(api, headers=headers)) as answer:
        sessions = json.load(answer)
    for session in sessions:
        request = urllib.request.Request(f"{api}/{session['id']}", headers=headers, method="DELETE")
        urllib.request.urlopen(request).close()
    again = opened(browser, lab)
    again.wait_for_function(
        "n => document.querySelectorAll('.nnwo-still').length >= n", arg=len(SHOWN)
    )
    again.wait_for_timeout(1500)
    for picture in again.locator(still).all():
        assert picture.is_visible()
        assert len(picture.get_attribute("alt")) > 20
    assert not any(text.is_visible() for text in again.get_by_text("model not found").all())
    again.screenshot(path=shots / "reopened.png")
