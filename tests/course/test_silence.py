"""A check writes nothing: nbgrader takes a word on stderr for a failure of the notebook.

Everything runs in an interpreter of its own, since pytest keeps warnings to itself.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")

ROOT = Path(__file__).resolve().parents[2]

NOISE = {
    "print": "print('noise')",
    "stderr": "print('noise', file=sys.stderr)",
    "write": "sys.stdout.write('noise')",
    "warning": "warnings.warn('noise')",
    "deprecation": "warnings.warn('noise', DeprecationWarning)",
    "logging": "logging.getLogger('student').warning('noise')",
    "numpy": "np.log(np.zeros(1))",
    "torch": "torch.tensor(torch.zeros(1))",
    "error": "print('noise'); raise ValueError('noise')",
    "huge numbers": "return [v * 0 + 1e308 for v in right(**inputs)]",
    "most negative numbers": "return [v * 0 - 1.7e308 for v in right(**inputs)]",
    "tiny numbers": "return [v * 0 + 1e-320 for v in right(**inputs)]",
    "infinities": "return [v / 0 for v in right(**inputs)]",
    "bfloat16": "return [(v * 1e30).bfloat16() for v in right(**inputs)]",
    "longdouble": "return [np.longdouble('1e4000') * v.numpy() for v in right(**inputs)]",
    "gradient of a product": "return [v * inputs['x'].sum() for v in right(**inputs)]",
}

CHILD = """
import importlib.util, json, logging, os, sys, tempfile, warnings
import numpy as np, torch
from course import check

noise, kinds, report_path = json.loads(sys.argv[1]), {}, sys.argv[2]

def right(x, h0, W_xh, W_hh, b_h, W_hy, b_y):
    h, H = h0, []
    for x_t in x:
        h = torch.tanh(W_xh @ x_t + W_hh @ h + b_h)
        H.append(h)
    H = torch.stack(H)
    return H, H @ W_hy.T + b_y

for kind, line in noise.items():
    namespace = dict(globals())
    name = "ch04_quiz" if kind == "quiz" else "elman"
    last = "{1: 'C'}" if kind == "quiz" else "right(**inputs)"
    exec(f"def {name}(**inputs):\\n    {line}\\n    return {last}", namespace)
    with tempfile.TemporaryFile() as file:
        saved = os.dup(1), os.dup(2)
        os.dup2(file.fileno(), 1); os.dup2(file.fileno(), 2)
        report = check(namespace[name])
        sys.stdout.flush(); sys.stderr.flush()
        os.dup2(saved[0], 1); os.dup2(saved[1], 2)
        file.seek(0)
        kinds[kind] = [file.read().decode(), report.state, report.notes]
with open(report_path, "w") as file:
    json.dump(kinds, file)
"""


@pytest.fixture(scope="module")
def heard(tmp_path_factory):
    """By kind of noise: what reached stdout and stderr, the report's state and its notes."""
    folder = tmp_path_factory.mktemp("silence")
    path = folder / "heard.json"
    noise = NOISE | {"quiz": "print('noise'); sys.stderr.write('noise'); warnings.warn('noise')"}
    environment = {"PYTHONPATH": str(ROOT), "COURSE_PROGRESS": str(folder), "PATH": ""}
    subprocess.run(
        [sys.executable, "-c", CHILD, json.dumps(noise), str(path)], check=True, env=environment
    )
    return json.loads(path.read_text())


def test_no_function_makes_a_check_write_anything(heard):
    """Whatever an exercise's function prints, warns of, raises or returns."""
    assert len(heard) == len(NOISE) + 1
    assert {kind: heard[kind][0] for kind in NOISE if heard[kind][0]} == {}


def test_no_quiz_makes_a_check_write_anything(heard):
    """A quiz's function is no exception."""
    assert heard["quiz"][0] == ""


def test_what_was_printed_is_told_in_a_note(heard):
    """Prints and warnings are shown in the report, and cost nothing."""
    for kind in ("print", "stderr", "write", "warning", "deprecation", "logging", "numpy", "torch"):
        _, state, notes = heard[kind]
        assert state == "right", kind
        assert any(note.startswith("It printed: ") for note in notes), kind


def test_what_the_course_itself_computes_is_no_print_of_the_student(heard):
    """Overflow in the comparison is not put down to the function."""
    for kind in ("huge numbers", "bfloat16", "longdouble", "infinities"):
        assert not any("It printed" in note for note in heard[kind][2]), kind
