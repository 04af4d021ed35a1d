"""A neuron and backpropagation by hand: their figures, autograd, what is shown, what is refused."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course import data, worked
from course.worked import feedforward

from .test_worked import evaluate, unbalanced

free = pytest.mark.torch_free
ACTS = ("identity", "relu", "sigmoid", "tanh")
START = {"W1": [[0.5, 0.2, 0.3], [-0.3, 0.4, 0.1]], "b1": 0, "W2": [[0.5, -0.5]], "b2": 0.5}


def exam_rows():
    """The exam table, standardised, and its marks as shares of 100."""
    exam = data.exam()
    raw = np.stack([exam[name] for name in ("study", "sleep", "quiz")], axis=1)
    return (raw - raw.mean(axis=0)) / raw.std(axis=0), exam["exam"] / 100


def random_net(seed, n, d, h):
    """Rows, targets and weights of any sizes."""
    rng = np.random.default_rng(seed)
    shapes = {"X": (n, d), "y": (n,), "W1": (h, d), "b1": (h,), "W2": (1, h), "b2": (1,)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


sizes = {"seed": st.integers(0, 2**32 - 1), "n": st.integers(1, 9)}
sizes |= {"d": st.integers(1, 4), "h": st.integers(1, 5)}


# The worked examples


@free
def test_the_neuron_has_the_figures_of_the_worked_example():
    """x = (3, 2), w = (0.5, -1), b = 1."""
    found = {phi: worked.neuron(phi=phi).data()["y"].item() for phi in feedforward.ACTIVATIONS}
    expected = {"identity": 0.5, "step": 1, "sigmoid": 0.6224593312, "relu": 0.5}
    assert found == pytest.approx(expected | {"tanh": 0.4621171573}, abs=5e-11)
    assert worked.neuron(w=[1, 1], x=[1, -1], b=0).data()["y"] == 1  # the step is 1 at 0


@free
def test_backprop_has_the_figures_of_the_worked_example():
    """Two inputs, three relu units, whole numbers; one update each with two rates."""
    d = worked.backprop(alpha=0.01).data()
    assert d["A"].tolist() == [[1, 2, -1]] and d["H"].tolist() == [[1, 2, 0]]
    assert (d["yhat"], d["cost"]) == (2, 0.5)
    assert d["delta"].tolist() == [[-3, 1, 0]]
    gradients = {name: value.tolist() for name, value in d["gradients"].items()}
    assert gradients == {"W1": [[-3, -6], [1, 2], [0, 0]], "b1": [-3, 1, 0],
                         "W2": [[-1, -2, 0]], "b2": [-1]}  # fmt: skip
    np.testing.assert_allclose(d["updated"]["W1"], [[2.03, -0.94], [0.99, 0.98], [-1, 0]])
    for alpha, prediction in ((0.01, 2.6606), (0.1, 8.66)):
        new = worked.backprop(alpha=alpha).data()["updated"]
        assert worked.backprop(**new).data()["yhat"].item() == pytest.approx(prediction)


@free
def test_one_update_on_the_exam_table():
    """Eight rows, two tanh units: the cost falls to less than a third."""
    X, y = exam_rows()
    d = worked.backprop(X, y, **START, act="tanh", alpha=0.5).data()
    assert d["cost"] == pytest.approx(0.0974239526, abs=5e-11)
    assert d["gradients"]["b2"].item() == pytest.approx(-0.2973, abs=5e-5)
    after = worked.backprop(X, y, **d["updated"], act="tanh").data()
    assert after["cost"] == pytest.approx(0.0285708335, abs=5e-11)


# Against PyTorch


@settings(max_examples=60, deadline=None)
@given(act=st.sampled_from(ACTS), **sizes)
def test_backprop_agrees_with_autograd(seed, n, d, h, act):
    """Any sizes, all activations, one row or several; and one step of SGD."""
    torch = pytest.importorskip("torch")
    net = random_net(seed, n, d, h)
    v = {name: torch.tensor(value) for name, value in net.items()}
    free_ = {name: v[name].requires_grad_() for name in ("W1", "b1", "W2", "b2")}
    f = {"identity": lambda a: a, "relu": torch.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh}
    yhat = f[act](v["X"] @ v["W1"].T + v["b1"]) @ v["W2"].T + v["b2"]
    cost = ((yhat[:, 0] - v["y"]) ** 2).mean() / 2
    gradients = torch.autograd.grad(cost, list(free_.values()))
    found = worked.backprop(**net, act=act, alpha=0.3).data()
    np.testing.assert_allclose(found["cost"], cost.item(), rtol=1e-9)
    for name, gradient in zip(free_, gradients, strict=True):
        np.testing.assert_allclose(found["gradients"][name], gradient.numpy(), atol=1e-9)
        new = (v[name] - 0.3 * gradient).detach().numpy()
        np.testing.assert_allclose(found["updated"][name], new, atol=1e-9)


@settings(max_examples=30, deadline=None)
@given(m=st.integers(1, 9), seed=st.integers(0, 2**32 - 1))
def test_a_neuron_agrees_with_pytorch(m, seed):
    """All activations, any number of inputs."""
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    x, w, b = rng.normal(size=m), rng.normal(size=m), rng.normal()
    z = torch.nn.functional.linear(torch.tensor(x), torch.tensor(w)[None]) + b
    want = {"identity": z, "step": (z >= 0) * 1.0, "sigmoid": torch.sigmoid(z),
            "relu": torch.relu(z), "tanh": torch.tanh(z)}  # fmt: skip
    for phi, value in want.items():
        assert worked.neuron(x, w, b, phi).data()["y"] == pytest.approx(value.item(), abs=1e-12)


# What is shown


@pytest.fixture(scope="module")
def shown():
    """Derivations of all kinds."""
    X, y = exam_rows()
    found = [worked.neuron(phi=phi) for phi in feedforward.ACTIVATIONS]
    found += [worked.neuron(np.arange(7) - 3.0, np.ones(7), 0.5, "relu")]
    found += [worked.backprop(act=act, alpha=0.1) for act in ACTS]
    found += [worked.backprop(-2, 1, 0.5, 0.1, -1.5, 0.2, act=act, alpha=0.1) for act in ACTS]
    found += [worked.backprop(X, y, **START, act="tanh", alpha=0.5)]
    found += [worked.backprop(X[:3], y[:3], **START, act="relu", alpha=0.5)]
    return found


@free
def test_every_formula_gives_its_value(shown):
    """What is printed on the right is what was calculated."""
    count = 0
    for derivation in shown:
        for step in derivation:
            if "..." in step.expression:
                continue
            got, want = np.asarray(evaluate(step), float), np.asarray(step.value, float)
            np.testing.assert_allclose(got.ravel(), want.ravel(), rtol=1e-9, err_msg=repr(step))
            count += 1
    assert count > 200


@free
def test_all_latex_is_well_formed_and_the_text_is_plain(shown):
    """Balanced, nothing is nan; and no LaTeX in the plain text."""
    for derivation in shown:
        for block in derivation.latex().split("\n\n"):
            assert unbalanced(block) == "", block
        for step in derivation:
            assert unbalanced(step.latex()) == "", step
        assert not re.search(r"\\|\$|array\(|`|nan", repr(derivation))
    assert r"\hat{y}" in shown[-1].latex() and r"\frac{\partial C}{\partial W_{1}}" in (
        shown[-1].latex()
    )


@free
def test_rows_can_be_shown_alone():
    """With several rows each is a step; with one, forward and backward have headings."""
    X, y = exam_rows()
    d = worked.backprop(X, y, **START, act="tanh", alpha=0.5)
    headings = [part.heading for part in d.parts]
    assert headings == [*(f"Row {i}" for i in range(1, 9)), "Mean over the 8 rows", "Update"]
    assert "L_3 = 0.5 (yhat - y)^2" in repr(d.step(3))
    assert len(d.table()) == 8
    one = worked.backprop(alpha=1)
    assert [part.heading for part in one.parts] == ["Forward", "Backward", "Update"]


# What may go wrong


@free
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: worked.neuron(phi="sine"), "neuron: phi is 'sine', expected one of identity,"),
        (lambda: worked.neuron(x=(1, 2, 3)), "neuron: x has shape (3,), expected (2,), since w"),
        (lambda: worked.neuron(w=[[1]]), "neuron: w has shape (1, 1), expected (m,)."),
        (lambda: worked.neuron(b=[1, 2]), "neuron: b has shape (2,), expected a single number."),
        (lambda: worked.backprop(act="step"), "backprop: act is 'step', expected one of"),
        (lambda: worked.backprop(X=[[1, 2, 3]]), "backprop: X has shape (1, 3), expected (n, 2)"),
        (lambda: worked.backprop(y=[1, 2]), "backprop: y has shape (2,), expected (1,), since X"),
        (lambda: worked.backprop(W2=[[1, 2]]), "backprop: W2 has shape (1, 2), expected (1, 3)"),
        (lambda: worked.backprop(alpha=[1, 2]), "backprop: alpha has shape (2,)"),
        (lambda: worked.backprop(X=[1e200, 1e200]), "the numbers grow beyond 1e308"),
    ],
)
def test_an_error_is_one_sentence(call, message):
    """It says what came and what was expected."""
    with pytest.raises(ValueError, match=re.escape(message)) as error:
        call()
    assert "\n" not in str(error.value) and str(error.value).endswith(".")


@free
@pytest.mark.parametrize("seed", range(20))
def test_slips_calculated_by_hand_are_named(seed):
    """The sentences fit the mistakes, not only the numbers in the list."""
    p = worked.practice("backprop", seed=seed)
    k = {name: np.asarray(value).item() for name, value in p.derivation.known.items()}
    h, error = np.tanh(k["W_1"] * k["x"] + k["b_1"]), k["yhat"] - k["y"]
    delta = (1 - h**2) * k["W_2"] * error
    for wrong, slip, right in (
        (k["W_1"] * k["x"] + k["b_1"], "tanh is left out", h),
        (k["W_2"] * h, "the bias `b_2` is left out", k["W_2"] * h + k["b_2"]),
        (error**2, "the factor 1/2 is left out", error**2 / 2),
        (-error, "the target comes first in the difference", error),
        (error * k["x"], "`x` is taken for what `W_2` was multiplied by", error * h),
        (h * k["W_2"] * error, "tanh itself is taken for its slope", delta),
        (delta * h, "`h` is taken for what `W_1` was multiplied by", delta * k["x"]),
    ):
        assert p.answer(float(wrong)).slip == slip
        assert p.answer(float(right)).right
