"""Figures that the chapters state: solutions give them, and listed mistakes the wrong ones."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from course import data
from grading import answers

torch = pytest.importorskip("torch")

ROOT = Path(__file__).resolve().parents[2]


@cache
def key(name: str) -> answers.Key:
    """The answer key of an exercise, whatever its chapter."""
    (path,) = (ROOT / "answers").glob(f"*/{name}.py")
    return answers.load(path)


def call(name: str, *arguments, mistake: str = ""):
    """What a solution returns, or with `mistake` what that mistake makes of it."""
    listed = {m.name: m for m in key(name).mistakes}
    function = key(name).wrong(listed[mistake]) if mistake else key(name).solution
    return function(*arguments)


def exam() -> tuple:
    """The exam table: three standardised columns and one of ones, (8, 4), and the marks, (8,)."""
    columns = data.exam().columns
    raw = np.stack([columns[name] for name in ("study", "sleep", "quiz")], axis=1)
    scaled = (raw - raw.mean(axis=0)) / raw.std(axis=0)
    return torch.tensor(np.c_[scaled, np.ones(8)]), torch.tensor(columns["exam"]).double()


def test_the_churn_network_has_127_parameters():
    """Without biases it would have 114, with one an input 138."""
    sizes = [12, 6, 6, 1]
    assert call("n_params", sizes) == 127
    assert call("n_params", sizes, mistake="no_biases") == 114
    assert call("n_params", sizes, mistake="bias_per_input") == 138


def test_the_hours_of_study_have_the_stated_scale():
    """The sd over 8 rows is 39.698; the one that divides by 7 is 42.439."""
    study = torch.tensor(data.exam().columns["study"]).double()[:, None]
    z = call("zscore", study, study)[:, 0]
    stated = [-0.749407, -0.497505, 1.845177, -0.270794, -1.051688, -0.925737, 1.265804, 0.384150]
    assert z.tolist() == pytest.approx(stated, abs=5e-7)
    for mistake, sd in (("", 39.698079), ("n_minus_one", 42.439032)):
        z = call("zscore", study, study, mistake=mistake)
        assert float((study[2] - 41.75) / z[2]) == pytest.approx(sd, abs=5e-7)


def test_the_first_steps_on_the_exam_table_are_the_stated_ones():
    """One step of full-batch descent, and one epoch row by row; a sum steps 8 times too far."""
    X, y = exam()
    start = torch.zeros(4).double()
    first = [1.152449, -1.101395, 1.027350, 7.85]
    assert call("grad_step", start, X, y, 0.1).tolist() == pytest.approx(first, abs=5e-7)
    summed = call("grad_step", start, X, y, 0.1, mistake="sum")
    assert summed.tolist() == pytest.approx([8 * w for w in first], abs=4e-6)
    w, updates = call("epoch", start, X, y, 0.1, 1, torch.arange(8))
    assert w.tolist() == pytest.approx([5.893606, -8.771768, 4.180007, 50.856858], abs=5e-7)
    assert updates == 8


def test_one_row_costs_50():
    """Foretold 80, and 90 in the exam."""
    x, w = torch.tensor([12.0, 6, 78]).double(), torch.tensor([0.5, 1, 0.75]).double()
    prediction, loss, *_ = call("row_step", x, 90.0, w, 9.5, 0.0001)
    assert (float(prediction), float(loss)) == (80, 50)


@pytest.mark.parametrize(("name", "low", "middle"), [("sigmoid", 0, 0.5), ("tanh", -1, 0)])
def test_activations_survive_large_inputs(name, low, middle):
    """Finite at -1000 and 1000, where the formulas as they stand give nan."""
    z = torch.tensor([-1000.0, -400, 0, 400, 1000]).double()
    assert call(name, z).tolist() == [low, pytest.approx(low, abs=1e-99), middle, 1, 1]


def test_softmax_twice_costs_more():
    """Logits 2 and 0, the first right: 0.12693, and 0.38317 where softmax comes twice."""
    z, y = torch.tensor([[2.0, 0.0]]).double(), torch.tensor([0])
    assert float(call("ce_from_logits", z, y)) == pytest.approx(0.12693, abs=5e-6)
    twice = call("ce_from_logits", z, y, mistake="softmax_first")
    assert float(twice) == pytest.approx(0.38317, abs=5e-6)


def test_ten_rows_in_three_folds():
    """4, 3 and 3 rows are validated; who drops the remainder never validates the tenth."""
    assert [len(val) for _, val in call("kfold_indices", 10, 3)] == [4, 3, 3]
    dropped = call("kfold_indices", 10, 3, mistake="remainder_dropped")
    assert [len(val) for _, val in dropped] == [3, 3, 3]


def test_dropout_keeps_the_mean():
    """With p = 0.3 what is kept becomes 1.428571 times as large; without that the mean is 0.7."""
    u = torch.linspace(0, 1, 1001).double()[:-1].reshape(1, 1000)
    ones = torch.ones_like(u)
    out = call("dropout", ones, u, 0.3, True)
    assert float(out.max()) == pytest.approx(1.428571, abs=5e-7)
    assert float(out.mean()) == pytest.approx(1, abs=1e-9)
    assert float(call("dropout", ones, u, 0.3, True, mistake="not_scaled").mean()) == 0.7


def test_a_byte_is_off_by_half_a_step_at_most():
    """Whoever cuts decimals off instead of rounding is off by up to a whole step."""
    w = torch.linspace(-1, 1, 999).double()
    for mistake, most in (("", 0.5), ("truncated", 1.0)):
        q, scale = call("quantise_int8", w, mistake=mistake)
        off = float((q * scale - w).abs().max() / scale)
        assert most - 0.05 < off <= most + 1e-9
