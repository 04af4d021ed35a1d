"""How fair a statistical verdict is, computed: right answers refused, wrong ones taken.

For every sampler and every trained model of the course, and of the mini course with one of each
kind. `pytest -s` prints the figures.
"""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from course.checks import sampling
from course.checks.calls import Outcome
from course.checks.kinds import outcomes_of
from course.checks.scoring import wrong_leaves
from grading import answers, fairness
from grading.fairness import BUDGET, POWER, Chance, chance_of, drawings, failing_share, missing
from grading.keys import Trained

pytest.importorskip("torch")

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (ROOT, Path(__file__).parent / "kinds")
PATHS = [path for folder in FOLDERS for path in sorted(folder.glob("answers/*/*.py"))]
KEYS = {path.stem: answers.load(path) for path in PATHS if path.stem != "quiz"}
each_sampler = pytest.mark.parametrize("name", [n for n, k in KEYS.items() if k.kind == "sampler"])
each_trained = pytest.mark.parametrize("name", [n for n, k in KEYS.items() if k.kind == "trained"])
SIMULATIONS = 2000
TRIALS = 200
LEVELS = (0.1, 0.01, 0.001)
FRESH = 500_000  # the first seed of these drawings: neither the visible ones nor the build's


def simulated(exercise, rng):
    """Outcomes of the random cases whose draws come from the oracle's distributions themselves."""
    for case in exercise.cases:
        if case.draws:
            values = {}
            for names, law in sampling.laws(case):
                values |= dict(zip(names, law.sample(rng, case.draws), strict=True))
            yield case, Outcome(values=values)


@each_sampler
def test_a_sampler_s_p_values_are_valid(name, monkeypatch):
    """P(p <= a) <= a for every statistic of every case; so the exercise keeps to its budget.

    With a budget of 1e-6 nothing is ever refused in so many runs; with one of 0.1, which is spent
    by the same rule, at most that share of right exercises is.
    """
    rng = np.random.default_rng(1)
    (exercise,) = drawings(KEYS[name], 1, FRESH)
    assert sampling.BUDGET == BUDGET <= 1e-6
    strict = sampling.share_of(exercise)
    monkeypatch.setattr(sampling, "BUDGET", 0.1)
    rows, refused = [], {1e-6: 0, 0.1: 0}
    for _ in range(SIMULATIONS):
        found = [sampling.p_values(case, outcome) for case, outcome in simulated(exercise, rng)]
        rows.append(np.concatenate([p for case in found for row in case for p in row.values()]))
        for budget, share in ((1e-6, strict), (0.1, sampling.share_of(exercise))):
            refused[budget] += any(sampling.failed(case, share) for case in found)
    found = np.array(rows)
    tests = found.shape[1]
    for level in LEVELS:
        most = stats.binom.isf(1e-6 / tests, SIMULATIONS, level)
        assert (found <= level).sum(axis=0).max() <= most
    rate = refused[0.1] / SIMULATIONS
    print(f"\n{name}: {tests} tests; of right samplers {rate:.2%} refused with a budget of 10 %")
    assert 0 < refused[0.1] <= stats.binom.isf(1e-6, SIMULATIONS, 0.1)
    assert refused[1e-6] == 0


@each_sampler
def test_a_sampler_s_own_draws_are_as_the_oracle_says(name):
    """The solution and each alternative pass on fresh drawings; their p-values are valid, too."""
    key = KEYS[name]
    exercises = drawings(key, 40, FRESH)
    for label, target in fairness.right_answers(key).items():
        smallest = []
        for exercise in exercises:
            outcomes = outcomes_of(target, exercise)
            for case, outcome in zip(exercise.cases, outcomes, strict=True):
                assert not wrong_leaves(exercise, case, outcome), label
                for row in sampling.p_values(case, outcome) if case.draws else ():
                    smallest += [p.min() * p.size for p in row.values()]
        assert np.mean(np.array(smallest) <= 0.01) <= stats.binom.isf(
            1e-6, len(smallest), 0.01
        ) / len(smallest)


@each_sampler
def test_a_sampler_s_listed_mistakes_fail(name):
    """Nearly always, on drawings that neither the key nor the build has seen."""
    key = KEYS[name]
    exercises = drawings(key, TRIALS, FRESH + 1000)
    for mistake in key.mistakes:
        share = failing_share(key.wrong(mistake), exercises)
        print(f"\n{name}: {mistake.name} fails in {share:.1%} of {TRIALS} drawings", end="")
        assert share >= POWER


@each_trained
def test_a_trained_model_s_right_answers_reach_the_threshold(name):
    """The chance to miss it, from twice as many runs as the build makes, is within the budget."""
    key = KEYS[name]
    exercises = drawings(key, 2 * fairness.RUNS, FRESH)
    for label, target in fairness.right_answers(key).items():
        chance = chance_of(key, target, exercises)
        print(
            f"\n{name}: {label} misses the threshold with a chance of {chance.misses:.2g}", end=""
        )
        assert chance.misses <= BUDGET
        assert failing_share(target, exercises) == 0


@each_trained
def test_a_trained_model_s_listed_mistakes_fail(name):
    """Nearly always, on fresh data."""
    key = KEYS[name]
    exercises = drawings(key, TRIALS, FRESH + 1000)
    for mistake in key.mistakes:
        share = failing_share(key.wrong(mistake), exercises)
        chance = chance_of(key, key.wrong(mistake), exercises[: fairness.RUNS])
        print(
            f"\n{name}: {mistake.name} fails in {share:.1%}, meets with {chance.passes:.2g}", end=""
        )
        assert share >= POWER


# The computations themselves


def test_there_is_something_to_judge():
    """The tests above look at samplers of several kinds and at both metrics."""
    kinds = [key.kind for key in KEYS.values()]
    assert kinds.count("sampler") >= 3 and kinds.count("trained") >= 2


def test_the_prediction_bound_holds():
    """Of normal metrics the next value lies beyond a bound as often as the bound says.

    At a fixed threshold the chance that is stated is on average not smaller than the true one.
    """
    rng = np.random.default_rng(2)
    key = SimpleNamespace(call=Trained("mean squared error", 1.0))
    beyond, said = [], []
    for _ in range(4000):
        errors = np.exp(rng.normal(-1.7, 1.0, size=fairness.RUNS + 1))
        said.append(missing(key, errors[1:], 10**6))
        own = SimpleNamespace(call=Trained("mean squared error", errors[0]))
        beyond.append(missing(own, errors[1:], 10**6))
    for level in (0.2, 0.05, 0.01):
        rate = np.mean(np.array(beyond) <= level)
        assert abs(rate - level) < 4 * np.sqrt(level / len(beyond))
    assert stats.norm.sf(1.7) < np.mean(said) < 1.5 * stats.norm.sf(1.7)


def test_a_spread_is_never_smaller_than_the_held_out_data_make_it():
    """Runs that agree by chance are no proof: 30 times 100 % of 20 examples is not certainty."""
    key = KEYS["fit_classes"]
    assert 1e-6 < missing(key, [1.0] * 30, 20) < 0.05
    assert missing(key, [1.0] * 30, 20_000) < 1e-6
    assert missing(key, [0.75] * 30, 300) > 0.4


def test_runs_without_a_value_count_as_missed():
    """An answer that fails in a third of the runs misses at least so often."""
    key = KEYS["fit_classes"]
    assert missing(key, [0.95] * 20 + [np.nan] * 10, 300) == pytest.approx(1 / 3, abs=1e-3)
    assert missing(key, [np.nan] * 30, 300) == 1.0


def test_the_cases_of_an_exercise_add_up():
    """The chance to miss is summed over the cases; a mistake must pass them all."""
    key = KEYS["fit_classes"]
    chance = chance_of(key, key.solution, drawings(key, 30, FRESH))
    assert isinstance(chance, Chance)
    assert 0 < chance.misses < 1e-6 < 1 - 1e-6 < chance.passes


def test_a_biased_sampler_would_be_refused():
    """The validity test can fail: under another distribution p-values are too small."""
    (exercise,) = drawings(KEYS["reparameterise"], 1, FRESH)
    rng = np.random.default_rng(3)
    case = next(case for case in exercise.cases if case.draws)
    ((names, law),) = sampling.laws(case)
    small = 0
    for _ in range(100):
        values = {names[0]: law.sample(rng, case.draws)[0] * 1.03}
        (row,) = sampling.p_values(case, Outcome(values=values))
        small += row["spread"][0] <= 0.1
    assert small > stats.binom.isf(1e-6, 100, 0.1)
