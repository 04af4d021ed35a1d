"""Every kind of call, from a key and a stub through the real build to a check and a grade."""

import ast
import shutil
import time
from pathlib import Path

import nbformat
import numpy as np
import pytest

from course import check
from course.checks import expected
from course.checks.expected import find
from grading import answers
from grading.build import Layout, build
from grading.chapter import read
from grading.compiling import draw, known
from grading.errors import BuildError
from grading.gates import passes
from grading.notebook import insert

pytest.importorskip("torch")

KINDS = Path(__file__).parent / "kinds"
ROOT = KINDS.parents[2]
NAME = "ch97_kinds"
KEYS = {path.stem: answers.load(path) for path in sorted(KINDS.glob("answers/*/*.py"))}
each_key = pytest.mark.parametrize("name", KEYS)


def copied(folder: Path) -> Path:
    """The mini course in a folder of its own."""
    shutil.copytree(KINDS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    return folder


def only(root: Path, *names: str) -> Path:
    """A copy whose chapter has these exercises alone, so that it builds fast."""
    text = root / "chapters" / f"{NAME}.md"
    cells = text.read_text().split("```{code-cell} python\n:exercise: ")
    head, stubs = cells[0], {cell.split("\n")[0]: cell.split("\n```")[0] for cell in cells[1:]}
    kept = [f"```{{code-cell}} python\n:exercise: {stubs[name]}\n```\n" for name in names]
    text.write_text("\n".join([head, *kept]))
    for path in (root / "answers" / NAME).glob("*.py"):
        if path.stem not in names:
            path.unlink()
    return root


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """The mini course, built as it is."""
    root = copied(tmp_path_factory.mktemp("kinds") / "course")
    build(Layout.at(root))
    return root


@pytest.fixture
def with_figures(built, monkeypatch, tmp_path):
    """check() reads the figures that the build made."""
    monkeypatch.setattr(expected, "FOLDER", Layout.at(built).expected)
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path))
    for cached in (expected.find, expected._index):
        cached.cache_clear()
    yield
    for cached in (expected.find, expected._index):
        cached.cache_clear()


def cells(built: Path, step: str) -> dict:
    book = nbformat.read(built / step / NAME / f"{NAME}.ipynb", as_version=4)
    return {c.metadata.get("nbgrader", {}).get("grade_id", c.id): c.source for c in book.cells}


def student(name: str, source: str):
    """What a notebook makes of a cell."""
    import torch

    namespace = {"__name__": "__main__", "torch": torch, "nn": torch.nn}
    exec(compile(source, f"<cell {name}>", "exec"), namespace)
    return namespace[name]


def renamed(target, name: str):
    """A key's function or class under the exercise's name."""
    if isinstance(target, type):
        return type(name, (target,), {})

    def function(*args, **kwargs):
        return target(*args, **kwargs)

    function.__name__ = name
    return function


# The life of a key


def test_the_release_holds_the_stubs_and_the_source_the_solutions(built):
    """Method by method; the students' notebook has each stub as the chapter has it."""
    source, release = cells(built, "source"), cells(built, "release")
    for cell in read(KINDS / "chapters" / f"{NAME}.md").stubs():
        assert release[cell.exercise] == cell.source.rstrip()
        lines = source[cell.exercise].split("\n")
        methods = sum(
            line.strip() == "raise NotImplementedError" for line in cell.source.split("\n")
        )
        assert [line.strip() for line in lines].count("### BEGIN SOLUTION") == methods
        assert "raise NotImplementedError" not in source[cell.exercise]
        assert f"{cell.exercise}-check" in source
    assert "        super().__init__()\n" in source["TinyNet"]


@each_key
def test_the_source_s_cell_gets_full_marks(built, with_figures, name):
    """The instructors' notebook passes its own checks, without a note."""
    report = check(student(name, cells(built, "source")[name]))
    assert (report.state, report.score, report.earned) == ("right", 1.0, report.points), report
    assert not report.messages and not report.notes


@each_key
def test_the_release_s_cell_is_not_attempted(built, with_figures, name):
    """An untouched stub is neither right nor wrong."""
    report = check(student(name, cells(built, "release")[name]))
    assert (report.state, report.score) == ("not attempted", 0), report
    assert not report.messages


@each_key
def test_every_alternative_gets_full_marks(with_figures, name):
    """Another style is as good, in the check and on fresh cases."""
    key = KEYS[name]
    for target in key.module.alternatives:
        report = check(renamed(target, name))
        assert (report.state, report.score) == ("right", 1.0), f"{target}: {report}"
        assert passes(target, draw(key, 1.0, np.random.default_rng(11)))


@each_key
def test_every_mistake_fails_with_a_sentence(with_figures, name):
    """Its own hint alone where a value proves the mistake; where it can't, no mistake is named."""
    key = KEYS[name]
    for mistake in key.mistakes:
        report = check(renamed(key.wrong(mistake), name))
        assert report.state == "wrong" and report.score < 1, mistake.name
        assert report.messages, mistake.name
        if key.named:
            assert report.hints == [mistake.hint], f"{mistake.name}: {report}"
            assert f"This is what you get when {mistake.when}." in report.messages
        else:
            assert not report.hints
        others = [m.when for m in key.mistakes if m is not mistake]
        assert not [when for when in others if when in str(report)], mistake.name


@each_key
def test_a_stub_with_a_mistake_typed_in_is_what_the_key_calls_wrong(built, with_figures, name):
    """Bodies go into the released stub, also of a class, and fail there, too."""
    key = KEYS[name]
    stub = cells(built, "release")[name]
    assert check(student(name, insert(stub, key.body()))).state == "right"
    for mistake in key.mistakes:
        source = insert(stub, key.body(mistake))
        ast.parse(source)
        assert check(student(name, source)).state == "wrong", mistake.name


# Hidden cases


@each_key
def test_fresh_cases_are_drawn_fast_and_accept_the_solution(name):
    """Ten drawings: every one other, none refuses the solution, each in under 50 ms."""
    key, times, seen = KEYS[name], [], set()
    for seed in range(10):
        start = time.process_time()
        exercise = draw(key, 2.0, np.random.default_rng(seed))
        times.append(time.process_time() - start)
        assert passes(key.solution, exercise)
        seen.add(str([case.inputs for case in exercise.cases]))
        assert (exercise.points, exercise.kind) == (2.0, key.kind)
        assert not exercise.mistakes and not exercise.pairs
    assert len(seen) == 10
    assert min(times) < 0.05


def test_no_two_cases_share_a_generator():
    """Each drawing and each case has a seed of its own."""
    seeds = [
        case.inputs["generator"].seed
        for name in ("dropout", "reparameterise", "mask_tokens", "fit_classes")
        for number in range(3)
        for case in draw(KEYS[name], 1.0, np.random.default_rng(number)).cases
    ]
    per_name = len(set(seeds)) / len(seeds)
    assert per_name > 0.5  # the same numbers are drawn for two keys where their inputs agree
    for name in ("dropout", "reparameterise"):
        own = [case.inputs["generator"].seed for case in draw(KEYS[name], 1.0, rng(5)).cases]
        assert len(set(own)) == len(own)


def rng(seed):
    return np.random.default_rng(seed)


@each_key
def test_a_mistake_is_recognised_on_fresh_cases(name):
    """`known` makes what a diagnosis of hidden cases needs; of a trained model it knows none."""
    from course.checks.check import outcomes_of
    from course.checks.diagnosis import diagnose

    key = KEYS[name]
    exercise = known(key, draw(key, 1.0, rng(21)))
    assert len(exercise.mistakes) == (len(key.mistakes) if key.named else 0)
    for mistake in key.mistakes:
        findings = diagnose(exercise, outcomes_of(key.wrong(mistake), exercise))
        assert findings
        named = [f.text for f in findings if f.kind == "named"]
        assert named == ([f"This is what you get when {mistake.when}."] if key.named else [])


@each_key
def test_the_solution_is_never_diagnosed(name):
    """There is nothing to say of a right answer."""
    from course.checks.check import outcomes_of
    from course.checks.diagnosis import diagnose

    key = KEYS[name]
    exercise = known(key, draw(key, 1.0, rng(22)))
    assert diagnose(exercise, outcomes_of(key.solution, exercise)) == []


# What the build refuses

# exercise -> (what stands in the key, what is put there, what is said of it)
KEY_FAULTS = {
    "solution that is no class": (
        "TinyNet",
        "solution = TinyNet",
        "def solution(n_in, n_hidden, n_out):\n    return TinyNet(n_in, n_hidden, n_out)",
        "the solution of a `Module()` is a class",
    ),
    "class without Module": ("TinyNet", "call = Module()", "", "of anything else a function"),
    "call of another type": (
        "TinyNet",
        "call = Module()",
        "call = Module",
        "`call` is Module(...)",
    ),
    "class from elsewhere": (
        "TinyNet",
        "solution = TinyNet",
        "from torch.nn import Linear as solution",
        "does not stand in the key itself",
    ),
    "inputs without weights": ("TinyNet", '"weights": {', '"weight": {', "['weights'] is missing"),
    "weights under other names": (
        "TinyNet",
        '"output.bias": rng.normal(size=n_out)',
        '"out.bias": rng.normal(size=n_out)',
        "It names its parameters output.bias for out.bias",
    ),
    "weights that do not fit": (
        "TinyNet",
        '"hidden.bias": rng.normal(size=n_hidden)',
        '"hidden.bias": rng.normal(size=n_hidden + 1)',
        "hidden.bias has shape (3,); expected (4,)",
    ),
    "another oracle": (
        "TinyNet",
        'torch.tanh(x_w(call["x"]',
        'torch.sigmoid(x_w(call["x"]',
        "solution and oracle differ in result",
    ),
    "oracle without its gradient": (
        "TinyNet",
        'return x_w(h, weights, "output")',
        'return x_w(h.detach(), weights, "output")',
        "solution and oracle differ in gradient of weights.hidden.weight",
    ),
    "mutant of a module": (
        "TinyNet",
        "        return self.output(h)",
        "        return self.output(h) + 0",
        "no case notices the mutant 'return self.output(h) + 0: Add to Sub'",
    ),
    "patch of a class that fits twice": (
        "TinyNet",
        'old="return self.output(h)", new="return torch.tanh(self.output(h))"',
        'old="nn.Linear", new="nn.Bilinear"',
        "occurs 2 times",
    ),
    "buffer without a value": (
        "RunningNorm",
        'buffers=("mean",)',
        'buffers=("var",)',
        "the buffer var is not among the weights",
    ),
    "buffer that moves otherwise": (
        "RunningNorm",
        'torch.lerp(old, batch, init["momentum"])',
        "batch",
        "solution and oracle differ in mean afterwards",
    ),
    "generator not last": (
        "dropout",
        "def solution(x, p, training, generator)",
        "def solution(x, p, generator, training)",
        "a sampler's last argument is `generator`",
    ),
    "criterion that is none": (
        "dropout",
        'used="draws',
        'used="takes',
        "`call` names no criterion",
    ),
    "another distribution": ("dropout", "Bernoulli(1 - p,", "Bernoulli(p,", "is refused for its"),
    "another set of values": (
        "dropout",
        "high=x / (1 - p))",
        "high=x / p)",
        "solution is refused for its set of values",
    ),
    "distribution of another shape": (
        "dropout",
        "Bernoulli(1 - p, high=x / (1 - p))",
        "Bernoulli(1 - p, high=x[0] / (1 - p))",
        "the oracle describes result of shape (4,)",
    ),
    "hardly random": (
        "dropout",
        "return Bernoulli(1 - p,",
        "return Bernoulli(1 - 1e-13,",
        "is hardly random; return its values",
    ),
    "values that are alike": (
        "dropout",
        "x = rng.uniform(0.5, 2, size=shape)",
        "x = rng.uniform(0, 0, size=shape)",
        "two possible values of an element are the same",
    ),
    "too many draws": ("dropout", "Sampler(", "Sampler(draws=10**5, ", "more than 100000 numbers"),
    "mistake that gets through": (
        "dropout",
        'old=">= p", new="< p"',
        'old=">= p", new=">= p - 0.001"',
        "no case notices the mistake 'p_is_kept'",
    ),
    "mistake that gets through at times": (
        "dropout",
        'old=">= p", new="< p"',
        'old=">= p", new=">= (p / 2 if x[0, 0] < -1 else p)"',
        "the mistake 'p_is_kept' passes on some drawings of the cases",
    ),
    "mutant of a sampler": (
        "dropout",
        "    return keep * x / (1 - p)\n",
        "    return keep * x / (1 - p) + 0\n",
        "no case notices the mutant 'return keep * x / (1 - p) + 0: Add to Sub'",
    ),
    "alternative that is wrong": (
        "dropout",
        "torch.full_like(x, 1 - p)",
        "torch.full_like(x, p)",
        "with_bernoulli is refused for its distribution",
    ),
    "mean of another input": (
        "reparameterise",
        "Normal(mean, torch.sqrt",
        "Normal(mean.flip(0), torch.sqrt",
        "solution is refused for its distribution",
    ),
    "part that is not described": (
        "mask_tokens",
        "return Categorical(torch.stack([1 - chance, chance]), values)",
        'return Categorical(torch.stack([1 - chance, chance]), {"masked": values["masked"]})',
        "the oracle does not say what labels is",
    ),
    "part that does not exist": (
        "mask_tokens",
        '"masked": torch.stack',
        '"hidden": torch.stack',
        "which the solution does not return",
    ),
    "no metric": ("fit_classes", '"accuracy"', '"charm"', "'charm' is no metric"),
    "no labels": ("fit_classes", ", labels=y[200:]", "", "has no labels"),
    "threshold too high": (
        "fit_classes",
        "threshold=0.75",
        "threshold=0.93",
        "solution, a right answer, misses the threshold with a chance of 0.",
    ),
    "threshold a little too high": (
        "fit_classes",
        "threshold=0.75",
        "threshold=0.83",
        "misses the threshold with a chance of",
    ),
    "threshold too low": (
        "fit_classes",
        "threshold=0.75",
        "threshold=0.4",
        "the mistake 'one_class' meets the threshold with a chance of",
    ),
    "mistake that is sometimes lucky": (
        "fit_classes",
        'old="w - X.T", new="w + X.T"',
        'old="range(100)", new="range(0)"',
        "the mistake 'uphill' meets the threshold with a chance of",
    ),
    "alternative that learns too little": (
        "fit_classes",
        "range(50)",
        "range(0)",
        "with_optimiser, a right answer, misses the threshold",
    ),
    "error too large to be told": (
        "fit_line",
        "threshold=0.6",
        "threshold=100.0",
        "the mistake 'no_shift' meets the threshold",
    ),
}


@pytest.mark.parametrize("fault", KEY_FAULTS)
def test_a_fault_in_a_key_is_named(tmp_path, fault):
    """Each planted fault stops the build with the key's path and a reason; nothing is written."""
    name, old, new, said = KEY_FAULTS[fault]
    root = only(copied(tmp_path / "course"), name)
    path = root / "answers" / NAME / f"{name}.py"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(BuildError) as error:
        build(Layout.at(root))
    assert said in str(error.value)
    assert f"{name}.py" in str(error.value)
    assert not (root / "source").exists()


FORWARD = (
    '        """Returns the outputs, (B, n_out). Example: a network of zeros returns zeros."""\n'
)
CHAPTER_FAULTS = {
    "a method that does not raise": (
        FORWARD + "        raise NotImplementedError",
        FORWARD + "        return x",
        "the method forward of TinyNet does not raise",
    ),
    "a method that does more": (
        FORWARD,
        FORWARD + "        x = 1\n",
        "the method forward of TinyNet does not raise",
    ),
    "an attribute in the class": (
        "    def __init__(\n        self,\n        n_in",
        "    size = 3\n\n    def __init__(\n        self,\n        n_in",
        "must hold a docstring and methods, and nothing else",
    ),
    "no forward": (
        "    def forward(",
        "    def forwards(",
        "the class TinyNet has no method forward",
    ),
    "another name": ("class TinyNet", "class TinyNets", "the cell of TinyNet defines TinyNets"),
    "two classes": (
        "class TinyNet(",
        "class Other(nn.Module):\n    pass\n\n\nclass TinyNet(",
        "must hold one function or class and nothing else",
    ),
    "other arguments": (
        "        n_hidden,  # number of hidden units\n",
        "",
        "TinyNet(__init__(self, n_in, n_out), forward(self, x)) in the chapter, but "
        "solution(__init__(self, n_in, n_hidden, n_out), forward(self, x))",
    ),
    "a method more": (
        "    def forward(",
        "    def loss(self):\n        raise NotImplementedError\n\n    def forward(",
        "in the chapter, but solution(",
    ),
}


@pytest.mark.parametrize("fault", CHAPTER_FAULTS)
def test_a_fault_in_a_class_s_stub_is_named(tmp_path, fault):
    """Each planted fault stops the build with the stub's line."""
    old, new, said = CHAPTER_FAULTS[fault]
    root = only(copied(tmp_path / "course"), "TinyNet")
    path = root / "chapters" / f"{NAME}.md"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(BuildError, match=rf"{NAME}\.md:\d+: ") as error:
        build(Layout.at(root))
    assert said in str(error.value)


def test_a_leaking_method_stops_the_build(tmp_path, monkeypatch):
    """If nbgrader left a line of one method's solution in the release, nothing is placed."""
    from grading import build as building

    def leaking(root, name, source, target):
        path = target / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True)
        text = (source / name / f"{name}.ipynb").read_text()
        text = text.replace("### BEGIN SOLUTION\\n", "").replace("### END SOLUTION\\n", "")
        path.write_text(text)

    root = only(copied(tmp_path / "course"), "TinyNet")
    monkeypatch.setattr(building, "release", leaking)
    with pytest.raises(BuildError, match="an answer may leak"):
        build(Layout.at(root))
    assert not (root / "release").exists()


def test_the_contract_reads_classes(tmp_path):
    """What a class's stub owes is said of it as of a function's; the mini stubs owe nothing."""
    from grading.contract import exercises

    path = tmp_path / f"{NAME}.md"
    text = (KINDS / "chapters" / f"{NAME}.md").read_text()

    def said(changed: str) -> str:
        path.write_text(changed)
        return "\n".join(line for line in exercises(read(path)) if "TinyNet" in line)

    assert said(text) == ""
    assert "arguments without a comment: x," in said(text.replace("x,  # (B, n_in)\n", "x,\n"))
    assert "without a comment: n_out," in said(
        text.replace("n_out,  # number of outputs", "n_out,")
    )
    assert "no example" in said(text.replace("Example: a network", "A network"))
    assert "what it returns" in said(
        text.replace("Returns the outputs", "The outputs").replace("zeros returns", "zeros gives")
    )


def test_a_new_module_s_skeleton_builds_once_it_is_filled_in(tmp_path):
    """`grading new-exercise` with a class's name makes a class's stub and key."""
    from grading.skeleton import new_exercise

    root = only(copied(tmp_path / "course"), "TinyNet")
    layout = Layout.at(root)
    _, path = new_exercise(layout, NAME, "OneLayer")
    with pytest.raises(BuildError, match=r"OneLayer\.py: a key lists at least two mistakes"):
        build(layout)
    text = path.read_text()
    init = "super().__init__()\n        self.layer = nn.Linear(n_in, n_out)"
    text = text.replace("raise NotImplementedError  # what a student would be proud of", init)
    text = text.replace("out):\n        raise NotImplementedError", f"out):\n        {init}")
    text = text.replace(
        "x):\n        raise NotImplementedError", "x):\n        return self.layer(x)"
    )
    W, b = 'weights["layer.weight"]', 'weights["layer.bias"]'
    oracle = f'torch.addmm({b}, call["x"], {W}.T)'
    text = text.replace("raise NotImplementedError  # another", f"return {oracle}  # another")
    text = text.replace(
        "mistakes = [",
        "mistakes = [\n    Mistake('a', 'it is doubled', 'No.', 'return self', 'return 2 * self'),"
        "\n    Mistake('b', 'it is squared', 'No.', 'self.layer(x)', 'self.layer(x) ** 2'),",
    )
    path.write_text(text)
    build(layout)
    assert "class OneLayer(nn.Module):" in cells(root, "release")["OneLayer"]


def test_find_knows_what_was_built(built, with_figures):
    """Kind, settings and draws came through the file."""
    assert find("TinyNet").settings == {"forward": ["x"]}
    assert find("RunningNorm").cases[0].buffers.keys() == {"mean"}
    assert find("dropout").settings["used"] == "draws from its generator"
    assert {case.draws for case in find("dropout").cases} == {0, 100}
    assert find("fit_classes").cases[0].threshold == 0.75
    assert find("fit_line").settings == {"metric": "mean squared error"}
    assert find("neuron").settings == {} and find("neuron").kind == "function"
