"""Energy ledger: exact sums against autograd and enumeration, and what wrong energies make."""

from dataclasses import replace

import numpy as np
import pytest

from course import widgets
from course.widgets import rbm, states

torch = pytest.importorskip("torch")


def energy(v, h, W, a, b):
    return -a @ v - b @ h - v @ W @ h


def gibbs(v, W, a, b, generator):
    h = torch.bernoulli(torch.sigmoid(v @ W + b), generator=generator)
    return torch.bernoulli(torch.sigmoid(h @ W.T + a), generator=generator)


def drawn(rng, **settings):
    W, a, b = (tuple(rng.normal(size=n)) for n in (6, 3, 2))
    return rbm.Machine(W, a, b, data=str(rng.choice(rbm.PATTERNS)), **settings)


def test_the_energies_of_the_equation_are_those_of_a_right_function():
    """In all 32 states, at random weights; and the probabilities sum to 1."""
    rng = np.random.default_rng(3)
    for _ in range(10):
        state = drawn(rng)
        result = rbm.weighed(energy, state)
        assert states.agreeing(state, result).all() and result.problem == ""
        assert result.p.sum() == pytest.approx(1)
        assert np.log(result.p[0, 0] / result.p[7, 3]) == pytest.approx(result.energies[7, 3])


def test_the_true_gradient_is_autograds():
    """Of log p(v), by W, over the enumerated sum."""
    state = drawn(np.random.default_rng(4))
    W = torch.tensor(state.W, dtype=torch.float64).reshape(3, 2).requires_grad_()
    a, b = (torch.tensor(x, dtype=torch.float64) for x in (state.a, state.b))
    V, H = (torch.tensor(x).double() for x in (rbm.VISIBLE, rbm.HIDDEN))
    minus = (V @ a)[:, None] + H @ b + V @ W @ H.T
    at = rbm.PATTERNS.index(state.data)
    (minus[at].logsumexp(0) - minus.flatten().logsumexp(0)).backward()
    assert rbm.weighed(energy, state).true == pytest.approx(W.grad.numpy())


def test_contrastive_divergence_is_what_its_steps_give_by_enumeration():
    """CD-1 by sigmoids and loops; it is not the true gradient, and CD-60 nearly is."""
    state = drawn(np.random.default_rng(5))
    W, a, b = np.reshape(state.W, (3, 2)), np.array(state.a), np.array(state.b)

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    v0 = rbm.VISIBLE[rbm.PATTERNS.index(state.data)]
    found = np.outer(v0, sigmoid(v0 @ W + b))
    for h in rbm.HIDDEN:
        up = np.prod(np.where(h, sigmoid(v0 @ W + b), 1 - sigmoid(v0 @ W + b)))
        for v in rbm.VISIBLE:
            down = np.prod(np.where(v, sigmoid(W @ h + a), 1 - sigmoid(W @ h + a)))
            found -= up * down * np.outer(v, sigmoid(v @ W + b))
    one = rbm.weighed(energy, state)
    assert one.cd == pytest.approx(found)
    assert abs(one.cd - one.true).max() > 0.01
    many = rbm.weighed(energy, replace(state, k=60))
    assert many.cd == pytest.approx(many.true, abs=1e-4)
    assert many.after == pytest.approx(many.p.sum(axis=1), abs=1e-4)


@pytest.mark.parametrize("k", [1, 5])
def test_the_students_chains_are_counted(k):
    """Right Gibbs steps come to the exact shares; a step that stays where it is does not."""
    state = rbm.Machine(k=k)
    result = rbm.weighed(energy, state, gibbs)
    assert result.sampled == pytest.approx(result.after, abs=0.035)
    assert (result.sampled == rbm.weighed(energy, state, gibbs).sampled).all()  # same seed
    wrong = rbm.weighed(energy, state, lambda v, W, a, b, g: v)
    assert wrong.sampled.tolist() == [0, 0, 0, 0, 0, 1, 0, 0] and wrong.problem == ""


@pytest.mark.parametrize(
    ("wrong", "count"),
    [
        (lambda v, h, W, a, b: a @ v + b @ h + v @ W @ h, 17),
        (lambda v, h, W, a, b: -a @ v - v @ W @ h, 16),
        (lambda v, h, W, a, b: -v @ W @ h - b @ h - a.sum(), 0),  # a is 0 at the start
    ],
)
def test_wrong_energies_make_other_probabilities(wrong, count):
    """A sign, a forgotten bias: marked state by state, and what follows is another."""
    w = widgets.energy_ledger(wrong)
    assert (~states.agreeing(w.state, w.result)).sum() == count
    right = rbm.weighed(energy, w.state)
    assert np.allclose(w.result.p, right.p) == np.allclose(w.result.cd, right.cd) == (count == 0)
    w._answer({"values": {"a.0": 1.5}})
    assert (~states.agreeing(w.state, w.result)).sum() > 0


def test_what_the_browser_gets():
    """The student's numbers; the rest it computes itself."""
    w = widgets.energy_ledger(energy, gibbs)
    assert w.start["arrays"]["energies"]["shape"] == [8, 4]
    assert w.start["arrays"]["sampled"]["shape"] == [8]
    assert "sampled" not in widgets.energy_ledger(energy).start["arrays"]
    w._answer({"values": {"W.0": -1, "data": "111", "k": 3}})
    assert (w.state.W[0], w.state.data, w.state.k) == (-1, "111", 3)
    assert "For the data 111" in w.alt and "CD-3" in w.alt


def test_functions_that_fail_get_a_banner():
    """Told once, not 32 times; the picture says that there are no numbers."""
    w = widgets.energy_ledger(lambda v, h, W, a, b: W @ h)
    assert w.problem == "<lambda> returned E of shape (3,); expected ()."
    assert "differs from the equation in 32 of 32 states" in w.alt
    assert w.png()[:4] == b"\x89PNG"
    half = widgets.energy_ledger(energy, lambda v, W, a, b, g: torch.sigmoid(v))
    assert half.problem == "<lambda> returned v with other values than 0 and 1."
    assert "agrees with the equation in all 32 states" in half.alt
    with pytest.raises(TypeError, match="energy_ledger\\(energy, gibbs\\)"):
        widgets.energy_ledger(energy, 3)
