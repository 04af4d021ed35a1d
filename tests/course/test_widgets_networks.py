"""What the widgets of chapters 1 and 2 compute: against PyTorch, and with wrong functions."""

import importlib
from dataclasses import replace

import numpy as np
import pytest

from course import widgets

torch = pytest.importorskip("torch")
backprop, descent, fitted, fitting, ledger, painting, tiles, trial = (
    importlib.import_module(f"course.widgets.{name}")
    for name in "backprop descent fitted fitting ledger painting tiles trial".split()
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
    assert "your gradient: none;" in w.alt


# Fit dial ----------------------------------------------------------------------------------------


def early_stop(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses.tolist()):
        if loss < losses[best]:
            best = epoch
        elif epoch - best == patience:
            return epoch + 1, best + 1
    return len(losses), best + 1


def penalised_loss(loss, layers, l1, l2):
    total = loss + sum(l1 * p["W"].abs().sum() + l2 * (p["W"] ** 2).sum() for p in layers)
    return total, [l1 * layer["W"].sign() + 2 * l2 * layer["W"] for layer in layers]


def test_the_students_functions_stop_and_pull():
    """Right ones are found right at every patience; more patience keeps no worse an epoch."""
    w = widgets.fit_dial(early_stop, penalised_loss)
    kept = []
    for patience in (1, 3, 10, 30, 60):
        w._answer({"values": {"patience": patience}})
        errors = w.result.trained.errors[:, 1]
        assert (w.result.verdict, w.result.trained.differs, w.problem) == ("", "", "")
        assert w.result.best == errors[: w.result.stop].argmin() + 1
        kept.append(errors[w.result.best - 1])
    assert kept == sorted(kept, reverse=True) and kept[0] > 2 * kept[-1]


def test_patience_takes_no_new_training():
    """One training for each width, noise, price and draw."""
    calls = []

    def counted(loss, layers, l1, l2):
        calls.append(l2)
        return penalised_loss(loss, layers, l1, l2)

    w = widgets.fit_dial(early_stop, counted)
    assert len(calls) == fitting.EPOCHS
    for patience in (2, 30):
        w._answer({"values": {"patience": patience}})
    assert len(calls) == fitting.EPOCHS
    w._answer({"values": {"l2": 0.001}})
    assert len(calls) == 2 * fitting.EPOCHS and calls[-1] == 0.001


def test_a_wide_net_learns_by_heart_and_a_price_closes_the_gap():
    """What the student is to find out: with a price the last epoch is nearly the best one."""
    free = fitting.train(fitting.Fit(), None).errors[:, 1]
    paid = fitting.train(fitting.Fit(l2=0.001), penalised_loss).errors[:, 1]
    narrow = fitting.train(fitting.Fit(width=2), None).errors
    assert free[-1] > 1.7 * free.min() and paid[-1] < 1.3 * paid.min()
    assert paid[-1] < 0.6 * free[-1]
    assert narrow[-1, 1] < 1.7 * narrow[-1, 0]


def test_its_gradients_are_autograds():
    """One epoch of the net by hand is one epoch of PyTorch's Adam."""
    state = fitting.Fit(width=5)
    x, y = (torch.tensor(column)[:, None] for column in state.points())
    rng = np.random.default_rng(100 + state.draw)
    net = torch.nn.Sequential(
        torch.nn.Linear(1, 5), torch.nn.Tanh(), torch.nn.Linear(5, 1)
    ).double()
    W1 = fitting.SPREAD * rng.normal(size=(5, 1))
    b1 = -W1[:, 0] * rng.uniform(-1, 1, 5)
    first = [W1, b1, 0.1 * rng.normal(size=(1, 5)) / np.sqrt(5), np.zeros(1)]
    for p, value in zip(net.parameters(), first, strict=True):
        p.data = torch.tensor(value)
    adam = torch.optim.Adam(net.parameters(), lr=fitting.RATE)
    for rows in rng.permutation(fitting.TRAIN).reshape(-1, fitting.BATCH):
        adam.zero_grad()
        ((net(x[rows]) - y[rows]) ** 2).mean().backward()
        adam.step()
    gaps = ((net(x) - y) ** 2).detach().numpy()[:, 0]
    ours = fitting.train(state, None).errors[0]
    assert ours == pytest.approx([gaps[: fitting.TRAIN].mean(), gaps[fitting.TRAIN :].mean()])


@pytest.mark.parametrize(
    ("theirs", "words"),
    [
        (lambda losses, patience: (150, 26), "epoch 36 was 10 past the best so far, 26"),
        (lambda losses, patience: (36, 36), "up to epoch 36 the lowest error is that of epoch 26"),
        (lambda losses, patience: (30, 26), "epoch 30 is only 4 past the best so far, 26"),
    ],
)
def test_a_wrong_stop_is_told_why(theirs, words):
    """In the headline; the picture shows the stop that the function gave."""
    w = widgets.fit_dial(theirs)
    assert w.problem == "" and w.result.verdict == words
    assert fitted._headline(w.result) == f"Your <lambda> stops after {w.result.stop}; {words}."


def test_wrong_pulls_train_another_net():
    """Pulls of half the size are named; what can't be added to a gradient gets a banner."""

    def halved(loss, layers, l1, l2):
        total, pulls = penalised_loss(loss, layers, l1, l2)
        return total, [pull / 2 for pull in pulls]

    w = widgets.fit_dial(early_stop, halved)
    assert w.result.trained.differs == "pulls"
    assert fitted._headline(w.result) == "Your halved differs from PyTorch in its pulls."
    for wrong, words in (
        (lambda **i: i["loss"], "expected the total and the list of the pulls."),
        (
            lambda **i: (i["loss"], [p["W"].T for p in i["layers"]]),
            "(1, 40), (40, 1)]; expected (4",
        ),
        (lambda **i: (i["loss"], [p["W"] * float("nan") for p in i["layers"]]), "nan or inf"),
    ):
        w = widgets.fit_dial(early_stop, wrong)
        assert words in w.problem and w.result.best == 0
    w = widgets.fit_dial(early_stop, lambda **i: (i["loss"], [-9e9 * p["W"] for p in i["layers"]]))
    assert w.problem == "" and w.result.trained.differs == "total and pulls"
    w = widgets.fit_dial(early_stop, lambda **i: (0, [1e200 * p["W"] for p in i["layers"]]))
    assert w.problem == "The weights have run away in epoch 1: do the pulls of <lambda> lead to 0?"
    w = widgets.fit_dial(lambda losses, patience: (0, -1))
    assert w.problem == "<lambda> returned 0 and -1; expected epochs, 1 to 150."


# Downhill ----------------------------------------------------------------------------------------


def grad_step(w, X, y, alpha):
    return w - alpha * X.T @ (X @ w - y) / len(y)


@pytest.mark.parametrize("batch", descent.BATCHES)
def test_a_linear_neurons_step_is_exact_on_the_bent_cost(batch):
    """The rows it is asked about have the errors and slopes of the cost: PyTorch agrees."""
    for start, alpha in ((-1.6, 0.1), (0.3, 0.02), (1.9, 0.05)):
        state = descent.Descent(alpha=alpha, batch=batch, start=start, steps=60)
        by_rows = descent.walked(grad_step, state)
        by_gradient = descent.walked(lambda w, gradient, alpha: w - alpha * gradient, state)
        assert by_rows.differs == by_gradient.differs == 0
        assert np.allclose(by_rows.path[:5], by_gradient.path[:5])


def test_every_epoch_has_every_row_once():
    """And batches of the size that was chosen."""
    for batch in descent.BATCHES:
        batches = descent.Descent(batch=batch, steps=100).batches()
        size = int(batch.split()[-1])
        assert len(batches) == 100 and {len(rows) for rows in batches} == {size}
        first = np.concatenate(batches[: descent.ROWS // size])
        assert size == 1 or sorted(first) == list(range(descent.ROWS))


def test_rates_and_batches_do_what_the_line_asks():
    """0.1 stays in the shallow valley, 0.2 leaps over, 0.3 swings, 0.5 flies off; noise crosses."""
    ends = {}
    for alpha in (0.1, 0.2, 0.3, 0.5):
        path = descent.walked(grad_step, descent.Descent(alpha=alpha, steps=60)).path
        ends[alpha] = descent.ending(path)
    assert list(ends.values()) == [
        "settled in the shallow valley", "settled in the deep valley",
        "not settled, now in the deep valley", "out of the picture",
    ]  # fmt: skip
    path = descent.walked(grad_step, descent.Descent(batch="1", steps=60)).path
    assert (path > descent.HILL).any() and descent.ending(path).startswith("not settled")


def test_a_wrong_step_walks_elsewhere():
    """It is named, PyTorch's walk is dashed beside it; uphill leaves the picture and ends."""
    w = widgets.downhill(lambda w, X, y, alpha: grad_step(w, X, y, 2 * alpha))
    assert w.result.differs == 1 and "differs from PyTorch first in step 1." in _said(w)
    assert descent.ending(w.result.reference) == "settled in the shallow valley"
    w = widgets.downhill(lambda w, X, y, alpha: 2 * w - grad_step(w, X, y, alpha))
    assert descent.ending(w.result.path) == "out of the picture" and len(w.result.path) < 20
    assert np.isfinite(w.result.path).all() and len(w.png()) > 1000
    w = widgets.downhill(lambda w, X, y, alpha: 1e200 * w)
    assert w.problem == "" and len(w.result.path) == 2 and "to -2e+200, cost inf, out" in w.alt
    w = widgets.downhill(lambda w, X, y, alpha: w.sum())
    assert w.problem == "<lambda> returned w of shape (); expected (1,)."
    assert len(w.result.path) == 1 and len(w.result.reference) == 41


def _said(w):
    return descent._headline(w.state, w.result)


# All ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("widget", "example"),
    [
        ("paint_and_train", "paint_and_train(mlp_forward, backprop_2layer)"),
        ("backprop_ledger", "backprop_ledger(backprop_2layer)"),
        ("fit_dial", "fit_dial(early_stop, penalised_loss)"),
        ("downhill", "downhill(grad_step)"),
    ],
)
def test_what_is_no_function_is_refused(widget, example):
    """When the widget is made, with an example of the call."""
    arguments = (3, 3) if widget == "paint_and_train" else (3,)
    with pytest.raises(TypeError) as raised:
        getattr(widgets, widget)(*arguments)
    assert str(raised.value) == f"{widget}() takes your function, as in {example}; it got 3."
