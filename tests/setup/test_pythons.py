"""The other Pythons that the course declares: the tests that need no torch, run on each."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NEEDED = (
    "numpy",
    "scipy",
    "scikit-learn",
    "safetensors",
    "platformdirs",
    "jupytext",
    "nbformat",
    "ipython",
    "matplotlib",
)
TOOLS = ("pytest", "hypothesis", "pyyaml")


def interpreter(version: str) -> str | None:
    """A working Python of this version, on the path or among pyenv's."""
    places = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"), reverse=True)
    for candidate in [shutil.which(f"python{version}"), *map(str, places)]:
        if candidate is None:
            continue
        done = subprocess.run([candidate, "--version"], capture_output=True, text=True)
        if done.stdout.startswith(f"Python {version}."):
            return candidate
    return None


@pytest.mark.slow
@pytest.mark.parametrize("version", ["3.12", "3.13"])
def test_torch_free_tests_pass_on(version, tmp_path):
    """Installed from the same lock, without torch, all torch-free tests pass there."""
    python = interpreter(version)
    if python is None:
        pytest.skip(f"there is no Python {version} on this machine")
    subprocess.run([python, "-m", "venv", str(tmp_path / "venv")], check=True)
    inside = tmp_path / "venv" / "bin" / "python"
    lock = str(ROOT / "requirements.lock")
    subprocess.run(
        [str(inside), "-m", "pip", "install", "-q", "-c", lock, *NEEDED, *TOOLS], check=True
    )
    files = [
        str(path)
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        if "mark.torch_free" in path.read_text(encoding="utf-8") and path != Path(__file__)
    ]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    done = subprocess.run(
        # only files with such tests: others import at their top what is not installed here
        [
            str(inside),
            "-m",
            "pytest",
            "-q",
            "-m",
            "torch_free and not online",
            "-p",
            "no:cacheprovider",
            *files,
        ],
        cwd=ROOT,
        env=environment | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed and int(passed[1]) >= 60, done.stdout[-500:]
