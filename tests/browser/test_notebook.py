"""The released chapter in a real JupyterLab, as a student meets it."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
NAME = "ch04_rnn"
WRONG = {  # what a student types in place of `raise NotImplementedError`
    "unroll_loss": "L = (y - x[1:]) ** 2\n    return L, L.mean()",
    "clip_norm": "return grads.sum()",
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab on a student's copy with two wrong answers in it: (address, folder)."""
    folder = tmp_path_factory.mktemp("lab") / "my_notebooks"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = os.environ | {
        "PYTHONPATH": str(ROOT),
        "COURSE_PROGRESS": str(folder.parent / "progress"),
        "JUPYTER_CONFIG_DIR": str(folder.parent / "config"),
    }
    # JupyterLab takes cells that are far away out of the page; here all are to be read.
    settings = folder.parent / "config/lab/user-settings/@jupyterlab/notebook-extension"
    settings.mkdir(parents=True)
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    command = [sys.executable, "-m", "course", "lab", "--to", str(folder)]
    subprocess.run([*command, "--copy-only"], cwd=ROOT, env=env, check=True, capture_output=True)
    path = folder / NAME / f"{NAME}.ipynb"
    book = nbformat.read(path, as_version=4)
    for cell in book.cells:
        answer = WRONG.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
        if answer:
            cell.source = cell.source.replace("raise NotImplementedError", answer)
    nbformat.write(book, path)
    options = ["--no-browser", "--port", str(port), "--IdentityProvider.token=secret"]
    with (folder.parent / "log").open("wb") as log:
        server = subprocess.Popen([*command, *options], cwd=ROOT, env=env, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/api?token=secret", server)
        yield address, folder
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder.parent / "config", ignore_errors=True)


def wait_for(address: str, server: subprocess.Popen) -> None:
    for _ in range(240):
        assert server.poll() is None, "JupyterLab ended"
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.25)
    raise AssertionError("JupyterLab did not answer within a minute")


@pytest.fixture(scope="module")
def page(lab, browser):
    """The notebook, opened and run to its end."""
    return run_all(lab[0], browser, NAME, "ch04_quiz")


def run_all(address: str, browser, name: str, last: str):
    """A chapter opened and run, to the check of the exercise `last`."""
    page = browser.new_page(viewport={"width": 1250, "height": 1000})
    page.errors = []
    page.on("console", lambda message: message.type == "error" and page.errors.append(message.text))
    # Without the tabs of the chapters that were opened before.
    page.goto(f"{address}/lab/tree/{name}/{name}.ipynb?token=secret&reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
    page.wait_for_selector("text=/Python 3 .*Idle/", timeout=90_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).first.click()
    page.wait_for_selector(f'[aria-label="Check of {last}"]', state="attached", timeout=120_000)
    return page


def report(page, name: str) -> str:
    """The text of a check's report, in sight or not."""
    return page.locator(f'[aria-label="Check of {name}"]').last.text_content()


def test_untouched_exercises_say_so(page):
    """Run All reaches the last check, past exercises that nobody has begun."""
    assert "elman: not attempted yet." in report(page, "elman")
    assert "jordan: not attempted yet." in report(page, "jordan")
    assert "ch04_quiz: not attempted yet." in report(page, "ch04_quiz")


def test_a_wrong_answer_gets_its_diagnosis(page):
    """The report names the mistake and points the way."""
    text = report(page, "unroll_loss")
    assert "This is what you get when the second result is the mean of the losses." in text
    assert "Hint." in text
    assert "L right, total wrong" in text


def test_an_error_is_told_in_the_students_own_line(page):
    """A crash is a sentence with the student's line, not a traceback of the course."""
    text = report(page, "clip_norm")
    assert re.search(r"It stopped in line \d+, return grads\.sum\(\)", text)
    assert "AttributeError" in text


def test_nothing_fails_behind_the_scenes(page):
    """No error in the browser's console, no error output in the notebook."""
    assert page.errors == []
    assert page.locator(".jp-OutputArea-output[data-mime-type*=error]").count() == 0
    assert page.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0


@pytest.mark.parametrize(
    "name", sorted(p.stem for p in ROOT.glob("chapters/*.md") if p.stem != NAME)
)
def test_an_untouched_chapter_runs(lab, browser, name):
    """Run All goes through, every check says that nothing was begun, and nothing fails behind."""
    book = nbformat.read(ROOT / "release" / name / f"{name}.ipynb", as_version=4)
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id", "") for cell in book.cells]
    checks = [i.removesuffix("-check") for i in ids if i.endswith("-check")]
    page = run_all(lab[0], browser, name, checks[-1])
    for exercise in checks:
        assert f"{exercise}: not attempted yet." in report(page, exercise)
    test_nothing_fails_behind_the_scenes(page)
    page.close()
