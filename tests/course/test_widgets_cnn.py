"""Kernel lab: against PyTorch, wrong convolutions, and what is drawn by hand."""

from dataclasses import replace

import numpy as np
import pytest

from course import widgets
from course.widgets import cnn

torch = pytest.importorskip("torch")
conv2d = torch.nn.functional.conv2d


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1, 2])
@pytest.mark.parametrize("dilation", [1, 2, 3])
def test_the_equation_is_pytorchs(stride, padding, dilation):
    """Every setting: its size, its numbers; so the reference needs no PyTorch in the browser."""
    rng = np.random.default_rng(3)
    state = cnn.Lab(
        image=tuple(rng.normal(size=64)), kernel=tuple(rng.normal(size=9)),
        stride=stride, padding=padding, dilation=dilation,
    )  # fmt: skip
    result = cnn.mapped(conv2d, state)
    assert result.problem == "" and result.yours.shape == (state.size(), state.size())
    assert not cnn.differing(state, result).any()
    r, c = replace(state, row=9, column=9).at()
    products = state.window(r, c).ravel() * state.kernel
    assert products.sum() == pytest.approx(result.yours[-1, -1])


def test_a_flipped_kernel_is_seen_where_it_matters():
    """True convolution flips the kernel: the upright edge changes sign; a symmetric one agrees."""
    w = widgets.kernel_lab(lambda x, k, b, s, p, d: conv2d(x, k.flip(-1, -2), b, s, p, d))
    assert cnn.verdict(w.state, w.result).endswith("differs from the equation in 24 of 36 places.")
    w._answer({"values": {"filter": "outline"}})
    assert cnn.verdict(w.state, w.result).endswith("agrees with the equation in all 36 places.")


def test_a_function_without_dilation_has_no_such_control():
    """The exercise may have five arguments; PyTorch's own has seven."""

    def five(x, k, b, stride, pad):
        return conv2d(x, k, b, stride, pad)

    names = [control["name"] for control in widgets.kernel_lab(five).spec["controls"]]
    assert "dilation" not in names and "stride" in names
    w = widgets.kernel_lab(conv2d)
    assert "dilation" in [control["name"] for control in w.spec["controls"]]
    assert widgets.kernel_lab(five).problem == ""


def test_a_choice_is_put_in_and_a_drawing_is_the_students():
    """Choosing a filter sets the kernel; editing it makes it "your own" and is kept."""
    w = widgets.kernel_lab(conv2d)
    content, _ = w._answer({"values": {"filter": "sum", "picture": "one pixel"}})
    assert content["values"]["kernel"] == (1.0,) * 9 and sum(w.state.image) == 1
    assert w.result.yours.sum() == 9
    content, _ = w._answer({"values": {"kernel": [2] + [0] * 7 + [99], "image": [0] * 64}})
    assert (w.state.filter, w.state.picture) == (cnn.OWN, cnn.OWN)
    assert w.state.kernel == (2.0, 0, 0, 0, 0, 0, 0, 0, 9.0)  # 99 is beyond the bounds
    w._answer({"values": {"filter": cnn.OWN, "stride": 2}})
    assert w.state.kernel[0] == 2 and w.state.size() == 3


@pytest.mark.parametrize("values", [{"kernel": [1] * 8}, {"image": [float("nan")] * 64}])
def test_numbers_that_are_none_are_refused(values):
    """A field that was emptied sends nothing; what comes all the same is told."""
    with pytest.raises(ValueError, match="finite numbers"):
        widgets.kernel_lab(conv2d)._answer({"values": values})


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda x, k, b, s, p, d: x, "returned output of shape (1, 8, 8); expected (1, 6, 6)."),
        (lambda x, k, b, s, p, d: None, "returned None (is there a return?) for output;"),
        (lambda x: x, "TypeError"),
    ],
)
def test_a_function_that_fails_gets_a_banner(wrong, words):
    """And picture, kernel and products stay."""
    w = widgets.kernel_lab(wrong)
    assert words in w.problem and w.alt.startswith(w.problem)
    assert "Window times kernel at row 1, column 1 is 2; yours none." in w.alt
    assert w.png() != widgets.kernel_lab(conv2d).png()
