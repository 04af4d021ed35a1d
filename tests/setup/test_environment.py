"""The list of packages is one: pyproject.toml says what, requirements.lock says which version."""

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import start

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
PROMISED = "jupyterlab nbgrader torch numpy matplotlib ipywidgets nbval pytest".split()


def lock_faults(text):
    """What is wrong with a lock file, as sentences; a good one gives an empty list."""
    faults = []
    names = []
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        match = re.fullmatch(r"([a-z0-9-]+)==([0-9a-z.!]+)((\+\S+)?)(; .+)?", line)
        if not match:
            faults.append(f"not a pinned version: {line}")
            continue
        name, _, local = match[1], match[2], match[3]
        names.append((name, match[5]))
        if local:
            faults.append(f"a build for one machine: {line}")
        if re.match("nvidia|cuda|triton", name):
            faults.append(f"a package of one build of PyTorch: {line}")
    if "torch==2.13.0" not in text.splitlines():
        faults.append("torch is not pinned to 2.13.0")
    if len(set(names)) != len(names):
        faults.append("a package stands there twice")
    return faults


def test_the_lock_keeps_its_rules():
    assert lock_faults(LOCK) == []
    assert len(LOCK.splitlines()) > 100


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("numpy>=2", "not a pinned version"),
        ("-e .", "not a pinned version"),
        ("tiny @ file:///tmp/tiny", "not a pinned version"),
        ("torchvision==0.28.0+cpu", "a build for one machine"),
        ("nvidia-cublas-cu12==12.8.4.1", "a package of one build of PyTorch"),
        ("triton==3.5.0", "a package of one build of PyTorch"),
        ("numpy==2.4.6", "twice"),
    ],
)
def test_a_lock_that_breaks_a_rule_is_caught(line, fault):
    assert any(fault in found for found in lock_faults(LOCK + line + "\n"))
    assert "torch is not pinned to 2.13.0" in lock_faults(LOCK.replace("torch==", "torch=="[:-1]))


def unpinned(requirements, lock):
    """The packages that `requirements` bring in here and `lock` does not pin at that version."""
    pins = {}
    for line in lock.splitlines():
        if line and not line.startswith("#"):
            pin = Requirement(line)
            if pin.marker is None or pin.marker.evaluate():
                pins[canonicalize_name(pin.name)] = str(pin.specifier)
    faults = set()
    seen = set()
    todo = [Requirement(text) for text in requirements]
    while todo:
        wanted = todo.pop()
        name = canonicalize_name(wanted.name)
        if (name, frozenset(wanted.extras)) in seen:
            continue
        seen.add((name, frozenset(wanted.extras)))
        distribution = importlib.metadata.distribution(name)
        if pins.get(name) != f"=={distribution.version.partition('+')[0]}":
            faults.add(f"{name} {distribution.version}")
        for text in distribution.requires or []:
            needed = Requirement(text)
            extras = [{"extra": extra} for extra in wanted.extras] or [{"extra": ""}]
            if needed.name.startswith(("nvidia-", "cuda-", "triton")):
                continue  # each build of PyTorch pins its own
            if needed.marker is None or any(needed.marker.evaluate(extra) for extra in extras):
                todo.append(needed)
    return faults


def test_this_environment_holds_exactly_the_locked_versions():
    wanted = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]
    assert unpinned(wanted, LOCK) == set()


def test_a_dependency_of_a_dependency_missing_in_the_lock_is_caught():
    without = "\n".join(line for line in LOCK.splitlines() if not line.startswith("tornado=="))
    assert {fault.split()[0] for fault in unpinned(PROJECT["dependencies"], without)} == {"tornado"}


def test_environment_yml_names_the_lock_and_the_same_list():
    assert ENVIRONMENT["dependencies"][:2] == ["python=3.11", "pip"]
    assert ENVIRONMENT["dependencies"][2]["pip"] == [
        f"--extra-index-url {start.TORCH_CPU_INDEX}",
        "-c requirements.lock",
        "-e .[test]",
    ]
    wanted = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]
    assert set(PROMISED) <= {Requirement(text).name for text in wanted}


@pytest.mark.slow
def test_the_pip_part_of_environment_yml_installs_and_works(tmp_path, monkeypatch):
    """A whole installation, as conda would do it: about a minute and 2 GB in tmp_path."""
    checkout = tmp_path / "checkout"
    shutil.copytree(ROOT / "course", checkout / "course")
    for name in ("pyproject.toml", "requirements.lock", "LICENSE", "LICENSE-TEXT.md"):
        shutil.copy(ROOT / name, checkout)
    lines = ENVIRONMENT["dependencies"][2]["pip"]
    monkeypatch.delenv("COURSE_TORCH_INDEX", raising=False)
    if not start.torch_index():  # a closed network, with a mirror that has the CPU build
        lines = [line for line in lines if start.TORCH_CPU_INDEX not in line]
    (checkout / "requirements.txt").write_text("\n".join(lines) + "\n")

    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    python = start.interpreter(str(venv))
    install = [python, "-m", "pip", "install", "--quiet", "-r", "requirements.txt"]
    done = subprocess.run(install, cwd=checkout, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    code = f"import course, {', '.join(PROMISED)}; print(course.__file__); print(torch.__version__)"
    said = subprocess.check_output([python, "-c", code], cwd=tmp_path, text=True).splitlines()
    assert Path(said[0]).is_relative_to(checkout)
    assert said[1].partition("+")[0] == "2.13.0"
    shutil.rmtree(venv)


def detected_buildpack():
    """What repo2docker would build the current folder with."""
    from repo2docker.app import Repo2Docker

    app = Repo2Docker()
    packs = (kind(base_image=app.base_image) for kind in app.buildpacks)
    return next(pack for pack in packs if pack.detect())


def test_binder_builds_with_python_3_11_from_the_binder_folder(monkeypatch):
    monkeypatch.chdir(ROOT)
    pack = detected_buildpack()
    assert type(pack).__name__ == "PythonBuildPack"
    assert pack.python_version == "3.11"
    assert pack.binder_dir == "binder"
    # Not before the repository is there: the list names the project itself and its lock.
    assert not any("requirements.txt" in script for _, script in pack.get_preassemble_scripts())
    (install,) = [s for _, s in pack.get_assemble_scripts() if "binder/requirements.txt" in s]
    assert "pip install" in install
    assert any("binder/postBuild" in script for script in pack.get_post_build_scripts())
    assert os.access("binder/postBuild", os.X_OK)


def test_another_choice_of_repo2docker_would_be_noticed(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "binder", tmp_path / "binder")
    shutil.copy(ROOT / "environment.yml", tmp_path / "binder")
    monkeypatch.chdir(tmp_path)
    assert type(detected_buildpack()).__name__ == "CondaBuildPack"


def test_binders_list_is_the_projects_own_and_its_gpu_switch_is_the_line_the_readme_names():
    lines = (ROOT / "binder" / "requirements.txt").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        f"--extra-index-url {start.TORCH_CPU_INDEX}",
        "-c ../requirements.lock",
        "-e .",
    ]
    assert "begins with `--extra-index-url`" in (ROOT / "binder" / "README.md").read_text()


def test_binders_list_can_be_read_by_pip_from_where_binder_runs_it(tmp_path):
    """`-c` is relative to the list, `-e .` to the folder that pip runs in."""
    for folder in ("binder", "course"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for name in ("pyproject.toml", "LICENSE", "LICENSE-TEXT.md"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "requirements.lock").write_text("torch==0.0.0\n")
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-deps"]
    environment = os.environ | {"PIP_RETRIES": "0"}
    done = subprocess.run(
        [*command, "-r", "binder/requirements.txt", "--report", "report.json", "--quiet"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    assert [item["metadata"]["name"] for item in report["install"]] == [PROJECT["name"]]


def test_git_ignores_what_is_made_and_keeps_what_is_written(tmp_path):
    shutil.copy(ROOT / ".gitignore", tmp_path)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    ignored = """.venv/bin/python my_notebooks/ch04_rnn/ch04_rnn.ipynb demo/submitted/ann/x.ipynb
        submitted/ann/ch04_rnn/ch04_rnn.ipynb autograded/ann/ch04_rnn/ch04_rnn.ipynb
        feedback/ann/x.html gradebook.db gradebook.db-journal dist/student/README.md
        grades/ch04_rnn.csv course/__pycache__/lab.pyc tiny.egg-info/PKG-INFO
        release/ch04_rnn/.ipynb_checkpoints/x.ipynb .pytest_cache/x .ruff_cache/x""".split()
    kept = """autograded/.gitkeep release/ch04_rnn/ch04_rnn.ipynb source/ch04_rnn/ch04_rnn.ipynb
        chapters/ch04_rnn.md answers/ch04_rnn/elman.py course/lab.py requirements.lock
        course/checks/expected/ch04_rnn.safetensors grading/feedback/x.py .ci/run""".split()
    done = subprocess.run(
        ["git", "check-ignore", "--stdin"],
        cwd=tmp_path,
        input="\n".join(ignored + kept),
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ignored


def test_the_hooks_and_the_ci_script_are_well_formed():
    subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-config", ".pre-commit-config.yaml"],
        cwd=ROOT,
        check=True,
    )
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    subprocess.run(["bash", "-n", ".ci/run"], cwd=ROOT, check=True)


def test_the_code_passes_ruff():
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "."],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
