"""Derivations by hand: their figures, their gradients, and what is shown of them."""

import math
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course import worked
from course.worked import formulas, rounding, slips
from course.worked.table import Table

ROOT = Path(__file__).resolve().parents[2]
ACTS = ("identity", "tanh", "sigmoid")
free = pytest.mark.torch_free


def column(derivation, letter):
    """A letter of a one-unit network along the steps."""
    return derivation.data()[letter].ravel().tolist()


def gradients(derivation):
    """The gradients of a one-unit network as floats."""
    return {name: value.item() for name, value in derivation.data()["gradients"].items()}


def random_case(seed, T, n_x, n_h, n_y):
    """Inputs, targets and weights of any sizes."""
    rng = np.random.default_rng(seed)
    shapes = {"x": (T, n_x), "targets": (T, n_y), "h0": (n_h,), "W_xh": (n_h, n_x)}
    shapes |= {"W_hh": (n_h, n_h), "b_h": (n_h,), "W_hy": (n_y, n_h), "b_y": (n_y,)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


sizes = {"seed": st.integers(0, 2**32 - 1), "T": st.integers(1, 7)}
sizes |= {"n_x": st.integers(1, 4), "n_h": st.integers(1, 5), "n_y": st.integers(1, 4)}


# The worked examples


@free
def test_elman_has_the_figures_of_the_worked_example():
    """All parameters 1, inputs 1, 2, 3, 4."""
    d = worked.elman()
    H = [0.964027580076, 0.999279286166, 0.999909073299, 0.999987709416]
    assert column(d, "H") == pytest.approx(H, abs=5e-13)
    assert column(d, "Y") == pytest.approx([1 + h for h in H], abs=5e-13)
    assert column(d, "a")[1:3] == pytest.approx([3.964027580076, 4.999279286166], abs=5e-13)


@free
@pytest.mark.parametrize(
    ("hybrid", "H"),
    [
        (False, [0.964027580076, 0.999902431588, 0.999987709253, 0.999998336903]),
        (True, [0.964027580076, 0.999985809960, 0.999998336850, 0.999999774928]),
    ],
)
def test_jordan_has_the_figures_of_the_worked_example(hybrid, H):
    """The classic network and the hybrid."""
    d = worked.jordan(hybrid=hybrid)
    assert column(d, "H") == pytest.approx(H, abs=5e-13)
    assert column(d, "Y") == pytest.approx([1 + h for h in H], abs=5e-13)
    assert ("W_hh" in d.given) is ("h_0" in d.given) is hybrid


TABLE = {
    "identity": ([2, 5, 9], [1, 9, 36], 46, (96, 92, 50, 142, 20)),
    "sigmoid": (
        [0.8807970780, 0.9797827978, 0.9931713947],
        [0.0142093366, 1.0408431396, 4.0273610511],
        5.0824135274,
        (-0.0627450732, -0.1929070371, -0.0975089134, -6.1954192299, -6.2924974590),
    ),
    "tanh": (
        [0.9640275801, 0.9992792862, 0.9999090733],
        [0.0012940150, 1.0014419471, 4.0003637151],
        5.0030996772,
        (-0.0035080526, -0.0132389098, -0.0088991410, -6.0691739011, -6.0735681209),
    ),
}


@free
@pytest.mark.parametrize("act", ACTS)
def test_bptt_has_the_figures_of_the_worked_example(act):
    """Inputs 1, 2, 3, targets 2, 3, 4, all parameters 1."""
    H, L, loss, expected = TABLE[act]
    d = worked.bptt(act=act)
    assert column(d, "H") == pytest.approx(H, abs=5e-11)
    assert column(d, "L") == pytest.approx(L, abs=5e-11)
    assert d.data()["loss"] == pytest.approx(loss, abs=5e-11)
    assert list(gradients(d)) == ["W_hh", "W_xh", "b_h", "W_hy", "b_y"]
    assert tuple(gradients(d).values()) == pytest.approx(expected, abs=5e-11)


@free
def test_bptt_of_the_well_scaled_example():
    """W_hh .5, W_xh .3, no biases, tanh."""
    d = worked.bptt(W_hh=0.5, W_xh=0.3, b_h=0, b_y=0, act="tanh")
    assert column(d, "H") == pytest.approx([0.2913126125, 0.6325504136, 0.8385519909], abs=5e-11)
    assert d.data()["loss"] == pytest.approx(18.5191836468, abs=5e-11)
    expected = (-2.1786151140, -17.1217127135, -9.9647480128, -9.2926638478, -14.4751699661)
    assert tuple(gradients(d).values()) == pytest.approx(expected, abs=5e-11)


@free
@pytest.mark.parametrize(
    ("k", "act", "expected"),
    [
        (1, "identity", (72, 50, 20)),
        (2, "identity", (72, 56, 26)),
        (3, "identity", (96, 92, 50)),
        (1, "tanh", (-0.0035070422, -0.0130329900, -0.0086942693)),
    ],
)
def test_truncated_bptt_has_the_figures_of_the_worked_example(k, act, expected):
    """The chain is cut every k steps; k = 1 is the local gradient, k = T the whole one."""
    found = gradients(worked.bptt(truncate=k, act=act))
    assert (found["W_hh"], found["W_xh"], found["b_h"]) == pytest.approx(expected, abs=5e-11)


@free
def test_one_update_has_the_figures_of_the_worked_example():
    """Learning rate 0.01."""
    updated = worked.bptt(alpha=0.01).data()["updated"]
    found = {name: value.item() for name, value in updated.items()}
    assert found == pytest.approx(
        {"W_hh": 0.04, "W_xh": 0.08, "b_h": 0.5, "W_hy": -0.42, "b_y": 0.8}, abs=1e-12
    )


# Against PyTorch


@settings(max_examples=60)
@given(act=st.sampled_from(ACTS), k=st.sampled_from([None, 1, 2, 3, 4, 9]), **sizes)
def test_bptt_agrees_with_autograd(seed, T, n_x, n_h, n_y, act, k):
    """Full and truncated by `detach`, any sizes, all activations."""
    torch = pytest.importorskip("torch")
    case = random_case(seed, T, n_x, n_h, n_y)
    v = {name: torch.tensor(value) for name, value in case.items()}
    weights = [v[name].requires_grad_() for name in ("W_hh", "W_xh", "b_h", "W_hy", "b_y")]
    f = {"identity": lambda a: a, "tanh": torch.tanh, "sigmoid": torch.sigmoid}[act]
    h, loss = v["h0"], torch.zeros((), dtype=torch.float64)
    for t in range(T):
        if k is not None and t % k == 0:
            h = h.detach()
        h = f(v["W_xh"] @ v["x"][t] + v["W_hh"] @ h + v["b_h"])
        loss = loss + ((v["W_hy"] @ h + v["b_y"] - v["targets"][t]) ** 2).sum()
    expected = torch.autograd.grad(loss, weights)
    data = worked.bptt(**case, act=act, truncate=k).data()
    np.testing.assert_allclose(data["loss"], loss.item(), rtol=1e-9)
    for got, want in zip(data["gradients"].values(), expected, strict=True):
        np.testing.assert_allclose(got, want.numpy(), rtol=1e-8, atol=1e-9)
    for name, each in data["contributions"].items():
        np.testing.assert_allclose(each.sum(axis=0), data["gradients"][name], atol=1e-9)


@settings(max_examples=30)
@given(**sizes)
def test_elman_agrees_with_pytorch(seed, T, n_x, n_h, n_y):
    """`nn.RNN` with its second bias at zero."""
    torch = pytest.importorskip("torch")
    case = random_case(seed, T, n_x, n_h, n_y)
    case.pop("targets")
    rnn = torch.nn.RNN(n_x, n_h, dtype=torch.float64)
    with torch.no_grad():
        for p, name in zip(rnn.parameters(), ("W_xh", "W_hh", "b_h"), strict=False):
            p.copy_(torch.tensor(case[name]))
        rnn.bias_hh_l0.zero_()
        H = rnn(torch.tensor(case["x"]), torch.tensor(case["h0"])[None])[0].numpy()
    data = worked.elman(**case).data()
    np.testing.assert_allclose(data["H"], H, atol=1e-12)
    np.testing.assert_allclose(data["Y"], H @ case["W_hy"].T + case["b_y"], atol=1e-12)


@free
@settings(max_examples=30)
@given(hybrid=st.booleans(), **sizes)
def test_jordan_agrees_with_a_plain_loop(seed, T, n_x, n_h, n_y, hybrid):
    """And the classic network reads neither h0 nor W_hh."""
    case = random_case(seed, T, n_x, n_h, n_y)
    case.pop("targets")
    rng = np.random.default_rng(seed + 1)
    case |= {"y0": rng.normal(size=n_y), "W_yh": rng.normal(size=(n_h, n_y))}
    h, y, H = case["h0"], case["y0"], []
    for x in case["x"]:
        a = case["W_xh"] @ x + case["W_yh"] @ y + case["b_h"]
        h = np.tanh(a + case["W_hh"] @ h if hybrid else a)
        y = case["W_hy"] @ h + case["b_y"]
        H.append(h)
    np.testing.assert_allclose(worked.jordan(**case, hybrid=hybrid).data()["H"], H, atol=1e-12)


def test_tensors_are_taken():
    """Also those that carry a graph."""
    torch = pytest.importorskip("torch")
    W = torch.ones(1, 1, requires_grad=True)
    d = worked.elman(x=torch.tensor([1.0, 2.0]), W_hh=W, h0=torch.zeros(1))
    assert column(d, "H") == pytest.approx([0.964027580076, 0.999279286166])


# What is shown


class Matrix:
    """A value that follows the notation: `*` is the product of matrices, `%` entry by entry."""

    def __init__(self, value):
        value = np.asarray(value, dtype=float)
        self.value = value.reshape(-1, 1) if value.ndim < 2 else value

    def __mul__(self, other):
        a, b = self.value, other.value
        return Matrix(a * b if 1 in (a.size, b.size) else a @ b)

    def __mod__(self, other):
        return Matrix(self.value * other.value)

    def __add__(self, other):
        return Matrix(self.value + other.value)

    def __sub__(self, other):
        return Matrix(self.value - other.value)

    def __truediv__(self, other):
        return Matrix(self.value / other.value)

    def __pow__(self, power):
        return Matrix(self.value**power)

    @property
    def T(self):
        """The transpose."""
        return Matrix(self.value.T)


def evaluate(step):
    """Calculate a step from its expression and the numbers in it, as Python reads them."""
    functions = {"tanh": lambda m: Matrix(np.tanh(m.value)),
                 "sigmoid": lambda m: Matrix(1 / (1 + np.exp(-m.value))),
                 "relu": lambda m: Matrix(np.maximum(m.value, 0)),
                 "step": lambda m: Matrix(m.value >= 0),
                 "slope": lambda m: Matrix(m.value > 0)}  # fmt: skip
    source, values, before, last = "", dict(functions), "", ""
    for i, match in enumerate(formulas.TOKEN.finditer(step.expression)):
        kind, shown = match.lastgroup, match[match.lastgroup]
        if before in ("literal", "name", "transpose", "power", "close") and kind in (
            "literal", "name", "open",
        ):  # fmt: skip
            source += "*" if shown != "(" or last not in functions else ""
        if kind in ("literal", "name") and shown not in functions:
            values[f"v{i}"] = Matrix(shown if kind == "literal" else step.known[shown])
            source += f"v{i}"
        else:
            source += {"^T": ".T", "⊙": "%"}.get(shown, shown.replace("^", "**"))
        before, last = kind, shown
    return eval(source, values).value


def every_step():
    """Steps of all kinds, by a readable name."""
    sized = random_case(1, 3, 2, 3, 2)
    forward = {name: value for name, value in sized.items() if name != "targets"}
    jordan = forward | {"y0": np.ones(2), "W_yh": np.full((3, 2), 0.5)}
    derivations = {
        "elman": worked.elman(),
        "elman sized": worked.elman(**forward),
        "elman sigmoid": worked.elman(act="sigmoid", W_xh=-0.3),
        "jordan": worked.jordan(hybrid=True),
        "jordan sized": worked.jordan(**jordan),
        "large": worked.elman(np.ones((2, 9)), W_xh=np.ones((8, 9)), W_hh=np.eye(8),
                              W_hy=np.ones((1, 8))),
    }  # fmt: skip
    for act in ACTS:
        derivations[f"bptt {act}"] = worked.bptt(act=act, truncate=2, W_xh=-0.4, alpha=0.1)
        derivations[f"bptt sized {act}"] = worked.bptt(**sized, act=act, truncate=2)
    derivations["two inputs"] = worked.bptt(np.ones((3, 2)), W_xh=[[0.5, -0.2]], act="tanh")
    derivations["two outputs"] = worked.bptt(targets=np.eye(3)[:, :2], W_hy=[[1], [-1]])
    derivations["long"] = worked.bptt(range(1, 21), range(1, 21), W_hh=0.5)
    return derivations


@pytest.fixture(scope="module")
def shown():
    """Derivations of all kinds."""
    return every_step()


@free
def test_every_formula_gives_its_value(shown):
    """What is printed on the right is what was calculated, for each of some hundred steps."""
    count = 0
    for title, derivation in shown.items():
        for step in derivation:
            if "..." in step.expression:
                continue
            got = np.asarray(evaluate(step), dtype=float)
            want = np.asarray(step.value, dtype=float)
            message = f"{title}: {step.name} = {step.expression}"
            if got.size == 1:
                assert np.ptp(want) == 0 and got.item() == pytest.approx(want.flat[0]), message
            else:
                np.testing.assert_allclose(got.ravel(), want.ravel(), rtol=1e-9, err_msg=message)
            count += 1
    assert count > 300


PAIRS = [(r"\{", r"\}"), (r"\\left[(.]", r"\\right[)|]"), (r"\\begin\{", r"\\end\{")]


def unbalanced(latex):
    """What is wrong with a string of LaTeX, in a word; nothing if it is well formed."""
    for opening, closing in PAIRS:
        depth = 0
        for found in re.finditer(f"(?P<open>{opening})|(?P<close>{closing})", latex):
            depth += 1 if found["open"] else -1
            if depth < 0:
                return closing
        if depth:
            return opening
    if latex.count("$") % 2 or re.search(r"\n\s*\n", re.sub(r"(?s)\$\$\n\n", "", latex)):
        return "$"
    return "nan" if re.search(r"\b(nan|inf)\b", latex) else ""


@free
def test_all_latex_is_well_formed(shown):
    """Braces, brackets, environments and dollar signs are balanced, and nothing is nan."""
    for derivation in shown.values():
        for block in derivation.latex().split("\n\n"):
            assert unbalanced(block) == "", block
            assert block.startswith("$$\n\\begin{aligned}") and block.endswith("{aligned}\n$$")
        for step in derivation:
            for piece in (step.symbol, step.formula, step.numbers, step.result, step.latex()):
                assert unbalanced(piece) == "", piece
        markdown = derivation._repr_markdown_()
        assert markdown.count("$$") % 2 == 0 and "nan" not in markdown
        for table in derivation.tables.values():
            lines = table._repr_markdown_().splitlines()
            assert len({line.count("|") - 2 * line.count("\\right|") for line in lines}) == 1


@free
@pytest.mark.parametrize(
    "latex",
    [r"\frac{a}{b", r"a}", r"\left(a", r"\begin{pmatrix} 1", "$x", "nan", r"\right) \left("],
)
def test_a_planted_fault_in_latex_is_seen(latex):
    """The test above can fail."""
    assert unbalanced(latex)


@free
def test_plain_text_is_readable(shown):
    """No LaTeX, no repr of an object, no stray backtick."""
    for derivation in shown.values():
        for shown_text in (repr(derivation), *map(repr, derivation.tables.values())):
            assert not re.search(r"\\|\$|array\(|object at|`|nan", shown_text)
    assert repr(worked.elman().step(1)).splitlines()[2:] == [
        "t = 1",
        "  a_1 = W_xh x_1 + W_hh h_0 + b_h = 1·1 + 1·0 + 1 = 2   (sum before tanh)",
        "  h_1 = tanh(a_1) = tanh(2) = 0.9640   (state)",
        "  y_1 = W_hy h_1 + b_y = 1·0.9640 + 1 = 1.9640   (output)",
    ]


@free
def test_bptt_shows_the_recursion_and_where_it_is_cut():
    """What arrives from the output and from the next step, apart; the cut at its place."""
    d = worked.bptt(truncate=2)
    headings = [part.heading for part in d.parts]
    assert headings == [
        "Forward", "Losses", "Backward, t = 3", "Backward, t = 2, cut before step 3",
        "Backward, t = 1", "Gradients, summed on the way back",
    ]  # fmt: skip
    assert d["dL/dh_1|output"].value == 2 and d["dL/dh_1|next"].value == 6
    assert d["dL/dh_2|next"].value == 0 and "detached before step 3" in repr(d.step(2))
    assert "cut" not in repr(worked.bptt())
    assert worked.bptt()["dL/dh_2|next"].value == 12
    assert worked.bptt().table("accumulated")[-1] == [1, 96, 92, 50, 142, 20]


@free
def test_parts_can_be_shown_alone():
    """By time step, by position, by name."""
    d = worked.elman()
    assert [step.name for step in d.step(3)] == ["a_3", "h_3", "y_3"]
    assert [step.name for step in d[:2]] == ["a_1", "h_1", "y_1", "a_2", "h_2", "y_2"]
    assert [step.name for step in d[-1]] == ["a_4", "h_4", "y_4"]
    assert len(d) == 4 and d["h_2"].value.item() == pytest.approx(0.999279286166)
    with pytest.raises(ValueError, match=r"no step 5; there are 1, 2, 3, 4\."):
        d.step(5)
    with pytest.raises(KeyError, match="no step is named 'h_9'"):
        d["h_9"]
    with pytest.raises(ValueError, match=r"no table 'x'; there are steps\."):
        d.table("x")


@free
def test_long_derivations_are_shortened_on_display_only():
    """`latex` has all steps, the display the first and the last ones."""
    d = worked.elman(x=range(60))
    assert repr(d).count("\nt = ") == 14 - 1 and "..." in repr(d)
    assert d.latex().count(r"\textbf{t = ") == 60


@free
def test_data_are_copies():
    """Writing into them changes nothing."""
    d = worked.bptt()
    d.data()["gradients"]["W_hh"][:] = 0
    d.data()["H"][:] = 0
    assert gradients(d)["W_hh"] == 96 and column(d, "H") == [2, 5, 9]


@free
def test_the_inputs_are_left_alone():
    """Arrays that came in are not written to."""
    case = random_case(0, 3, 2, 2, 2)
    before = {name: value.copy() for name, value in case.items()}
    worked.bptt(**case, alpha=0.5)
    assert all((before[name] == value).all() for name, value in case.items())


@free
@given(st.floats(-1e9, 1e9), st.integers(1, 12))
def test_rounding_stays_near(value, digits):
    """To half a unit of the last decimal, or of the last significant digit."""
    written = float(rounding.number(value, digits))
    assert abs(written - value) <= max(0.5 * 10.0**-digits if abs(value) < 1e7 else 0,
                                       5 * abs(value) * 10.0**-digits) * (1 + 1e-6)  # fmt: skip
    if 0 < abs(value) < 0.1:
        assert abs(written - value) <= 5.001 * abs(value) * 10.0**-digits


@free
def test_exact_numbers_have_no_zeros_after_them():
    """2 is exact, 2.0000 is rounded."""
    written = [rounding.number(v) for v in (2, 1.99999, 0.1 + 0.2, -0.0, 1e-20, 1 / 3, 12345678.0)]
    assert written == ["2", "2.0000", "0.3", "0", "1e-20", "0.3333", "1.235e+07"]


# What may go wrong

BAD = [
    (lambda: worked.elman(W_xh=[[1], [2]], W_hh=np.ones((3, 3))),
     "elman: W_hy has shape (1, 1), expected (n_y, 2), since W_xh of shape (2, 1) means n_h = 2 "
     "and n_x = 1."),
    (lambda: worked.elman(W_hh=np.ones((3, 3))), "elman: W_hh has shape (3, 3), expected (1, 1)"),
    (lambda: worked.elman(W_xh=[1, 2]), "elman: W_xh has shape (2,), expected (n_h, n_x)."),
    (lambda: worked.elman(b_h=[1, 2]), "elman: b_h has shape (2,), expected (1,)"),
    (lambda: worked.elman(x=[[1, 2]]), "elman: x has shape (1, 2), expected (T, 1)"),
    (lambda: worked.elman(x=[]), "elman: x has shape (0,), expected (T, 1)"),
    (lambda: worked.elman(x=[1, "a"]), "elman: x must be numbers, and [1, 'a'] came."),
    (lambda: worked.elman(x=[[1, 2], [3]]), "elman: x has rows of different lengths."),
    (lambda: worked.elman(x=[1, math.nan]), "elman: x holds nan or an infinite number."),
    (lambda: worked.elman(act="relu"), "elman: act is 'relu', expected one of identity, tanh"),
    (lambda: worked.elman(digits=0), "digits is 0; it must be a whole number from 1 to 12."),
    (lambda: worked.jordan(W_yh=[[1, 1]]), "jordan: W_yh has shape (1, 2), expected (1, 1)"),
    (lambda: worked.bptt(targets=(1, 2)), "bptt: targets has shape (2,), expected (3, 1), since "
     "there are T = 3 steps and n_y = 1."),
    (lambda: worked.bptt(truncate=0), "bptt: truncate is 0, expected None or a whole number >= 1."),
    (lambda: worked.bptt(truncate=True), "bptt: truncate is True"),
    (lambda: worked.bptt(alpha=[1, 2]), "bptt: alpha has shape (2,), expected a single number."),
    (lambda: worked.bptt(range(900), range(900), W_hh=5), "the numbers grow beyond 1e308"),
]  # fmt: skip


@free
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("call", "message"), BAD)
def test_an_error_is_one_sentence(call, message):
    """It says what came and what was expected, and no warning comes with it."""
    with pytest.raises(ValueError, match=re.escape(message)) as error:
        call()
    said = str(error.value)
    assert said.endswith(".") and "\n" not in said and said.count(". ") == 0


@free
def test_a_name_that_nobody_gave_is_an_error():
    """The author of a derivation is told."""
    d = worked.Derivation("A neuron")
    d.part("Forward")
    with pytest.raises(KeyError, match="W"):
        d.add("y", "output", "W x", 1)
    with pytest.raises(ValueError, match="can't be read from"):
        formulas.latex("a # b")


# The package


@free
def test_the_public_names_are_these():
    """A name that is added, renamed or dropped is a decision, made here too."""
    assert worked.__all__ == [
        "Derivation", "Practice", "Question", "Reply", "Slip", "Step", "Table",
        "backprop", "bptt", "cross_entropy", "dropout", "elman", "jordan", "k_fold", "neuron",
        "penalty", "practice",
    ]  # fmt: skip
    assert all(getattr(worked, name).__doc__ for name in worked.__all__)
    assert isinstance(worked.elman().table(), Table) and slips.__doc__


@free
def test_importing_it_needs_numpy_alone():
    """No torch, no Matplotlib, no Jupyter."""
    heavy = {"torch", "matplotlib", "IPython", "ipywidgets", "scipy", "grading", "answers"}
    code = (
        "import sys; from course import worked; worked.bptt(); worked.practice('elman', seed=1);"
        f"sys.exit(bool({heavy!r} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


@free
def test_the_checks_do_not_import_it():
    """`course.checks` stands alone."""
    for path in (ROOT / "course" / "checks").rglob("*.py"):
        assert "worked" not in re.findall(r"import.*", path.read_text(encoding="utf-8")), path
