"""What the widgets of chapters 1 and 2 compute: against PyTorch, and with wrong functions."""

import importlib
from dataclasses import replace

import numpy as np
import pytest

from course import widgets

torch = pytest.importorskip("torch")
backprop, ledger, painting, tiles, trial = (
    importlib.import_module(f"course.widgets.{name}")
    for name in ("backprop", "ledger", "painting", "tiles", "trial")
)


@pytest.fixture(autouse=True)
def one_thread():
    """As in the chapters: networks as small as these run quickest on one core."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def mlp(X, params):
    H = X
    for W, b in params[:-1]:
        H = torch.relu(H @ W.T + b)
    W, b = params[-1]
    return torch.sigmoid(H @ W.T + b)


def backprop_2layer(X, y, W1, b1, W2, b2):
    A = X @ W1.T + b1
    H = torch.relu(A)
    delta2 = (torch.sigmoid(H @ W2.T + b2) - y) / len(y)
    delta1 = delta2 @ W2 * (A > 0)
    return {"W1": delta1.T @ X, "b1": delta1.sum(0), "W2": delta2.T @ H, "b2": delta2.sum(0)}


def uphill(**inputs):
    return {name: -value for name, value in backprop_2layer(**inputs).items()}


# A function that returns a dict ------------------------------------------------------------------


def test_a_dict_is_read_by_its_names():
    """In any order; what is missing is said."""
    both = {"a": (1,), "b": (2,)}
    right = trial.trial(lambda: {"b": [1, 2], "a": [3]}, {}, both)
    assert right.problem == "" and right.arrays["a"].tolist() == [3.0]
    assert trial.trial(lambda: {"b": [1, 2]}, {}, both).problem == (
        "<lambda> returned a dict without a; expected a and b."
    )


# Paint and train ---------------------------------------------------------------------------------


def test_training_is_gradient_descent_with_the_students_gradients():
    """One update: each parameter minus alpha times its gradient; the old net stays as it was."""
    w = widgets.paint_and_train(mlp, backprop_2layer)
    old = [v for layer in w.model for v in layer]
    before = [v.clone() for v in old]
    w.run(1)
    points, kinds = torch.tensor(w.state.points), torch.tensor(w.state.kinds)[:, None]
    grads = backprop_2layer(points, kinds, *before)
    for name, was, now in zip(grads, before, [v for layer in w.model for v in layer], strict=True):
        assert torch.allclose(now, was - 0.2 * grads[name])
    assert all(torch.equal(a, b) for a, b in zip(before, old, strict=True))
    assert w.result.differs == () and w.problem == ""


def test_four_units_enclose_the_disc_and_two_cannot():
    """The claim of the line above the widget."""
    w = widgets.paint_and_train(mlp, backprop_2layer)
    w.run(500)
    assert w.result.right == len(w.state.points) == 120
    for draw in (1, 2, 3):
        w._answer({"values": {"width": 2, "draw": draw}})
        w.run(500)
        assert w.result.right < 110 and len(w.result.parts) == 2


def test_what_the_units_add_makes_the_last_sum():
    """The maps are the network's: they and the last bias add up to what it says."""
    w = widgets.paint_and_train(mlp, backprop_2layer)
    w.run(50)
    total = w.result.parts.sum(axis=0) + w.model[1][1].item()
    assert np.allclose(1 / (1 + np.exp(-total)), w.result.chances)
    assert np.allclose(w.result.chances, w.result.reference)


@pytest.mark.parametrize(
    ("theirs", "words"),
    [
        (lambda **i: backprop_2layer(**i) | {"W1": 2 * backprop_2layer(**i)["W1"]}, "in W1."),
        (uphill, "in W1, b1, W2, b2."),
    ],
)
def test_wrong_gradients_are_named(theirs, words):
    """And they train the net on the board, wherever they lead."""
    w = widgets.paint_and_train(mlp, theirs)
    w.run(20)
    right = widgets.paint_and_train(mlp, backprop_2layer)
    right.run(20)
    assert tiles._headline(w.state, w.result).endswith(f"differs from PyTorch {words}")
    assert not np.allclose(w.result.chances, right.result.chances, atol=1e-3)


def test_a_wrong_mlp_colours_the_board_wrongly():
    """The dashed border is still PyTorch's."""
    w = widgets.paint_and_train(lambda X, params: 1 - mlp(X, params), backprop_2layer)
    assert w.result.differs == ("p",)
    assert np.allclose(w.result.chances, 1 - w.result.reference)


def test_what_can_not_train_stops_with_a_banner():
    """Not written, wrong shapes, weights that run away: in a sentence, and nothing goes on."""

    def stub(**inputs):
        raise NotImplementedError

    w = widgets.paint_and_train(stub, stub)
    assert w.problem.count("stub is not written yet") == 2
    w = widgets.paint_and_train(mlp, lambda X, y, W1, b1, W2, b2: {"W1": W1, "b1": b1})
    content, _ = w._answer({"steps": 1})
    assert content["halted"] == (
        "<lambda> returned a dict without W2 and b2; expected W1, b1, W2 and b2."
    )
    w = widgets.paint_and_train(mlp, uphill)
    with pytest.raises(RuntimeError, match="does uphill point uphill"):
        w._answer({"values": {"alpha": 10}})
        w.run(2000)
    w._answer({"reset": True})
    assert w.problem == "" and w.state.updates == 0


def test_points_are_painted_with_the_mouse_and_with_the_keyboard():
    """Both reach the board; the eraser takes them off; Start again keeps them."""
    w = widgets.paint_and_train(mlp, backprop_2layer)
    w._answer({"values": {"data": "blank"}})
    assert len(w.state.points) == 0 and tiles._headline(w.state, w.result).startswith("No points")
    w.run(3)
    left, top = 0.062 + 0.446 * 0.75, 0.125 + 0.76 * 0.25  # x1 = 1, x2 = 1
    w._answer({"points": [[left, top, "down"], [left, top, "move"], [left, top, "up"]]})
    assert w.state.points == pytest.approx(np.ones((1, 2)), abs=1e-6)
    w._answer({"points": [[0.9, 0.9, "down"], [0.01, 0.01, "down"]]})  # beside the board
    assert len(w.state.points) == 1
    w._answer({"values": {"x": -1.0, "y": -1.0}})
    assert len(w.state.points) == 1
    w._answer({"values": {"brush": "○ class 0", "pen": True}})
    w._answer({"values": {"x": -0.9}})
    w._answer({"values": {"x": -0.8}})
    assert w.state.kinds.tolist() == [1, 0, 0]  # -0.9 is too near to -1.0
    w._answer({"values": {"x": -0.3, "y": -0.6}})  # keys were held down: a line of points
    assert w.state.points[3:] == pytest.approx(np.linspace((-0.8, -1), (-0.3, -0.6), 6)[1:])
    w._answer({"values": {"pen": False, "x": 0.5}})
    assert len(w.state.points) == 8
    w._answer({"values": {"x": -0.8, "y": -1.0}})
    model = w.model
    w._answer({"values": {"brush": "eraser", "pen": True}})
    assert w.state.points[:2] == pytest.approx(np.array([(1, 1), (-0.6, -0.84)]))
    assert w.model is model
    w.run(5)
    w._answer({"reset": True})
    assert (len(w.state.points), w.state.updates) == (5, 0)


@pytest.mark.parametrize("data", painting.SETS[:-1])
def test_ready_points_lie_on_the_board(data):
    """Both classes alike, the same ones each time; a few units tell them apart."""
    points, kinds = painting.made(data)
    assert np.abs(points).max() <= painting.EDGE and kinds.mean() == 0.5
    assert np.array_equal(points, painting.made(data)[0])
    w = widgets.paint_and_train(mlp, backprop_2layer, preview_steps=0)
    w._answer({"values": {"data": data, "width": 8, "alpha": 1.0}})
    w.run(600)
    assert w.result.right >= 116


def test_a_picture_takes_few_steps_while_it_plays():
    """A step is so quick that a whole burst would show nothing of the way."""
    w = widgets.paint_and_train(mlp, backprop_2layer)
    w._answer({"steps": -1})
    assert 1 <= w.state.updates <= 10


def test_the_kept_picture_shows_a_trained_net():
    """And the widget itself waits for the student."""
    w = widgets.paint_and_train(mlp, backprop_2layer, preview_steps=40)
    state, _, _ = w._kept()
    assert (state.updates, w.state.updates) == (40, 0)
    assert "after 40 updates" in w._kept_picture()[2]
    assert replace(state, pen=True).updates == 40  # the state is a frozen dataclass


# Backprop ledger ---------------------------------------------------------------------------------


@pytest.mark.parametrize("y", ["0", "1"])
def test_the_chain_rule_is_pytorchs_gradient_on_every_edge(y):
    """For many draws, units that are off included; the student's right function agrees."""
    rng = np.random.default_rng(5)
    silent = 0
    for _ in range(20):
        draws = {name: tuple(rng.normal(size=n)) for name, n in
                 (("x", 2), ("W1", 4), ("b1", 2), ("W2", 2), ("b2", 1))}  # fmt: skip
        state = ledger.Ledger(y=y, **draws)
        result = ledger.entries(backprop_2layer, state)
        given = {n: np.reshape(draws[n], shape) for n, shape in ledger.SHAPES.items()}
        found = backprop.by_pytorch(np.array([state.x]), np.array([float(y)]), given)
        exact = [found[name].flat[at] for name, at in ledger.EDGES.values()]
        assert np.allclose(result.exact, exact) and result.agree().all()
        silent += min(state.forward()["h"]) == 0
        C = backprop.cross_entropy(np.array([state.forward()["p"]]), np.array([float(y)]))
        assert state.forward()["C"] == pytest.approx(C)
    assert silent > 3


def test_a_small_nudge_changes_the_cost_as_foretold():
    """The gradient times the nudge, to second order, on each edge."""
    w = widgets.backprop_ledger(backprop_2layer)
    for i, edge in enumerate(ledger.EDGES):
        w._answer({"values": {"edge": edge, "nudge": 0.01}})
        change = w.state.nudged().forward()["C"] - w.state.forward()["C"]
        assert change == pytest.approx(0.01 * w.result.yours[i], rel=0.1)


def test_a_kept_nudge_becomes_the_weights():
    """And the gradients are those of the new weights; Start again has the old ones."""
    w = widgets.backprop_ledger(backprop_2layer)
    content, _ = w._answer({"values": {"nudge": 0.25, "keep": True}})
    assert w.state.W1 == (2.0, -0.75, 1.0, 1.0)
    assert (content["values"]["nudge"], content["values"]["keep"]) == (0.0, False)
    assert content["arrays"]["weights"]["W1"] == [2.0, -0.75, 1.0, 1.0]
    assert w.result.agree().all()
    w._answer({"reset": True})
    assert w.state == ledger.Ledger()


def test_wrong_gradients_stand_on_the_edges():
    """With a cross, and the predicted change is theirs; without a function there is a banner."""
    w = widgets.backprop_ledger(uphill)
    w._answer({"values": {"nudge": 0.1}})
    assert "your gradient: 3 ✗ differs; predicted change of C: 3 · 0.1 = 0.3;" in w.alt
    assert "true change of C: 0.4375 − 0.6931 = −0.2557." in w.alt
    right = widgets.backprop_ledger(backprop_2layer)
    right._answer({"values": {"nudge": 0.1}})
    assert right.png() != w.png()
    w = widgets.backprop_ledger(lambda X, y, W1, b1, W2, b2: {"W1": W1[0]})
    assert (
        w.problem == "<lambda> returned a dict without b1, W2 and b2; expected W1, b1, W2 and b2."
    )
    assert "your gradient: none" in w.alt
