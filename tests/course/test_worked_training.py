"""Validation, penalties, dropout and cross-entropy by hand: their figures and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from course import worked

free = pytest.mark.torch_free
NUMBERS = st.floats(-50, 50)


# K-fold validation


@free
def test_k_fold_has_the_figures_of_the_worked_example():
    """1, 3, 4, 6, 8, 8 in three folds."""
    data = worked.k_fold(y=(1, 3, 4, 6, 8, 8), k=3).data()
    assert data["models"].tolist() == [6.5, 5, 3.5]
    assert data["scores"].tolist() == [21.25, 1, 20.25]
    assert data["score"] == pytest.approx(85 / 6)


@free
@given(arrays(np.float64, st.integers(2, 12), elements=NUMBERS), st.integers(2, 12))
def test_k_fold_agrees_with_scikit_learn(y, k):
    """The same folds, and in each the mean of the rest and its squared error."""
    if k > len(y):
        with pytest.raises(ValueError, match="k is"):
            worked.k_fold(y, k)
        return
    from sklearn.model_selection import KFold

    data = worked.k_fold(y, k).data()
    for (train, val), model, score in zip(
        KFold(k).split(y), data["models"], data["scores"], strict=True
    ):
        assert model == pytest.approx(y[train].mean(), abs=1e-9)
        assert score == pytest.approx(((y[val] - y[train].mean()) ** 2).mean(), abs=1e-9)
    assert data["score"] == pytest.approx(data["scores"].mean())


@free
def test_k_fold_shows_what_is_left_out():
    """One heading a fold, one for the mean; `step` counts folds."""
    d = worked.k_fold(y=(1, 2, 3, 4, 5), k=2)
    assert [part.heading for part in d.parts] == [
        "Fold 1: y_1, y_2, y_3 left out",
        "Fold 2: y_4, y_5 left out",
        "Together",
    ]
    assert d["m_1"].value == 4.5 and d["m_2"].value == 2
    assert "y_4" in repr(d.step(1)) and "left out" in repr(d.step(2))
    assert worked.k_fold(y=(1, 4), k=2)["score_1"].value == 9  # a fold of one needs no brackets


# Penalties


@free
def test_penalty_has_the_figures_of_the_worked_example():
    """Weights 2, -0.5, 0.1, loss 1, both prices 0.1."""
    data = worked.penalty().data()
    assert data["total"] == pytest.approx(1.686)
    assert data["pull"] == pytest.approx([0.5, -0.2, 0.12])


@given(arrays(np.float64, st.integers(1, 6), elements=NUMBERS), st.floats(0, 3), st.floats(0, 3))
def test_the_pulls_are_the_gradient(w, l1, l2):
    """Autograd agrees, also at 0, where the slope of |w| is taken for 0."""
    torch = pytest.importorskip("torch")
    data = worked.penalty(w, loss=2, l1=l1, l2=l2).data()
    v = torch.tensor(w, requires_grad=True)
    total = 2 + l1 * v.abs().sum() + l2 * (v**2).sum()
    total.backward()
    assert data["total"] == pytest.approx(total.item(), abs=1e-9)
    np.testing.assert_allclose(data["pull"], v.grad.numpy(), atol=1e-9)
    np.testing.assert_allclose(data["pull"], data["pull_l1"] + data["pull_l2"], atol=1e-9)


# Dropout


@free
def test_dropout_has_the_figures_of_the_worked_example():
    """Two of four are dropped, the others doubled; a draw equal to p is kept."""
    data = worked.dropout().data()
    assert data["out"].tolist() == [4, 0, -6, 0]
    assert worked.dropout(h=(1, 1), u=(0.25, 0.2), p=0.25).data()["keep"].tolist() == [1, 0]


@free
def test_dropout_keeps_the_mean():
    """Over many draws the mean is what it was."""
    rng = np.random.default_rng(4)
    h = np.array([2.0, 1, -3, 4])
    outs = [worked.dropout(h, rng.uniform(size=4), p=0.3).data()["out"] for _ in range(2000)]
    np.testing.assert_allclose(np.mean(outs, axis=0), h, atol=0.25)


# Cross-entropy


@free
@pytest.mark.parametrize(("label", "loss"), [(1, 0.126928011), (2, 2.126928011)])
def test_cross_entropy_has_the_figures_of_the_worked_example(label, loss):
    """Logits 2 and 0."""
    data = worked.cross_entropy(z=(2, 0), label=label).data()
    assert data["L"] == pytest.approx(loss, abs=1e-9)
    assert data["p"] == pytest.approx([0.880797078, 0.119202922])


@given(arrays(np.float64, st.integers(2, 6), elements=st.floats(-2000, 2000)), st.data())
def test_cross_entropy_agrees_with_pytorch(z, data):
    """For logits of any size: the shift keeps it finite."""
    torch = pytest.importorskip("torch")
    label = data.draw(st.integers(1, len(z)))
    expected = torch.nn.functional.cross_entropy(torch.tensor(z)[None], torch.tensor([label - 1]))
    found = worked.cross_entropy(z, label).data()
    assert found["L"] == pytest.approx(expected.item(), rel=1e-9, abs=1e-9)
    assert found["p"].sum() == pytest.approx(1)


# What is shown, and what is refused


@free
@pytest.mark.parametrize(
    "derivation",
    [worked.k_fold(), worked.penalty(), worked.dropout(), worked.cross_entropy()],
    ids=["k_fold", "penalty", "dropout", "cross_entropy"],
)
def test_they_display_themselves(derivation):
    """Balanced LaTeX, text without LaTeX, and every step's value in both."""
    latex = derivation.latex()
    assert latex.count("{") == latex.count("}") and latex.count("$$") % 2 == 0
    assert "nan" not in latex and "\\" not in repr(derivation)
    for step in derivation:
        assert step.result in latex and step.name in repr(derivation)


@free
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: worked.k_fold(y=[[1, 2]]), r"k_fold: y has shape \(1, 2\)"),
        (lambda: worked.k_fold(y=range(13)), "n from 2 to 12"),
        (lambda: worked.k_fold(k=1), "k is 1, expected a whole number from 2 to 6"),
        (lambda: worked.penalty(w=range(7)), "n from 1 to 6"),
        (lambda: worked.penalty(l1=[1, 2]), r"l1 has shape \(2,\), expected a single number"),
        (lambda: worked.dropout(u=[0.1]), "expected .n,. twice"),
        (lambda: worked.dropout(p=1), "below 1"),
        (lambda: worked.dropout(h=[1], u=[1.0]), "below 1"),
        (lambda: worked.cross_entropy(z=[1]), "K from 2 to 6"),
        (lambda: worked.cross_entropy(label=3), "label is 3, expected a whole number from 1 to 2"),
        (lambda: worked.cross_entropy(z=["a", "b"]), "must be numbers"),
    ],
)
def test_a_wrong_call_is_told_what_was_expected(call, message):
    """One sentence: what came and what was expected."""
    with pytest.raises(ValueError, match=message):
        call()
