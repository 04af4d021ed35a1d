"""Modules, samplers and trained models: called fairly, judged by outcomes alone, told in words."""

import json
import time
from dataclasses import replace

import numpy as np
import pytest

from course import check, hint
from course.checks.calls import Outcome, tensors
from course.checks.check import outcomes_of
from course.checks.diagnosis import diagnose
from course.checks.distributions import Bernoulli, Normal
from course.checks.expected import DRAWN, Exercise, find
from course.checks.given import FUNCTIONS, Given, Rng
from course.checks.scoring import score, wrong_leaves
from course.checks.values import leaves, pack, unpack

torch = pytest.importorskip("torch")

NAMES = (
    *("RunningNorm", "TinyNet", "dropout", "fit_classes", "fit_line", "mask_tokens", "neuron"),
    "reparameterise",
)
each_kind = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="module")
def drawn(kinds):
    """A drawing of every exercise's cases, with answers."""
    from grading.compiling import draw

    return {name: draw(key, 4.0, np.random.default_rng(3)) for name, key in kinds.items()}


def judged(target, exercise):
    outcomes = outcomes_of(target, exercise)
    return [wrong_leaves(exercise, c, o) for c, o in zip(exercise.cases, outcomes, strict=True)]


def sent(exercise):
    """An exercise after a trip as text and flat arrays."""
    tree, flat = pack(exercise.plain())
    return Exercise.of(unpack(json.loads(json.dumps(tree)), flat))


# What a probe needs, and no more


def test_every_kind_is_tried(kinds):
    """The mini course has one key of each kind at least."""
    assert set(kinds) == set(NAMES)
    assert {key.kind for key in kinds.values()} == {"function", "module", "sampler", "trained"}


@each_kind
def test_a_skeleton_serves_to_call_and_tells_nothing(kinds, drawn, name):
    """The outcomes are the same as with answers; no figure of an answer is left in it."""
    exercise, solution = drawn[name], kinds[name].solution
    bare = sent(exercise.skeleton())
    for case in bare.cases:
        for _, leaf in leaves([case.result, case.gradients, case.buffers]):
            assert np.size(leaf) == 0 or (np.ndim(leaf) == 0 and not leaf)
        assert (case.distribution, case.labels, case.threshold) == (None, None, None)
    assert not (bare.hints or bare.mistakes or bare.pairs)
    for one, other in zip(
        outcomes_of(solution, bare), outcomes_of(solution, exercise), strict=True
    ):
        assert one.fault is None and one.values.keys() == other.values.keys()
        for leaf, value in one.values.items():
            assert np.array_equal(value, other.values[leaf])


@each_kind
def test_a_skeleton_does_not_depend_on_the_answers(drawn, name):
    """With other answers it is the same to the byte."""

    def other(tree):
        if isinstance(tree, dict):
            return {key: other(item) for key, item in tree.items()}
        return np.asarray(tree + 7) if isinstance(tree, np.ndarray) else tree

    exercise = drawn[name]
    cases = tuple(
        replace(
            case,
            result=other(case.result),
            gradients=other(case.gradients),
            buffers=other(case.buffers),
            labels=other(case.labels),
            threshold=case.threshold and 0.123,
            distribution=[] if case.distribution else None,
        )
        for case in exercise.cases
    )
    changed = replace(exercise, cases=cases, hints=("Another.",))
    assert str(pack(changed.skeleton().plain())) == str(pack(exercise.skeleton().plain()))
    assert str(pack(changed.plain())) != str(pack(exercise.plain()))


@each_kind
def test_outcomes_alone_are_judged(kinds, drawn, name):
    """A right answer's outcomes of the skeletons get full marks, an empty reply none."""
    exercise = drawn[name]
    outcomes = outcomes_of(kinds[name].solution, exercise.skeleton())
    wrong = [wrong_leaves(exercise, c, o) for c, o in zip(exercise.cases, outcomes, strict=True)]
    lines, share = score(exercise, wrong)
    assert (share, {line.state for line in lines}) == (1.0, {"right"})
    wrong = [wrong_leaves(exercise, case, Outcome()) for case in exercise.cases]
    assert score(exercise, wrong)[1] == 0.0
    assert all(len(w) == len(c.expected()) for w, c in zip(wrong, exercise.cases, strict=True))


FORGED = {
    "text": lambda value: "right",
    "None": lambda value: None,
    "nothing": lambda value: np.zeros(0),
    "one axis too many": lambda value: np.asarray(value)[None],
    "not a number": lambda value: np.full(np.shape(value), np.nan),
    "huge": lambda value: np.full(np.shape(value), 1e308),
    "bools": lambda value: np.ones(np.shape(value), dtype=bool),
    "fewer draws": lambda value: np.asarray(value).reshape(-1)[:1],
    "large integers": lambda value: np.full(np.shape(value), 2**64 - 1, dtype=np.uint64),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("how", FORGED)
@each_kind
def test_forged_outcomes_are_wrong_and_never_an_error(kinds, drawn, name, how):
    """Whatever a hostile process sends in place of a value is judged, quietly, as wrong."""
    exercise = drawn[name]
    for outcome, case in zip(
        outcomes_of(kinds[name].solution, exercise), exercise.cases, strict=True
    ):
        outcome.values = {
            leaf: value if isinstance(value, bool) else FORGED[how](value)
            for leaf, value in outcome.values.items()
        }
        assert wrong_leaves(exercise, case, outcome)
        diagnose(exercise, [outcome] * len(exercise.cases))


@each_kind
def test_a_check_is_quick(kinds, named, with_kinds, name):
    """Under a tenth of a second of processor time, the best of five."""
    student = named(kinds[name].solution, name)
    check(student)
    times = []
    for _ in range(5):
        start = time.process_time()
        check(student)
        times.append(time.process_time() - start)
    assert min(times) < 0.1


@each_kind
def test_a_check_leaves_the_notebook_s_random_numbers_alone(kinds, named, with_kinds, name):
    """What a student draws next does not depend on whether she checked."""
    torch.manual_seed(5)
    check(named(kinds[name].solution, name))
    first = torch.rand(3)
    torch.manual_seed(5)
    assert torch.equal(first, torch.rand(3))


# What is given by name


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_given_function_arrives_as_torch_has_it(name):
    """Each name of the registry is a function of a tensor that keeps its shape and dtype."""
    x = torch.tensor([-1.0, 0.0, 2.0], dtype=torch.float64)
    known = {
        "identity": x,
        "step": torch.tensor([0.0, 1, 1], dtype=torch.float64),
        "relu": x.clamp(min=0),
        "sigmoid": 1 / (1 + (-x).exp()),
        "tanh": x.sinh() / x.cosh(),
    }
    assert torch.allclose(tensors(Given(name))(x), known[name])


def test_a_seed_arrives_as_a_generator():
    """Fresh for every call."""
    one, other = tensors([Rng(7), Rng(7)])
    assert one is not other
    expected = torch.rand(2, generator=torch.Generator().manual_seed(7))
    assert torch.equal(torch.rand(2, generator=one), expected)
    assert torch.equal(torch.rand(2, generator=other), expected)


# Modules

TINY = """
class TinyNet({base}):
    def __init__(self, n_in, n_hidden, n_out):
        {start}
        {layers}

    def forward(self, x):
        {forward}
"""
USUAL = {
    "base": "nn.Module",
    "start": "super().__init__()",
    "layers": "self.hidden, self.output = nn.Linear(n_in, n_hidden), nn.Linear(n_hidden, n_out)",
    "forward": "return self.output(torch.tanh(self.hidden(x)))",
}
# What differs from the usual class -> what the report says
MODULES = {
    "no super": ({"start": "pass"}, "Begin __init__ with super().__init__()."),
    "no layers, no super": (
        {"start": "pass", "layers": "pass"},
        "Begin __init__ with super().__init__().",
    ),
    "no nn.Module": ({"base": "object"}, "begin with class TinyNet(nn.Module)"),
    "plain tensor": (
        {"layers": "self.hidden = torch.zeros(n_hidden, n_in)"},
        "Its parameters are none; the stub prescribes hidden.weight, hidden.bias, output.weight, "
        "output.bias. self.hidden is a plain tensor, which no optimiser finds",
    ),
    "plain list": (
        {"layers": "self.layers = [nn.Linear(n_in, n_hidden), nn.Linear(n_hidden, n_out)]"},
        "self.layers is a plain list; nn.ModuleList registers its layers.",
    ),
    "plain dict": (
        {"layers": "self.layers = {'a': nn.Linear(n_in, n_hidden)}"},
        "self.layers is a plain dict; nn.ModuleDict registers its layers.",
    ),
    "list of tensors": (
        {"layers": "self.weights = [torch.zeros(n_hidden, n_in)]"},
        "self.weights is a plain list, which registers nothing",
    ),
    "layers made in forward": (
        {"layers": "self.n = n_in", "forward": "return nn.Linear(self.n, 2)(x)"},
        "Is each layer made in __init__, as an attribute of self?",
    ),
    "no bias": (
        {"layers": USUAL["layers"].replace("n_out)", "n_out, bias=False)")},
        "self.output is there, but it has no bias.",
    ),
    "one layer too many": (
        {"layers": USUAL["layers"] + "; self.third = nn.Linear(1, 1)"},
        "Too many: third.weight, third.bias.",
    ),
    "sizes exchanged": (
        {"layers": USUAL["layers"].replace("n_in, n_hidden", "n_hidden, n_in")},
        "hidden.weight has shape (2, 3); expected (3, 2).",
    ),
    "layer called in __init__": (
        {"layers": "self.hidden = torch.tanh(nn.Linear(n_in, n_hidden))"},
        "A layer is no number yet",
    ),
    "input in __init__": (
        {"layers": "self.hidden = nn.Linear(n_in, n_hidden)(x)"},
        "NameError: name 'x' is not defined",
    ),
    "tensor in a layer's place": (
        {"layers": USUAL["layers"] + "; self.f = torch.zeros(1)", "forward": "return self.f(x)"},
        "A tensor stands where a layer should",
    ),
    "forward without return": ({"forward": "self.output(self.hidden(x))"}, "is a return missing?"),
    "detached": (
        {"forward": USUAL["forward"].replace("self.hidden(x)", "self.hidden(x).detach()")},
        "result and gradient of weights.output.bias are right in every case; gradient of "
        "weights.hidden.weight and gradient of call.x are not.",
    ),
    "input changed": (
        {"forward": "x += 0.5; " + USUAL["forward"]},
        "It changes its input x; whoever called it still needs that as it was.",
    ),
    "weights changed": (
        {"forward": "self.hidden.weight.data.mul_(2.0); " + USUAL["forward"]},
        "Going forward changes hidden.weight; weights are for the optimiser to change.",
    ),
    "not a layer in it": ({"forward": "return x"}, "The result has shape (4, 2); expected (4, 5)"),
}


def tiny(cell, **changes):
    return cell(TINY.format(**USUAL | changes), "TinyNet", torch=torch, nn=torch.nn)


def test_the_usual_class_is_right(cell, with_kinds):
    """The table below differs from something that passes."""
    report = check(tiny(cell))
    assert report.state == "right" and not report.notes


@pytest.mark.parametrize("fault", MODULES)
def test_a_faulty_module_gets_a_sentence_that_helps(cell, with_kinds, fault):
    """Built, loaded or called: what went wrong is said, and the score is not full."""
    changes, said = MODULES[fault]
    report = check(tiny(cell, **changes))
    assert report.state == "wrong" and report.score < 1
    assert said in str(report), report


def test_the_line_of_an_error_is_the_student_s_own(cell, with_kinds):
    """Of all frames between the check and the fault, her line is shown."""
    report = check(tiny(cell, forward="return self.output(x.nothing)"))
    assert "in line 8, `return self.output(x.nothing)`" in str(report)


def test_other_names_are_accepted_where_shapes_leave_no_doubt(cell, with_kinds):
    """The answer counts, with a note; where two shapes are alike it can't be told, and is not."""
    layers = USUAL["layers"].replace("self.hidden", "self.a").replace("self.output", "self.b")
    student = tiny(cell, layers=layers, forward="return self.b(torch.tanh(self.a(x)))")
    exercise = find("TinyNet")
    wrong = judged(student, exercise)
    square = [
        case.inputs["init"]["n_in"] == case.inputs["init"]["n_out"] for case in exercise.cases
    ]
    assert any(square) and not all(square)
    assert [bool(names) for names in wrong] == square
    outcome = outcomes_of(student, exercise)[0]
    assert "It names its parameters a.weight for hidden.weight" in outcome.loose
    assert "the stub prescribes hidden.weight" in str(check(student))


def test_a_module_half_written_is_not_attempted_yet(cell, with_kinds):
    """The method that still raises is named; the untouched stub gets no remark."""
    report = check(tiny(cell, forward="raise NotImplementedError"))
    assert report.state == "not attempted"
    assert report.messages == ["The rest is there; `forward` still raises NotImplementedError."]
    stub = {"start": "raise NotImplementedError", "layers": ""}
    report = check(tiny(cell, **stub, forward="raise NotImplementedError"))
    assert (report.state, report.messages) == ("not attempted", [])
    forgotten = "y = self.hidden(x)\n        raise NotImplementedError"
    report = check(tiny(cell, forward=forgotten))
    assert "the line `raise NotImplementedError` is, too: delete it." in report.messages[0]


def test_what_is_no_class_of_this_name_is_told(cell, kinds, named, with_kinds):
    """A network, a function and changed arguments each get their own sentence."""
    network = tiny(cell)(1, 2, 3)
    assert "Give it the class, check(TinyNet)." in str(check(network))

    def function(n_in, n_hidden, n_out):
        return 1

    function.__name__ = "TinyNet"
    assert "is a class in the stub, class TinyNet(nn.Module)" in str(check(function))
    assert "yours is a class" in str(check(named(kinds["TinyNet"].solution, "dropout")))
    renamed = TINY.format(**USUAL).replace("forward(self, x)", "forward(self, z)")
    student = cell(renamed.replace("hidden(x)", "hidden(z)"), "TinyNet", torch=torch, nn=torch.nn)
    assert "The stub's arguments of forward are (x), in this order; yours are (z)." in str(
        check(student)
    )
    renamed = TINY.format(**USUAL).replace("n_hidden", "h")
    student = cell(renamed, "TinyNet", torch=torch, nn=torch.nn)
    assert "The stub's arguments of __init__ are (n_in, n_hidden, n_out)" in str(check(student))


def test_a_failing_module_can_be_tried_again(cell, with_kinds):
    """The report's inputs are what a network is made, loaded and called with."""
    student = tiny(cell, forward="return self.output(self.hidden(x))")
    inputs = check(student).inputs
    network = student(**inputs["init"]).double()
    network.load_state_dict(inputs["weights"])
    assert network(**inputs["call"]).shape == (len(inputs["call"]["x"]), inputs["init"]["n_out"])


def test_a_float32_network_of_a_student_s_own_tensors_is_explained(cell, with_kinds):
    """Registered weights follow the case's dtype; a tensor made in forward does not."""
    student = tiny(cell, forward="return self.output(torch.tanh(self.hidden(x)) @ torch.eye(9))")
    assert "dtype=x.dtype" in str(check(student)) or "shape" in str(check(student))
    zeros = "return self.output(torch.tanh(self.hidden(x)) @ torch.eye(self.output.in_features))"
    assert "dtype=x.dtype" in str(check(tiny(cell, forward=zeros)))


# Samplers

DROPOUT = "def dropout(x, p, training, generator):\n    if not training:\n        return x\n    "
KEEP = "keep = torch.rand(x.shape, generator=generator) >= p\n    "
USES, VALUES, LAW = (
    "draws from its generator",
    "kept entries are x / (1 - p)",
    "each entry has its own chance p",
)
# A body, the criteria that it misses, what is said
SAMPLERS = {
    "right": (KEEP + "return keep * x / (1 - p)", set(), ""),
    "right in float32": (KEEP + "return (keep * x / (1 - p)).float()", set(), "float32"),
    "right in numpy": (KEEP + "return keep.numpy() * x.numpy() / (1 - p)", set(), "accepted"),
    "torch's own generator": (
        "keep = torch.rand(x.shape) >= p\n    return keep * x / (1 - p)",
        {USES},
        "It takes no random number from its generator",
    ),
    "both generators": (
        "a = torch.rand(x.shape, generator=generator) + torch.rand(x.shape)\n"
        "    return ((a % 1) >= p) * x / (1 - p)",
        {USES},
        "Called twice with the same seed, it returns two different results.",
    ),
    "seeds torch": (
        "torch.manual_seed(0)\n    " + KEEP + "return keep * x / (1 - p)",
        {USES},
        "It draws from torch's own generator, or seeds it",
    ),
    "the same every time": (
        "torch.rand(1, generator=generator)\n    keep = torch.arange(x.numel()) % 3 > 0\n    "
        "return keep.reshape(x.shape) * x / (1 - p)",
        {USES, LAW},
        "It returns the same for every seed.",
    ),
    "numpy's generator": (
        "import numpy as np\n    keep = torch.tensor(np.random.random(x.shape)) >= p\n    "
        "return keep * x / (1 - p)",
        {USES},
        "It takes no random number from its generator",
    ),
    "not scaled": (
        KEEP + "return keep * x",
        {VALUES, LAW},
        "Some of its values never come out of a right sampler.",
    ),
    "NaN": (KEEP + "return x / 0 * keep", {VALUES, LAW}, "Some of its values are NaN or infinite."),
    "one axis too few": (
        KEEP + "return (keep * x / (1 - p))[0]",
        {VALUES, LAW},
        "A draw has not the right shape.",
    ),
    "shape by chance": (
        KEEP + "return x[keep]",
        {USES, VALUES, LAW},
        "with one seed",
    ),
    "an error": (KEEP + "return keep @ 3", {USES, VALUES, LAW}, "It stopped in line 5"),
    "a little too often": (
        "keep = torch.rand(x.shape, generator=generator) >= p + 0.1\n    return keep * x / (1 - p)",
        {LAW},
        "",
    ),
    "by column": (
        "keep = torch.rand(x.shape[1:], generator=generator) >= p\n    return keep * x / (1 - p)",
        {LAW},
        "The entries of a draw depend on each other",
    ),
    "in halves": (
        "half = torch.rand(x.numel() // 2, generator=generator)\n    "
        "keep = torch.cat([half, half]).reshape(x.shape) >= p\n    return keep * x / (1 - p)",
        {LAW},
        "The entries of a draw depend on each other",
    ),
    "a fixed number": (
        "order = torch.randperm(x.numel(), generator=generator)\n    "
        "keep = order.reshape(x.shape) >= round(p * x.numel())\n    return keep * x / (1 - p)",
        {LAW},
        "",
    ),
}


def sampler(cell, body):
    return cell(DROPOUT + body, "dropout", torch=torch)


@pytest.mark.parametrize("how", SAMPLERS)
def test_a_sampler_is_judged_by_its_draws(cell, with_kinds, how):
    """Each fault costs the criteria that it breaks, no other, and is said."""
    body, missed, said = SAMPLERS[how]
    report = check(sampler(cell, body))
    assert {line.title for line in report.lines if line.state == "wrong"} == missed, report
    assert said in str(report), report


def test_what_is_clear_is_not_called_unclear(cell, with_kinds):
    """The general sentence stands only where there is no better one."""
    report = check(sampler(cell, KEEP.replace(">= p", "< p") + "return keep * x / (1 - p)"))
    assert "Its values are possible ones, but they come in wrong proportions." in report.messages
    slightly = check(
        sampler(cell, KEEP.replace(">= p", ">= p + 0.1") + "return keep * x / (1 - p)")
    )
    for said in (report, slightly):
        texts = [text for text in said.messages if "distribution of its draws" in text]
        assert len(texts) == ("proportions" not in str(said))


def test_the_first_impossible_value_is_shown(cell, with_kinds):
    """Where it is, what may stand there, what came."""
    report = check(sampler(cell, KEEP + "return keep * x"))
    assert "in draw 1: 0. or" in report.failing


def test_a_sampler_that_changes_its_input_is_told(cell, with_kinds):
    """Right draws do not make up for spoilt data."""
    report = check(sampler(cell, KEEP + "x *= keep / (1 - p)\n    return x"))
    assert report.state == "wrong" and "It changes its input x" in str(report)


def test_no_mistake_is_named_for_first_draws_that_are_right(kinds, drawn):
    """A mistake that shows only in later draws is no explanation of an answer that differs there.

    The listed mistake's first draws are the solution's own; the answer spoils another seed's.
    """
    from grading.compiling import known
    from grading.keys import Mistake

    key = kinds["dropout"]
    late = Mistake("late", "every second seed is odd", "Count.", function=_from_second(key, 0.5))
    exercise = known(_with_mistakes(key, [late]), drawn["dropout"])
    outcomes = outcomes_of(_from_second(key, 2.0), exercise)
    findings = diagnose(exercise, outcomes)
    assert findings and not [f for f in findings if f.kind == "named"]


def _from_second(key, factor):
    """The solution, whose draws are multiplied from a case's second seed on."""
    seen = {}

    def sampler(x, p, training, generator):
        seeds = seen.setdefault((tuple(x.shape), p, training), [])
        seeds.append(generator.initial_seed())
        later = len(set(seeds)) > 1 and generator.initial_seed() != seeds[0]
        return key.solution(x, p, training, generator) * (factor if later else 1.0)

    return sampler


def _with_mistakes(key, mistakes):
    from grading.answers import Key

    class Other(Key):
        @property
        def mistakes(self):
            return mistakes

    return Other(key.name, key.path, key.module)


NORMAL = "def reparameterise(mean, log_var, generator):\n    z = torch.randn(mean.shape, "
NORMAL += "generator=generator, dtype=mean.dtype)\n    std = (log_var / 2).exp()\n    return "
# A right side, what is said, and what must not be said
DEPEND = "The entries of a draw depend on each other"
WORDS = {
    "right": ("mean + std * z", "right", "wrong"),
    "too wide": (
        "mean + 2 * std * z",
        "The mean is right, the spread is not: the draws scatter too much.",
        "depend",
    ),
    "too narrow": (
        "mean + std * z / 2",
        "The mean is right, the spread is not: the draws scatter too little.",
        "depend",
    ),
    "too high": (
        "mean + 1.0 + std * z",
        "The spread is right, the mean is not: the draws lie too high.",
        "depend",
    ),
    "too low": ("mean - 1.0 + std * z", "the draws lie too low", "scatter"),
    "both": ("mean + 1 + 2 * std * z", "The mean is not right: the draws lie too high.", "depend"),
    "one noise": ("mean + std * z[:1, :1]", DEPEND, "mean is n"),
    "mirrored": ("mean + std * torch.cat([z[:1], -z[:1], z[2:]])", DEPEND, "spread"),
    "normalised": (
        "mean + std * (z - z.mean()) * (z.numel() / (z.numel() - 1)) ** 0.5",
        DEPEND,
        "mean is n",
    ),
    "uniform": (
        "mean + std * (torch.special.ndtr(z) - 0.5) * 12 ** 0.5",
        "but the shape of the distribution is not",
        "depend",
    ),
    "heavy tails": ("mean + std * z * torch.where(z.abs() > 2, 2.0, 0.75)", "", "depend"),
    "without randomness": ("mean + 0 * z", "It returns the same for every seed.", "depend"),
    "huge": ("mean + 1e300 * z", "the spread is not: the draws scatter too much", "depend"),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("how", WORDS)
def test_what_is_said_of_a_distribution_is_true(cell, with_kinds, how):
    """Mean, spread, shape and dependence are told apart; nothing else is accused."""
    right_side, said, unsaid = WORDS[how]
    report = check(cell(NORMAL + right_side, "reparameterise", torch=torch))
    assert (report.state == "right") == (how == "right"), report
    messages = " ".join(report.messages) if how != "right" else str(report)
    assert said in messages, report
    assert unsaid not in messages, report


@pytest.mark.parametrize("law", ["a coin", "a normal number"])
def test_a_single_number_is_judged_and_told_of(drawn, law):
    """A sampler of one number has no entries to compare; its shares or moments are judged."""
    tree = {"a coin": Bernoulli(0.3), "a normal number": Normal(0.0, 1.0)}[law].plain()
    case = replace(
        drawn["dropout"].cases[0],
        inputs={"generator": Rng(3)},
        result=np.zeros(()),
        distribution=[{"of": ["result"], "law": tree}],
    )
    if law == "a coin":
        case.distribution[0]["law"]["values"] = {"result": tree["values"][""]}
    exercise = replace(drawn["dropout"], cases=(case,), arguments=("generator",))

    def right(generator):
        if law == "a coin":
            return (torch.rand((), generator=generator) < 0.3).double()
        return torch.randn((), generator=generator, dtype=torch.float64)

    def wrong(generator):
        return 1 - right(generator) if law == "a coin" else 3 * right(generator)

    assert judged(right, exercise) == [[]]
    outcomes = outcomes_of(wrong, exercise)
    assert wrong_leaves(exercise, case, outcomes[0]) == ["distribution"]
    said = [finding.text for finding in diagnose(exercise, outcomes)]
    assert any("proportions" in text or "the spread is not" in text for text in said)


def test_two_results_that_belong_together_are_judged_together(kinds, drawn):
    """Each label fits some draw, but not the draw that it came with."""

    def apart(ids, p, generator):
        masked, _ = kinds["mask_tokens"].solution(ids, p, generator)
        _, labels = kinds["mask_tokens"].solution(ids, p, generator)
        return masked, labels

    (first, *_), *_ = judged(apart, drawn["mask_tokens"])
    assert first == DRAWN[1]


def test_what_is_exact_earns_nothing_beside_a_wrong_distribution(drawn):
    """Only where the key gives it a criterion of its own does it count alone."""

    def fixed_spread(mean, log_var, generator):
        return mean + torch.randn(mean.shape, generator=generator, dtype=mean.dtype)

    lines, share = score(drawn["reparameterise"], judged(fixed_spread, drawn["reparameterise"]))
    assert [(line.title, line.state) for line in lines] == [
        ("draws from its generator", "right"),
        ("mean and spread", "wrong"),
    ]
    assert share == pytest.approx(1 / 3)


# Trained models

CLASSES = "def fit_classes(X, y, X_new, generator):\n    w = (X.T @ (2 * y - 1)) / len(y)\n    "
CLASSES += "b = -(X @ w).mean()\n    score = X_new @ w + b\n    return "
TRAINED = {
    "right": ("(score > 0).double()", "right"),
    "right as integers": ("(score > 0).long()", "right"),
    "right as bools": ("score > 0", "right"),
    "exchanged": ("(score < 0).double()", "With the two classes exchanged, it would be right."),
    "one class": ("torch.ones_like(score)", "It predicts the same for every input."),
    "probabilities": ("torch.sigmoid(score)", "return the class itself, no probability"),
    "one row": (
        "(score > 0).double()[None]",
        "The predictions have shape (1, 300); expected (300,)",
    ),
    "for the wrong inputs": ("(X @ w + b > 0).double()", "The predictions have shape (200,)"),
    "NaN": ("score / 0 * 0", "Some predictions are NaN or infinite"),
    "guesses": (
        "torch.randint(2, score.shape, generator=generator)",
        "Of all predictions for held-out inputs, a share of 0.",
    ),
    "no return": ("None", "is a return missing?"),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("how", TRAINED)
def test_a_trained_model_is_judged_by_its_predictions(cell, with_kinds, how):
    """Reached or not, with a sentence that is true; no mistake is ever named."""
    body, said = TRAINED[how]
    report = check(cell(CLASSES + body, "fit_classes", torch=torch))
    assert report.state == ("right" if how.startswith("right") else "wrong"), report
    assert said in str(report), report
    assert "This is what you get" not in str(report)


def test_a_trained_model_never_sees_the_labels(drawn):
    """They are no part of what a student's function is called with."""
    for name in ("fit_classes", "fit_line"):
        for case in drawn[name].cases:
            assert case.labels.size > 100
            for _, leaf in leaves(case.inputs):
                if isinstance(leaf, np.ndarray) and leaf.ndim == 1:
                    assert not set(leaf) >= set(case.labels) or set(leaf) <= {0.0, 1.0}


@each_kind
def test_hints_serve_every_kind(kinds, with_kinds, name):
    """By name and by function or class."""
    assert kinds[name].module.hints[0] in hint(name)
