"""A check names a mistake only when the student made it."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course import check
from course.checks import diagnosis
from course.checks.check import outcomes_of
from course.checks.compare import agree
from course.checks.diagnosis import diagnose
from course.checks.expected import find

torch = pytest.importorskip("torch")

ROOT = Path(__file__).resolve().parents[2]
NAMES = sorted(path.stem for path in ROOT.glob("answers/*/*.py") if path.stem != "quiz")

VERSIONS = 150
each_key = pytest.mark.parametrize("name", NAMES)


def claimed(key, outcomes):
    """The listed mistakes that are named outright, as sets of names (two for a pair)."""
    exercise = find(key.name)
    texts = [f.text for f in diagnose(exercise, outcomes) if f.kind == "named"]
    found = []
    for known in (*exercise.mistakes, *exercise.pairs):
        if any(all(when in text for when in known.when) for text in texts):
            found.append({m for m in key.mistakes if m.when in known.when})
    # Of a pair's sentence also each half is found; only the whole of it is claimed.
    return [one for one in found if not any(one < other for other in found)]


def slandered(key, outcomes, others):
    """The claimed mistakes that do not return what the student returned, case by case."""
    exercise = find(key.name)
    wrongly = []
    for mistakes in claimed(key, outcomes):
        names = frozenset(m.name for m in mistakes)
        if names not in others:
            ordered = [m for m in key.mistakes if m in mistakes]  # patches apply in this order
            others[names] = outcomes_of(key.wrong(*ordered), exercise)
        for mine, theirs in zip(outcomes, others[names], strict=True):
            if not alike(mine, theirs, exercise.relative):
                wrongly.append(names)
                break
    return wrongly


def alike(mine, theirs, relative):
    """Whether two outcomes hold the same values, NaN and errors being alike."""
    if mine.fault or theirs.fault:
        return bool(mine.fault) == bool(theirs.fault)
    return mine.values.keys() == theirs.values.keys() and all(
        agree(np.nan_to_num(mine.values[n], nan=1e300), np.nan_to_num(want, nan=1e300), relative)
        for n, want in theirs.values.items()
    )


def wrong_versions(key):
    """Mechanical mutants of the solution and of everything made of it by listed mistakes.

    At most VERSIONS of them, evenly picked: a long key has over a thousand.
    """
    from grading.mutants import limited, mutants

    def made(source):
        function = key.function(source)
        return limited(function) if "while" in source else function  # counting lines is slow

    sources = {"solution": key.source}
    sources |= {m.name: key.patched(m) for m in key.mistakes if m.function is None}
    for origin, source in sources.items():
        yield f"{origin} itself", made(source)
    changed = [
        (f"{origin}, {name}", mutant)
        for origin, source in sources.items()
        for name, mutant in mutants(source)
    ]
    for version, mutant in changed[:: 1 + len(changed) // VERSIONS]:
        yield version, made(mutant)


@each_key
def test_no_mutant_is_accused_of_what_it_did_not_do(keys, name):
    """A mutant that is told "this is what you get when ..." returns exactly that, in every case."""
    key, others, accused = keys[name], {}, 0
    for version, function in wrong_versions(key):
        outcomes = outcomes_of(function, find(name))
        assert slandered(key, outcomes, others) == [], version
        accused += bool(claimed(key, outcomes))
    assert accused >= 2  # the listed mistakes are among the versions, and they are named


def test_a_careless_diagnosis_would_be_caught(keys, monkeypatch):
    """Were the first listed mistake named whatever comes, the test above would notice."""
    key, exercise = keys["unroll_loss"], find("unroll_loss")
    text = f"This is what you get when {exercise.mistakes[0].when[0]}."
    guess = [diagnosis.Finding("named", text, "Look there.")]
    monkeypatch.setattr(diagnosis, "_whole", lambda answer, candidates: guess)
    outcomes = [outcomes_of(function, exercise) for _, function in wrong_versions(key)]
    assert any(slandered(key, found, {}) for found in outcomes)


@each_key
def test_no_mutant_is_accepted(keys, named, name):
    """Every mechanical change of a solution is noticed, but for those excused by name."""
    from grading.mutants import limited, mutants

    key = keys[name]
    survivors = {
        mutant
        for mutant, source in mutants(key.source)
        if check(named(limited(key.function(source)), name)).state == "right"
    }
    assert survivors <= set(key.excused_mutants)


def shaken(solution, how, seed, size):
    """A solution whose results are disturbed, the same way in every call."""

    def disturb(value):
        value = torch.as_tensor(value, dtype=torch.float64)
        noise = np.random.default_rng(seed).normal(size=tuple(value.shape))
        changed = {
            "noise": value + size * torch.as_tensor(noise),
            "scale": value * (1 + size),
            "shift": value + size,
            "square": value + size * value**2,
        }
        return changed[how]

    def function(**inputs):
        return [disturb(value) for value in solution(**inputs)]

    return function


@each_key
@settings(max_examples=40)
@given(
    how=st.sampled_from(["noise", "scale", "shift", "square"]),
    seed=st.integers(0, 2**31),
    # No whole number: twice a loss is what a listed mistake makes of it, and rightly named.
    size=st.floats(1e-3, 3).filter(lambda size: abs(size - round(size)) > 1e-4),
)
def test_disturbed_results_are_no_listed_mistake(keys, name, how, seed, size):
    """Noise, a factor, an offset or a curve on a right result: wrong, but nothing to name."""
    outcomes = outcomes_of(shaken(keys[name].solution, how, seed, size), find(name))
    findings = diagnose(find(name), outcomes)
    assert [f for f in findings if f.kind == "named"] == [], findings
    assert [f for f in findings if f.hint] == [], findings


def branching(key, mistake, where):
    """The solution, but with one mistake made where `where(inputs)` holds."""
    wrong = key.wrong(mistake)

    def function(**inputs):
        return (wrong if where(inputs) else key.solution)(**inputs)

    return function


@pytest.mark.parametrize("hybrid", [True, False])
def test_a_mistake_made_in_one_branch_only_is_not_named_outright(keys, named, hybrid):
    """It is told together with where it is made, and its hint is given."""
    key = keys["jordan"]
    (mistake,) = [m for m in key.mistakes if m.name == "y_not_carried"]
    report = check(
        named(branching(key, mistake, lambda inputs: inputs["hybrid"] is hybrid), "jordan")
    )
    assert not any(text.startswith("This is what you get") for text in report.messages)
    (sentence,) = [text for text in report.messages if mistake.when in text]
    assert sentence.startswith("Where it is wrong")
    assert f"hybrid={hybrid}" in sentence
    assert f"hybrid={not hybrid}" not in sentence
    assert report.hints == [mistake.hint]


@each_key
def test_a_mistake_made_in_a_single_case_is_not_named(keys, name):
    """One case is never evidence enough, whichever it is."""
    key, exercise = keys[name], find(name)
    right = outcomes_of(key.solution, exercise)
    for mistake in key.mistakes:
        wrong = outcomes_of(key.wrong(mistake), exercise)
        for i in range(len(right)):
            once = [*right[:i], wrong[i], *right[i + 1 :]]
            assert not [f for f in diagnose(exercise, once) if f.hint], mistake.name


@each_key
def test_examples_and_special_values_alone_name_nothing(keys, name):
    """Mistakes made only in the worked example and the special cases are not named."""
    key, exercise, named = keys[name], find(name), 0
    right = outcomes_of(key.solution, exercise)
    diagnostic = [case.diagnostic for case in exercise.cases]
    for mistake in key.mistakes:
        wrong = outcomes_of(key.wrong(mistake), exercise)
        seldom = [r if d else w for d, r, w in zip(diagnostic, right, wrong, strict=True)]
        assert not [f for f in diagnose(exercise, seldom) if f.hint], mistake.name
        often = [w if d else r for d, r, w in zip(diagnostic, right, wrong, strict=True)]
        named += any(f.hint == mistake.hint for f in diagnose(exercise, often))
    assert named  # the other cases are evidence enough


def fill(result, filler):
    """A result in which every number is the same."""
    if isinstance(result, dict):
        return {part: fill(value, filler) for part, value in result.items()}
    if isinstance(result, list | tuple):
        return [fill(value, filler) for value in result]
    return result * 0 + filler


@pytest.fixture(scope="module")
def arrays():
    """The exercises that return numbers with decimals, or arrays."""
    first = {name: find(name).cases[0].expected().values() for name in NAMES}
    return {n for n, leaves in first.items() if any(isinstance(v, np.ndarray) for v in leaves)}


@each_key
@pytest.mark.parametrize("filler", [np.nan, np.inf, -np.inf, 0.0, 1e308])
def test_results_filled_with_one_number_name_nothing(keys, named, arrays, name, filler):
    """NaN, infinity, zero and an overflow have many causes; none is named."""
    solution = keys[name].solution

    def filled(**inputs):
        return fill(solution(**inputs), filler)

    if name not in arrays:
        pytest.skip("its results are words and whole numbers")
    report = check(named(filled, name))
    assert report.state == "wrong"
    assert report.hints == []
    whole = [leaf for case in find(name).cases for leaf in case.expected().values()]
    if any(isinstance(leaf, int) for leaf in whole):
        return  # a whole number's place takes nothing else: "is the number nan; expected ..."
    if np.isnan(filler):
        assert any("holds NaN" in text for text in report.messages)
    if np.isinf(filler):
        assert any("holds an infinite number" in text for text in report.messages)


@each_key
def test_a_shared_exception_names_nothing(keys, named, name):
    """To fail as some mistake fails is no sign of having made it."""
    from grading.mutants import TooLong

    kinds = {RuntimeError, ValueError, TypeError, IndexError, ZeroDivisionError, TooLong}
    key, exercise = keys[name], find(name)
    for mistake in key.mistakes:
        for outcome in outcomes_of(key.wrong(mistake), exercise):
            kinds |= {RuntimeError} if outcome.fault else set()
    for kind in kinds:

        def fails(kind=kind, **inputs):
            raise kind("It went wrong.")

        report = check(named(fails, name))
        assert report.state == "wrong"
        assert report.hints == []


def test_a_mistake_that_raises_is_not_named_by_raising(keys, named):
    """Where a listed mistake has no values, failing there as well adds nothing to the evidence."""
    key = keys["elman"]
    (late,) = [m for m in key.mistakes if m.name == "output_late"]
    wrong = key.wrong(late)

    def function(x, **inputs):
        if len(x) > 3:
            raise RuntimeError("too long for me")
        return wrong(x, **inputs)

    report = check(named(function, "elman"))
    assert not any(text.startswith("This is what you get") for text in report.messages)
    assert any("too long for me" in text for text in report.messages)


def test_several_mistakes_that_fit_equally_are_all_listed(keys):
    """With two mistakes that return the same, neither is preferred; of three none is named."""
    from dataclasses import replace

    key, exercise = keys["unroll_loss"], find("unroll_loss")
    halved = next(k for k in exercise.mistakes if "halved" in k.when[0])
    others = tuple(k for k in exercise.mistakes if k is not halved)
    outcomes = outcomes_of(lambda y, x: [v / 2 for v in key.solution(y, x)], exercise)
    twin, third = (replace(halved, when=(f"twin {n}",), hint=(f"hint {n}",)) for n in (1, 2))

    two = replace(exercise, mistakes=(*others, halved, twin), pairs=())
    (finding, *_) = diagnose(two, outcomes)
    assert halved.when[0] in finding.text
    assert "or when twin 1" in finding.text
    three = replace(exercise, mistakes=(*others, halved, twin, third), pairs=())
    assert not [f for f in diagnose(three, outcomes) if f.kind == "named"]
