"""Practice: right answers, planted slips, and what must not be said."""

import sys

import numpy as np
import pytest

from course import worked
from course.worked import textbox
from course.worked.derivation import Derivation
from course.worked.tutor import APART, Practice, Question, Slip, allowed

free = pytest.mark.torch_free
KINDS = {
    "elman": ("elman", {}),
    "elman, 5 steps": ("elman", {"steps": 5}),
    "jordan": ("jordan", {}),
    "hybrid": ("jordan", {"hybrid": True}),
    "bptt": ("bptt", {}),
    "bptt sigmoid": ("bptt", {"act": "sigmoid"}),
    "bptt identity": ("bptt", {"act": "identity"}),
    "bptt, cut every 2 steps": ("bptt", {"truncate": 2}),
    "bptt, 2 steps": ("bptt", {"steps": 2}),
    "bptt, local": ("bptt", {"truncate": 1}),
    "neuron": ("neuron", {}),
    "neuron, 4 inputs": ("neuron", {"steps": 4, "phi": "sigmoid"}),
    "backprop": ("backprop", {}),
    "backprop sigmoid": ("backprop", {"act": "sigmoid"}),
}
SEEDS = range(25)


def draws():
    """Fresh examples of every kind."""
    for topic, options in KINDS.values():
        for seed in SEEDS:
            yield worked.practice(topic, seed=seed, **options)


@free
@pytest.mark.parametrize("kind", KINDS)
def test_right_answers_lead_to_the_end(kind):
    """Rounded to three decimals, or for larger numbers to four digits."""
    topic, options = KINDS[kind]
    for seed in SEEDS:
        p = worked.practice(topic, seed=seed, **options)
        for question in list(p.questions):
            value = question.value
            reply = p.answer(f"{value:.3f}" if abs(value) < 1 else f"{value:.4g}")
            assert reply.right and reply.slip is None
            assert reply.steps[-1] is question.step
        n = len(p.questions)
        assert p.done and p.summary() == f"{n} of {n} right at once."
        assert f"seed={seed}" in repr(p.answer(1)) and "Done" in repr(p)


@free
@pytest.mark.parametrize("kind", KINDS)
def test_each_planted_slip_is_recognised(kind):
    """On every draw, exact and rounded to three decimals."""
    topic, options = KINDS[kind]
    for seed in SEEDS:
        p = worked.practice(topic, seed=seed, **options)
        for question in list(p.questions):
            for slip in question.visible():
                for number in (slip.value, round(slip.value, 3)):
                    reply = p.answer(number)
                    assert not reply.right and reply.slip == slip.when, (seed, question.step)
                    assert slip.when in reply.sentences[0]
            assert p.answer(question.value).right


# The slips that a course on recurrent networks owes its students, in a word each.
OWED = {
    "elman": ["tanh is left out", "`b_h` is left out", "`b_h` is added twice", "`h_1` is left out",
              "`h_0` is read in place of `h_1`", "`W_xh` and `W_hh` are exchanged",
              "`W_hy` is left out"],
    "jordan": ["tanh is left out", "`h_1` is read in place of `y_1`", "`y_1` is left out"],
    "bptt": ["the factor 2 is left out", "the target comes first", "passed back from step 3",
             "1 - a² is taken for the slope", "only the last step", "overwrites",
             "the inputs `x_t` are taken in place of the states `h_{t-1}`"],
    "neuron": ["`b` is left out", "tanh is left out", "tanh is applied to each product"],
    "backprop": ["the factor 1/2 is left out", "the slope of tanh is left out", "`W_2` is left out",
                 "tanh itself is taken for its slope", "the target comes first", "goes uphill",
                 "`alpha` is left out", "`h` is taken for what `W_1` was multiplied by"],
}  # fmt: skip


@free
@pytest.mark.parametrize("topic", OWED)
def test_the_typical_slips_are_known(topic):
    """In nearly every draw the numbers can show each of them."""
    for owed in OWED[topic]:
        seen = sum(
            any(owed in slip.when for question in p.questions for slip in question.visible())
            for p in (worked.practice(topic, seed=seed) for seed in SEEDS)
        )
        assert seen == len(SEEDS), owed


def by_hand(p, t, *, tanh=np.tanh, W_xh=None, W_hh=None, b=1, before=1, chain=1):
    """h_t of a drawn Elman network with something wrong, calculated apart from the slips."""
    k = {name: np.asarray(value).item() for name, value in p.derivation.known.items()}
    W_xh, W_hh = W_xh or k["W_xh"], W_hh or k["W_hh"]
    return tanh(W_xh * k[f"x_{t}"] + chain * W_hh * k[f"h_{t - before}"] + b * k["b_h"])


@free
@pytest.mark.parametrize("seed", range(40))
def test_slips_calculated_by_hand_are_named(seed):
    """The sentences fit the mistakes, not only the numbers in the list."""
    p = worked.practice("elman", seed=seed)
    k = p.derivation.known
    for t in (1, 2):
        said = {
            "tanh is left out": by_hand(p, t, tanh=lambda a: a),
            "the bias `b_h` is left out": by_hand(p, t, b=0),
            "the bias `b_h` is added twice": by_hand(p, t, b=2),
            f"the state `h_{t - 1}` is left out": by_hand(p, t, chain=0),
            "`W_xh` and `W_hh` are exchanged": by_hand(p, t, W_xh=k["W_hh"].item(),
                                                       W_hh=k["W_xh"].item()),
        }  # fmt: skip
        if t == 2:
            said["`h_0` is read in place of `h_1`"] = by_hand(p, t, before=2)
        for when, number in said.items():
            assert p.answer(float(number)).slip == when
        assert p.answer(float(by_hand(p, t))).right
        p.show()


@free
@pytest.mark.parametrize("seed", range(40))
def test_slips_in_bptt_calculated_by_hand_are_named(seed):
    """The same for the way back."""
    p = worked.practice("bptt", seed=seed)
    k = {name: np.asarray(value).item() for name, value in p.derivation.known.items()}
    T, error = 3, k["y_3"] - k["target_3"]
    assert p.answer(error).slip == "the factor 2 is left out"
    assert p.answer(-2 * error).slip == "the target comes first in the difference"
    assert p.answer(2 * error).right
    e = 2 * error * k["W_hy"]
    assert p.answer(e).slip == "the slope of tanh is left out"
    assert p.answer((1 - k["a_3"] ** 2) * e).slip == "1 - a² is taken for the slope"
    delta = (1 - k["h_3"] ** 2) * e
    assert p.answer(delta).right
    p.show()
    e = k["W_hy"] * 2 * (k["y_2"] - k["target_2"])
    s = 1 - k["h_2"] ** 2
    assert p.answer(s * e).slip == "nothing is passed back from step 3"
    assert p.answer(s * e + s * k["W_hh"] * delta).right
    for _ in range(2):
        p.show()
    d = [k[f"delta_{t}"] for t in range(1, T + 1)]
    h, x = [k[f"h_{t}"] for t in range(4)], [k[f"x_{t}"] for t in range(1, 4)]
    assert p.questions[p.at].step.name == "dL/dW_hh"
    states, inputs = "the states `h_{t-1}`", "the inputs `x_t`"
    assert p.answer(np.dot(d, x)).slip == f"{inputs} are taken in place of {states}"
    assert p.answer(np.dot(d, h[1:])).slip == f"the states `h_t` are taken in place of {states}"
    assert p.answer(d[2] * h[2]).slip == "only the last step, 3, contributes"
    assert p.answer(np.dot(d, h[:3])).right


@free
def test_no_slip_is_named_for_random_wrong_numbers():
    """Unless a number happens to lie on one: less than once in a hundred."""
    rng = np.random.default_rng(0)
    answers = named = 0
    for p in draws():
        for question in list(p.questions):
            for number in rng.uniform(-4, 4, size=4):
                if abs(number - question.value) <= allowed(question.value):
                    continue
                reply = p.answer(number)
                answers += 1
                if reply.slip is not None:
                    named += 1
                    value = next(s.value for s in question.slips if s.when == reply.slip)
                    assert abs(number - value) <= allowed(value)
            p.show()
    assert answers > 5000 and named < answers / 100


def one_number(value, slips):
    """A practice with a single question."""
    d = Derivation("One number")
    d.part("Only")
    d.add("y", "output", "7", np.array(float(value)))
    return Practice(d, [Question(d["y"], [Slip(*slip) for slip in slips])])


@free
def test_two_slips_with_the_same_number_are_not_told_apart():
    """Then none of them is named; a third one still is."""
    p = one_number(7, [("a is wrong", 5.0), ("b is wrong", 5.0005), ("c is wrong", 4.0)])
    assert p.answer(5).slip is None and "no slip that I know" in repr(p.answer(5))
    assert p.answer(4).slip == "c is wrong"
    assert p.questions[0].collisions() == 1


@free
def test_a_slip_that_does_not_show_is_not_named():
    """What gives the right number is right."""
    p = one_number(7, [("a is wrong", 7.0), ("b is wrong", 7.0005)])
    assert p.answer(7.0005).right


@free
def test_the_numbers_of_a_draw_lie_apart():
    """Each slip has a number of its own, and no number is too small to be compared."""
    for p in draws():
        assert sum(question.collisions() for question in p.questions) == 0 < APART
        assert min(abs(question.value) for question in p.questions) >= 0.05


@free
def test_an_answer_may_be_text_and_near_is_near():
    """Point, comma, minus sign; a thousandth either way; coarser is told."""
    for answer in ("0.964", " 0,964 ", 0.9649, "9.64e-1", np.float64(0.964), np.array([0.964])):
        assert one_number(0.964027580076, []).answer(answer).right
    assert one_number(-0.5, []).answer("−0.5").right
    assert "keep four decimals" in repr(one_number(0.964027580076, []).answer(0.96))
    assert one_number(1234.5, []).answer(1235.5).right
    for answer in ("abc", "", None, "nan", np.ones(2)):
        with pytest.raises(ValueError, match=r"is no number; type one such as 0\.964\."):
            one_number(1, []).answer(answer)


@free
def test_show_reveals_the_step_and_what_it_rests_on():
    """With numbers, each step once; the summary counts it."""
    p = worked.practice("bptt", seed=2)
    names = [[step.name for step in p.show().steps] for _ in p.questions]
    assert names[1] == ["dL/dh_3|output", "dL/dh_3|next", "dL/dh_3", "delta_3"]
    assert names[6] == ["dL/dW_hh|t=3", "dL/dW_hh|t=2", "dL/dW_hh|t=1", "dL/dW_hh"]
    assert p.done and p.summary() == "0 of 11 right at once, 11 shown."
    assert repr(p.show()).startswith("Done: ")


@free
def test_the_summary_tells_what_happened():
    """At once, later, shown, recognised; each slip once a step."""
    p = worked.practice("elman", seed=1)
    p.answer(p.questions[0].slips[0].value)
    p.answer(p.questions[0].slips[0].value)
    p.answer(p.questions[0].value)
    p.show()
    p.answer(p.questions[2].value)
    assert p.summary() == (
        "1 of 6 right at once, 1 after another try, 1 shown. Recognised: tanh is left out (`h_1`)."
    )


@free
def test_the_same_seed_draws_the_same_example():
    """Another seed another one; without a seed one is drawn and kept."""
    a, b, c = (worked.practice("jordan", seed=seed) for seed in (3, 3, 4))
    assert repr(a) == repr(b) != repr(c)
    p = worked.practice("jordan")
    assert repr(worked.practice("jordan", seed=p.seed)) == repr(p)
    state = np.random.get_state()[1].tolist()
    worked.practice("bptt")
    assert np.random.get_state()[1].tolist() == state


@free
def test_nothing_that_is_asked_is_shown_before():
    """The page has what is given, and for BPTT the forward table."""
    p = worked.practice("bptt", seed=6)
    assert "Forward" in repr(p) and "dL/dy_3 =" not in repr(p).replace("dL/dy_3 (", "")
    assert "Number 1 of 11: dL/dy_3 (slope of the loss at y_3) = ?" in repr(p)
    assert "Backward" not in p._repr_markdown_() and "| $h_{t}$ |" in p._repr_markdown_()
    assert r"$\frac{\partial L}{\partial y_{3}}$" in p._repr_markdown_()


@free
@pytest.mark.parametrize(
    ("topic", "options", "message"),
    [
        (
            "lstmm",
            {},
            "there is no topic 'lstmm'; there are elman, jordan, bptt, neuron, backprop.",
        ),
        ("elman", {"steps": 0}, "steps is 0, expected a whole number from 1 to 6."),
        ("elman", {"hybrid": True}, "elman has no option 'hybrid'; its options: none."),
        ("bptt", {"k": 2}, "bptt has no option 'k'; its options: act, truncate."),
        ("bptt", {"act": "relu"}, "act is 'relu', expected one of identity, tanh, sigmoid."),
    ],
)
def test_an_error_of_practice_is_one_sentence(topic, options, message):
    """What came, and what there is."""
    with pytest.raises(ValueError) as error:
        worked.practice(topic, seed=1, **options)
    assert str(error.value).endswith(message)


class Shell:
    """An IPython with a kernel."""

    kernel = object()


@pytest.fixture
def box(monkeypatch):
    """The box of a practice as in a notebook."""
    pytest.importorskip("ipywidgets")
    monkeypatch.setattr("IPython.get_ipython", lambda: Shell)
    return textbox.box


def test_the_box_asks_checks_and_ends(box):
    """Typing is answering; a slip is named; at the end the box is closed."""
    p = worked.practice("elman", seed=1)
    widget = box(p)
    said, (field, reveal) = widget.children[0], widget.children[1].children
    assert "Number 1 of 6: $h_{1}$ (state) = ?" in said.value
    field.value = str(p.questions[0].slips[0].value)
    assert "tanh is left out" in said.value and p.at == 0
    field.value = "abc"
    assert "is no number" in said.value and "Number 1" in said.value
    field.value = f"{p.questions[0].value:.4f}"
    assert p.at == 1 and field.value == "" and r"\tanh" in said.value
    p.answer(p.questions[1].value)
    assert "Number 3 of 6" in said.value and not field.disabled
    for _ in range(4):
        reveal.click()
    assert field.disabled and reveal.disabled and "Done: 2 of 6" not in said.value
    assert "Done: 1 of 6 right at once, 1 after another try, 4 shown." in said.value
    assert "&amp;=" in said.value and "<code>seed=1</code>" in said.value


def test_the_display_has_the_box_only_where_there_is_a_front_end(box, monkeypatch):
    """In a terminal, or without ipywidgets, the question stands in the text."""
    sent = []
    monkeypatch.setattr("IPython.display.display", lambda shown, **_: sent.append(shown))
    worked.practice("elman", seed=1)._ipython_display_()
    assert len(sent) == 2 and "Number 1" not in sent[0]["text/markdown"]
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    worked.practice("elman", seed=1)._ipython_display_()
    assert len(sent) == 3 and "Number 1" in sent[2]["text/markdown"]
