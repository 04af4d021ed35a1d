"""Latency of the widgets, in a real JupyterLab: from a slider's event to the changed pixels.

    python benchmarks/widgets.py [--rounds 30] [--out widgets.md]

All ways are measured in one run, in turns, and told as medians and as ratios to `interact` with an
inline Matplotlib figure, since the machine decides the milliseconds. Needs Chromium and the
packages of the extra `test`. Goals on two quiet cores: drawn in the browser 16 ms, scene 50 ms,
scene drawn in full 100 ms.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SETUP = """
import torch
import matplotlib.pyplot as plt
from ipywidgets import FloatSlider, interact
from course import widgets
from course.widgets import tunnel

def elman(x, h0, W_xh, W_hh, b_h, W_hy, b_y):
    h, H, Y = h0, [], []
    for x_t in x:
        h = torch.tanh(W_xh @ x_t + W_hh @ h + b_h)
        H.append(h)
        Y.append(W_hy @ h + b_y)
    return torch.stack(H), torch.stack(Y)

def grad_flow(w, h):
    return (w * (1 - h**2)).cumprod(0)

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
    for epoch, loss in enumerate(losses.tolist()):
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

def inline(w=0.5):
    state = tunnel.Tunnel(T=30, w=w)
    result = tunnel.arrived(grad_flow, state)
    fig, (ax, below) = plt.subplots(2, figsize=(9, 5.2), height_ratios=(3, 1))
    for name in ("linear", "lstm", "gru", "yours", "reference"):
        ax.semilogy(range(1, 31), abs(getattr(result, name)), label=name)
    ax.legend()
    below.plot(range(1, 31), result.h, "o-")
    plt.show()
"""
FULL = """
class Full(tunnel.TunnelScene):
    def update(self, state, result):
        self._stages.clear()
        super().update(state, result)

full = widgets.gradient_tunnel(grad_flow)
full._scene_class = Full
full
"""
# Cell, what is moved, what it is called, the goal in ms.
WAYS = (
    ("interact(inline, w=FloatSlider(0.5, min=0, max=2, step=0.01));", "",
     "`interact`, inline Matplotlib", None),
    (FULL, "weight w", "P: gradient tunnel, drawn in full each time", 100),
    ("widgets.step_through_time(elman)", "W_xh", "F: step through time", 50),
    ("widgets.gradient_tunnel(grad_flow)", "weight w", "F: gradient tunnel", 50),
    ("widgets.paint_and_train(mlp_forward, backprop_2layer)", "cursor x₁",
     "F: paint and train, a picture", 50),
    ("widgets.fit_dial(early_stop, penalised_loss)", "patience",
     "F: fit dial, trained before", 50),
    ("widgets.downhill(grad_step)", "start", "F: downhill", 50),
    ("widgets.backprop_ledger(backprop_2layer)", "nudge", "J: backprop ledger", 16),
    ("widgets.neuron_dials(lambda x, w, b, phi: phi(w @ x + b))", "w₁", "J: neuron dials", 16),
    ("widgets.kernel_lab(torch.nn.functional.conv2d)", "padding", "J: kernel lab", 16),
    ("widgets.gate_bench(torch.nn.LSTMCell)", "W_xi", "F: gate bench", 50),
    ("widgets.energy_ledger(lambda v, h, W, a, b: -a @ v - b @ h - v @ W @ h)", "W₁₁",
     "J: energy ledger", 16),
)  # fmt: skip

# One move of a slider of ours, or of noUiSlider with an arrow key; resolves with milliseconds.
MOVE = """
async ([cell, label, round]) => {
    const root = document.querySelectorAll('.jp-Notebook .jp-Cell')[cell];
    const changed = (node, options, done) => new Promise((resolve) => {
        const watch = new MutationObserver(() => {
            if (!done()) return;
            watch.disconnect();
            resolve();
        });
        watch.observe(node, options);
    });
    if (!label) {
        const handle = root.querySelector('.noUi-handle');
        const area = root.querySelector('.jp-OutputArea .jp-OutputArea');
        const before = area.querySelector('img').src;
        const fresh = () => area.querySelector('img') && area.querySelector('img').src !== before;
        const seen = changed(area, {subtree: true, childList: true, attributes: true}, fresh);
        const began = performance.now();
        const key = round % 60 < 30 ? 'ArrowRight' : 'ArrowLeft';
        handle.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
        await seen;
        await area.querySelector('img').decode();
        return performance.now() - began;
    }
    const names = [...root.querySelectorAll('.nnwo label')];
    const input = document.getElementById(names.find((l) => l.textContent === label).htmlFor);
    const canvas = root.querySelector('canvas'), frame = canvas.dataset.frame;
    const seen = changed(canvas, {attributeFilter: ['data-frame']},
                         () => canvas.dataset.frame !== frame);
    input.value = 0.2 + (round % 14) / 10;
    const began = performance.now();
    input.dispatchEvent(new Event('input'));
    await seen;
    return performance.now() - began;
}
"""


def main() -> None:
    """Measure, print the table, and write it where --out says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30, help="moves of each widget")
    parser.add_argument("--out", type=Path, help="a Markdown file for the table")
    options = parser.parse_args()
    text = report(options.rounds)
    print(text)
    if options.out:
        options.out.write_text(text, encoding="utf-8")


def report(rounds: int) -> str:
    """Measure, and return the table as Markdown."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    with tempfile.TemporaryDirectory() as folder, jupyterlab(Path(folder)) as address:
        return table(measure(address, rounds), load)


def table(times: list[list[float]], load: float) -> str:
    """Return the medians as a Markdown table."""
    rows = [
        f"Medians of {len(times[0])} moves each, in one run; load average before it "
        f"{load:.1f} on {os.cpu_count()} cores.",
        "",
        "| way | median ms | of `interact` | slowest tenth ms | goal ms |",
        "|---|---|---|---|---|",
    ]
    base = statistics.median(times[0])
    for (_, _, name, goal), found in zip(WAYS, times, strict=True):
        middle, slow = statistics.median(found), statistics.quantiles(found, n=10)[-1]
        rows.append(f"| {name} | {middle:.1f} | {middle / base:.2f} | {slow:.1f} | {goal or ''} |")
    return "\n".join(rows) + "\n"


def measure(address: str, rounds: int) -> list[list[float]]:
    """Return milliseconds, one list a way; the ways take turns, so that load hits all alike."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("google-chrome")
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox"] if root else []
        )
        page = browser.new_page(viewport={"width": 1250, "height": 1100})
        page.goto(address)
        page.wait_for_selector("text=/Python 3 .*Idle/", timeout=90_000)
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).first.click()
        page.wait_for_function(
            "n => document.querySelectorAll('.nnwo canvas[data-frame]').length === n"
            " && document.querySelector('.jp-OutputArea .jp-OutputArea img')",
            arg=len(WAYS) - 1,
            timeout=120_000,
        )
        page.wait_for_timeout(2000)
        times: list[list[float]] = [[] for _ in WAYS]
        for turn in range(rounds + 3):
            for i, (_, label, _, _) in enumerate(WAYS):
                took = page.evaluate(MOVE, [i + 1, label, turn])
                page.wait_for_timeout(60)  # what follows a move, as the kernel's answer for J
                if turn >= 3:  # the first moves warm up
                    times[i].append(took)
        browser.close()
    return times


@contextlib.contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """Run JupyterLab on a notebook with every way, and give its address."""
    import nbformat

    settings = folder / "settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    (settings / "tracker.jupyterlab-settings").write_text(json.dumps({"windowingMode": "none"}))
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in (SETUP, *(w[0] for w in WAYS))]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    (folder / "files").mkdir()
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / "files" / "bench.ipynb"
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", f"--port={port}", "--allow-root"]
    command += ["--IdentityProvider.token=secret", f"--ServerApp.root_dir={folder / 'files'}"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, cwd=folder, env=environment, **quiet)
    try:
        for _ in range(240):
            with contextlib.suppress(urllib.error.URLError, OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api?token=secret").close()
                break
            time.sleep(0.25)
        yield f"http://127.0.0.1:{port}/lab/tree/bench.ipynb?token=secret"
    finally:
        server.terminate()
        server.wait(30)


if __name__ == "__main__":
    main()
