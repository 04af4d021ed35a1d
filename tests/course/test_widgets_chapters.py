"""What the chapters' widgets compute: against worked examples, PyTorch, and wrong functions."""

import importlib
import itertools
from dataclasses import replace

import numpy as np
import pytest

from course import widgets, worked

torch = pytest.importorskip("torch")
ann, rnn, tunnel, unrolled = (
    importlib.import_module(f"course.widgets.{name}")
    for name in ("ann", "rnn", "tunnel", "unrolled")
)


def elman(x, h0, W_xh, W_hh, b_h, W_hy, b_y):
    h, H, Y = h0, [], []
    for x_t in x:
        h = torch.tanh(W_xh @ x_t + W_hh @ h + b_h)
        H.append(h)
        Y.append(W_hy @ h + b_y)
    return torch.stack(H), torch.stack(Y)


def jordan(x, h0, y0, W_xh, W_hh, W_yh, b_h, W_hy, b_y, hybrid):
    h, y, H, Y = h0, y0, [], []
    for x_t in x:
        a = W_xh @ x_t + W_yh @ y + b_h
        h = torch.tanh(a + W_hh @ h if hybrid else a)
        y = W_hy @ h + b_y
        H.append(h)
        Y.append(y)
    return torch.stack(H), torch.stack(Y)


# Step through time ---------------------------------------------------------------------------


def test_it_starts_at_the_worked_example():
    """The numbers of the chapter, by hand."""
    w = widgets.step_through_time(elman)
    assert w.result.H.round(7).tolist() == [0.9640276, 0.9992793, 0.9999091, 0.9999877]
    assert w.state.worked().data()["H"][:, 0] == pytest.approx(w.result.H)
    assert "x_1 = 1, h_1 = 0.9640, y_1 = 1.9640." in w.alt


@pytest.mark.parametrize("hybrid", [False, True])
def test_any_step_of_a_worked_example_can_be_opened(hybrid):
    """The same weights and inputs, at that step."""
    example = worked.jordan(x=(1, -0.5, 0.25), W_yh=0.5, y0=0.3, h0=-0.2, hybrid=hybrid)
    w = widgets.step_through_time(jordan, example.step(2))
    assert (w.state.t, w.state.x, w.state.W_yh) == (2, (1.0, -0.5, 0.25), 0.5)
    assert (w.state.hybrid, w.state.y0) == (hybrid, 0.3)
    assert np.allclose(w.result.H, example.data()["H"][:, 0])
    assert unrolled.first_difference(w.result) is None


@pytest.mark.parametrize("function", [elman, jordan])
def test_right_functions_agree_with_the_reference_everywhere(function):
    """Also for negative weights and many draws."""
    rng = np.random.default_rng(3)
    start = widgets.step_through_time(function).state
    for _ in range(20):
        w = dict(zip("W_xh W_hh W_yh b_h W_hy b_y h0 y0".split(), rng.normal(size=8), strict=True))
        state = replace(start, x=tuple(rng.normal(size=5)), hybrid=bool(rng.integers(2)), **w)
        assert unrolled.first_difference(rnn.passed(function, state)) is None


def forgets(x, h0, W_xh, W_hh, b_h, W_hy, b_y):
    H = torch.tanh(x @ W_xh.T + b_h)
    return H, H @ W_hy.T + b_y


def test_a_wrong_function_makes_a_wrong_picture():
    """The first number that differs is marked, and the calculation says so."""
    w = widgets.step_through_time(forgets)
    w._answer({"values": {"t": 2}})
    assert unrolled.first_difference(w.result) == ("h", 2)
    lines = unrolled.calculation(w.state, w.result, unrolled.ElmanScene.back)
    assert lines[0].endswith("= 1·2 + 1·0.9640 + 1 = 3.9640")
    assert "✗ differs" in lines[1] and "✓ agrees" in lines[2]
    right = widgets.step_through_time(elman)
    right._answer({"values": {"t": 2}})
    assert right.png() != w.png()


def test_what_comes_later_is_not_given_away():
    """A picture at step 1 is the same whatever the later inputs do to the states."""
    seen = []
    for last in (4.0, -4.0):
        w = widgets.step_through_time(elman, worked.elman(x=(1, 2, last)))
        w._state = replace(w.state, x=(1.0, 2.0, 0.0))  # the boxes of inputs are always filled
        seen.append(w.png())
    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    ("example", "words"),
    [
        (worked.elman(x=range(7)), "an example of 7 steps; at most 6"),
        (worked.elman(W_xh=[[1], [1]], W_hh=np.eye(2), W_hy=[[1, 1]]), "expected one input"),
        (worked.elman(act="sigmoid"), "an example without tanh"),
        (worked.bptt(), "an example without tanh"),
        (worked.jordan(), "example Jordan network; expected worked.elman"),
        ("elman", "the example 'elman'"),
    ],
)
def test_an_example_that_does_not_fit_is_refused(example, words):
    """In a sentence, when the widget is made."""
    with pytest.raises(ValueError, match=words):
        widgets.step_through_time(elman, example)


def test_values_of_an_example_are_on_their_rails():
    """A weight of 7.25 is not rounded by the browser's slider."""
    w = widgets.step_through_time(elman, worked.elman(x=(1, 12.5), W_xh=7.25))
    rails = {control["name"]: control for control in w.spec["controls"]}
    assert rails["W_xh"]["high"] >= 7.25 and rails["x.1"]["high"] >= 12.5
    assert w.spec["values"]["W_xh"] == 7.25


# Neuron dials --------------------------------------------------------------------------------


def neuron(x, w, b, phi):
    return phi(w @ x + b)


@pytest.mark.parametrize("phi", ann.PHI)
def test_the_students_neuron_is_asked_at_the_corners(phi):
    """A right one agrees with the equation for every activation; one without b does not."""
    state = ann.Dials(w1=0.7, w2=-1.3, b=-0.4, phi=phi)
    assert ann.answers(neuron, state).yours == pytest.approx(state.outputs())
    wrong = ann.answers(lambda x, w, b, phi: phi(w @ x), state)
    assert wrong.problem == "" and not np.allclose(wrong.yours, state.outputs())


def test_a_neuron_that_returns_a_vector_gets_a_banner():
    """And the rest of the picture stays."""
    w = widgets.neuron_dials(lambda x, w, b, phi: phi(x * w + b))
    assert w.problem == "<lambda> returned y of shape (2,); expected ()."
    assert w.spec["values"]["target"] == "AND" and w.start["problem"] == w.problem


def test_one_line_gets_three_of_xor_and_four_of_the_others():
    """Over a grid of dials: the claim that the widget lets one find out."""
    best = dict.fromkeys(ann.TARGETS, 0)
    dials = np.arange(-2, 2.1, 0.5)
    for w1, w2, b in itertools.product(dials, dials, dials):
        for target in best:
            right = ann.Dials(w1, w2, b, target=target).right()
            best[target] = max(best[target], right)
    assert best == {"AND": 4, "OR": 4, "NAND": 4, "XOR": 3}


# Gradient tunnel -----------------------------------------------------------------------------


def grad_flow(w, h):
    return (w * (1 - h**2)).cumprod(0)


@pytest.mark.parametrize("w", [0.0, 0.5, 1.5])
def test_the_tunnel_agrees_with_pytorch(w):
    """The student's products are those of autograd; LSTM and GRU are PyTorch's cells."""
    state = tunnel.Tunnel(T=12, w=w)
    result = tunnel.arrived(grad_flow, state)
    assert result.yours == pytest.approx(result.reference)
    x = torch.tensor(state.x())[:, None]
    for cell, curve in ((torch.nn.LSTM, result.lstm), (torch.nn.GRU, result.gru)):
        net = cell(1, 1).double()
        with torch.no_grad():
            for name, p in net.named_parameters():
                p.fill_({"weight_ih": 1.0, "weight_hh": w}.get(name[:9], 0.0))
            net.bias_ih_l0[1] = state.keep  # the second gate: forget, and update
        start = torch.zeros(1, 1).double().requires_grad_()
        given = (torch.zeros(1, 1).double(), start) if cell is torch.nn.LSTM else start
        last = net(x, given)[1]
        last = last[1] if cell is torch.nn.LSTM else last
        assert curve[-1] == pytest.approx(torch.autograd.grad(last, start)[0].item())


def test_a_larger_weight_is_no_cure():
    """With tanh and noise, 1.5 passes on less than 0.9 does; without tanh it explodes."""
    small, large = (tunnel.arrived(grad_flow, tunnel.Tunnel(T=50, w=w)) for w in (0.9, 1.5))
    assert abs(large.reference[-1]) < abs(small.reference[-1]) < 1e-6
    assert large.linear[-1] > 1e8


def test_a_wrong_product_is_seen():
    """One factor short: the curves part at the first step, and the headline says so."""
    w = widgets.gradient_tunnel(lambda w, h: (1 - h**2).cumprod(0))
    assert not np.allclose(w.result.yours, w.result.reference)
    assert "differs from PyTorch first at step 1" in tunnel._headline(w.state, w.result)
