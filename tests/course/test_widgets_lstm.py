"""Gate bench: what is measured is what the gates are, and each wrong line is the one named."""

import numpy as np
import pytest

from course import widgets
from course.widgets import gates, lstm

torch = pytest.importorskip("torch")
nn = torch.nn


def lstm_step(x, h, c, W_x, W_h, b, order="ifgo", keep=True, squash=True, candidate="tanh"):
    parts = dict(zip(order, (x @ W_x.T + h @ W_h.T + b).chunk(4, dim=1), strict=True))
    i, f, o = (torch.sigmoid(parts[gate]) for gate in "ifo")
    c = f * (c if keep else 1) + i * getattr(torch, candidate)(parts["g"])
    return o * (torch.tanh(c) if squash else c), c


def drawn(rng):
    return lstm.Bench(*rng.normal(size=3), *(tuple(rng.normal(size=4)) for _ in range(3)))


def test_the_measured_gates_are_those_of_the_equations():
    """Sigmoid and tanh of the sums, for many draws, on PyTorch's cell and on the student's."""
    rng = np.random.default_rng(3)
    for _ in range(50):
        state = drawn(rng)
        result = lstm.measured(lstm_step, state)
        a = state.sums()
        f, i, o = (1 / (1 + np.exp(-a[gate])) for gate in "fio")
        c = f * state.c + i * np.tanh(a["g"])
        expected = [f, i, np.tanh(a["g"]), c, o, o * np.tanh(c)]
        assert result.problem == ""
        assert result.reference == pytest.approx(expected, abs=1e-9)
        assert gates.first_difference(result) is None


@pytest.mark.parametrize("cell", [nn.LSTMCell, nn.LSTMCell(3, 5), lstm_step])
def test_pytorchs_own_cell_may_stand_in(cell):
    """The class, a cell of any size, or a function."""
    w = widgets.gate_bench(cell)
    assert w.problem == "" and "in all six lines" in w.alt
    w._answer({"values": {"b.1": 6, "b.0": -6}})  # keep all, write nothing
    assert w.result.yours[3] == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        ({"order": "ifog"}, "write i"),
        ({"order": "figo"}, "keep f"),
        ({"keep": False}, "keep f"),
        ({"candidate": "sigmoid"}, "candidate g"),
        ({"squash": False}, "expose o"),
    ],
)
def test_the_first_line_that_differs_is_the_wrong_one(wrong, line):
    """For what students get wrong, at weights that differ."""

    def cell(x, h, c, W_x, W_h, b):
        return lstm_step(x, h, c, W_x, W_h, b, **wrong)

    w = widgets.gate_bench(cell)
    w.state = lstm.Bench(0.7, -0.4, 0.8, (0.5, 1.5, -1, 2), (1, -1, 0.5, 2), (0.3, -0.7, 0.2, 0.1))
    assert f"Your cell differs from PyTorch's LSTMCell first in: {line} (framed)." in w.alt
    assert w.png() != widgets.gate_bench(lstm_step).png()


def test_a_cell_that_holds_nothing_still_shows_its_gate():
    """With c = 0 and nothing written, h is 0 whatever o is; o is measured at c = 1."""
    state = lstm.Bench(x=0.0, c=0.0)
    result = lstm.measured(lstm_step, state)
    assert result.yours.tolist() == [0.5, 0.5, 0, 0, 0.5, 0]
    assert gates.first_difference(result) is None


def test_a_function_that_fails_gets_a_banner():
    """Another signature, one result too few, a wrong shape: told, and PyTorch's numbers stay."""
    for wrong, words in (
        (lambda x, h, c: (h, c), "TypeError"),
        (lambda x, h, c, W_x, W_h, b: h, "expected the pair h and c"),
        (
            lambda x, h, c, W_x, W_h, b: lstm_step(x, h, c, W_x, W_h, b) if len(x) > 1 else None,
            "returned None",
        ),
        (lambda x, h, c, W_x, W_h, b: (h.T, c.T), "returned h of shape (1, 3); expected (3, 1)"),
    ):
        w = widgets.gate_bench(wrong)
        assert words in w.problem and "candidate g 0.7616, yours none" in w.alt
        assert w.png()[:4] == b"\x89PNG"
