"""The tests behind a sampler's verdict: exact, valid for every family, and sharp."""

import numpy as np
import pytest
from scipy import stats

from course.checks.distributions import Bernoulli, Categorical, Normal, Uniform, of
from course.checks.significance import beta, binomial, chi_square, combined

pytestmark = pytest.mark.torch_free

RUNS = 1500
DRAWS = 60


def laws():
    rng = np.random.default_rng(1)
    shared = np.array([0.2, 0.3, 0.5])[:, None] * np.ones(6)
    states = np.array([[0, 0], [0, 1], [1, 1.0]])
    return {
        "one chance for all": Bernoulli(np.full((3, 4), 0.3), 0, rng.uniform(1, 2, size=(3, 4))),
        "a chance for each": Bernoulli(rng.uniform(0.1, 0.9, size=(3, 4))),
        "three values": Categorical(shared, np.arange(3.0)[:, None] * np.ones(6)),
        "a state of two digits": Categorical(np.array([0.2, 0.3, 0.5]), states),
        "two results": Categorical(
            np.stack([np.full(5, 0.6), np.full(5, 0.4)]),
            {
                "a": np.stack([np.zeros(5), np.arange(5.0)]),
                "b": np.stack([np.ones(5), -np.ones(5)]),
            },
        ),
        "one number": Bernoulli(0.4),
        "normal": Normal(rng.normal(size=(3, 4)), rng.uniform(0.5, 2, size=(3, 4))),
        "uniform": Uniform(np.zeros(5), rng.uniform(1, 3, size=5)),
        "one normal number": Normal(0.0, 1.0),
    }


LAWS = laws()
each_law = pytest.mark.parametrize("law", LAWS.values(), ids=LAWS.keys())


@each_law
def test_no_p_value_is_smaller_than_it_should_be(law):
    """P(p <= a) <= a for every statistic, within what so many runs may show by chance."""
    rng = np.random.default_rng(0)
    rows = []
    for _ in range(RUNS):
        found = law.statistics(law.sample(rng, DRAWS))
        rows.append(np.concatenate(list(found.values())))
    found = np.array(rows)
    assert ((found >= 0) & (found <= 1)).all()
    for level in (0.1, 0.01, 0.001):
        most = stats.binom.isf(1e-6 / found.shape[1], RUNS, level)
        assert (found <= level).sum(axis=0).max() <= most


def test_a_wrong_p_value_would_be_noticed():
    """The bound of the test above is not so wide that a rate three times too high fits in."""
    rng = np.random.default_rng(0)
    shifted = Normal(0.25, 1.0)
    found = [Normal(0.0, 1.0).statistics(shifted.sample(rng, DRAWS))["mean"] for _ in range(RUNS)]
    assert (np.array(found) <= 0.1).sum() > stats.binom.isf(1e-6, RUNS, 0.1)


@each_law
def test_what_is_sampled_is_possible(law):
    """Every right draw is a possible one; a value out of the law's set is not."""
    draws = law.sample(np.random.default_rng(2), DRAWS)
    assert law.possible(draws).all()
    if not isinstance(law, Normal):
        assert not law.possible([draw + 77.0 for draw in draws]).any()
    else:
        assert not law.possible([draw * np.nan for draw in draws]).any()


@each_law
def test_a_law_is_data(law):
    """Written down as a value tree and read again it tests the same."""
    from course.checks.values import pack, unpack

    draws = law.sample(np.random.default_rng(3), DRAWS)
    again = of(unpack(*pack(law.plain())))
    for name, p in law.statistics(draws).items():
        assert np.array_equal(again.statistics(draws)[name], p)


@each_law
def test_two_draws_are_the_same_as_often_as_is_said(law):
    """The chance that a right sampler repeats itself."""
    rng = np.random.default_rng(4)
    one, other = law.sample(rng, 20_000), law.sample(rng, 20_000)
    same = np.ones(20_000, dtype=bool)
    for a, b in zip(one, other, strict=True):
        same &= (a == b).reshape(len(a), -1).all(axis=1)
    assert abs(same.mean() - law.same_again()) < 0.02


FAULTS = {
    "copied rows": lambda z: np.repeat(z[:, :1], z.shape[1], axis=1),
    "copied columns": lambda z: np.repeat(z[:, :, :1], z.shape[2], axis=2),
    "halves": lambda z: np.concatenate([z[:, :2], z[:, :2]], axis=1),
    "pairs of draws": lambda z: np.repeat(z[::2], 2, axis=0),
    "mirrored draws": lambda z: np.stack([z[::2], -z[::2]], axis=1).reshape(z.shape),
    "all through one": lambda z: 0.8 * z + 0.6 * z[:, :1, :1],
}


@pytest.mark.parametrize("fault", FAULTS)
def test_dependence_is_found(fault):
    """Between elements and between draws, for normal and for discrete draws alike."""
    z = np.random.default_rng(5).normal(size=(200, 4, 4))
    wrong = FAULTS[fault](z)
    found = Normal(np.zeros((4, 4)), 1.0).statistics([wrong])
    assert min(found["elements"].min(), found["draws"].min()) < 1e-9
    found = Bernoulli(np.full((4, 4), 0.5)).statistics([(wrong > 0).astype(float)])
    assert min(found["elements"].min(), found["draws"].min()) < 1e-9


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("shift", [0.0, 5.0])
def test_a_wrong_mean_or_spread_is_no_dependence(scale, shift):
    """Tests of independence look past both."""
    z = np.random.default_rng(6).normal(size=(200, 4, 4))
    found = Normal(np.zeros((4, 4)), 1.0).statistics([shift + scale * z])
    assert min(found["elements"].min(), found["draws"].min()) > 1e-4
    wrong = min(found["mean"].min(), found["spread"].min()) < 1e-9
    assert wrong == ((scale, shift) != (1.0, 0.0))


def test_small_faults_add_up_over_the_elements():
    """No element alone is far off, but together they are."""
    rng = np.random.default_rng(7)
    p = np.where(np.arange(64) % 2, 0.44, 0.56)
    found = Bernoulli(np.full(64, 0.5)).statistics(Bernoulli(p).sample(rng, 200))["shares"]
    assert found.min() < 1e-5 and np.sort(found)[1] > 1e-5
    std = np.where(np.arange(64) % 2, 0.9, 1.1)
    found = Normal(np.zeros(64), 1.0).statistics(Normal(np.zeros(64), std).sample(rng, 200))
    assert found["spread"].min() < 1e-9


def test_p_values_are_those_of_scipy():
    """Computed by special functions, equal to the slower scipy.stats."""
    for count, n, p in ((3, 50, 0.2), (0, 50, 0.2), (50, 50, 0.9), (17, 200, 0.1), (12, 12, 0.5)):
        tails = stats.binom.cdf(count, n, p), stats.binom.sf(count - 1, n, p)
        assert binomial(count, n, p) == pytest.approx(min(1, 2 * min(tails)), rel=1e-9)
    assert [float(binomial(k, 5, 0.0)) for k in (0, 1)] == [1.0, 0.0]
    assert [float(binomial(k, 5, 1.0)) for k in (5, 4)] == [1.0, 0.0]
    tails = stats.chi2.cdf(7.0, 20), stats.chi2.sf(7.0, 20)
    assert chi_square(7.0, 20) == pytest.approx(2 * min(tails), rel=1e-9)
    assert combined(np.array([0.3, 0.01, 0.6]))[0] == pytest.approx(
        stats.combine_pvalues([0.3, 0.01, 0.6]).pvalue, rel=1e-9
    )
    assert beta(0.3, 4, 7) == pytest.approx(
        2 * min(stats.beta.cdf(0.3, 4, 7), stats.beta.sf(0.3, 4, 7))
    )
    z = np.random.default_rng(8).normal(size=(90, 7)) * 1.2
    found = Normal(np.zeros(7), 1.0).statistics([z])
    exact = stats.kstest(z.ravel(), "norm", method="exact").pvalue
    assert exact <= found["shape"][0] <= 1.1 * exact + 1e-3
    total = z.mean() * np.sqrt(z.size)
    assert found["mean"][0] == pytest.approx(2 * stats.norm.sf(abs(total)), rel=1e-9)


def test_single_entries_are_tested_whatever_the_others_do():
    """With one luck for all entries no entry's own test goes wrong; pooled tests would."""
    rng = np.random.default_rng(9)
    normal, coins = Normal(np.zeros(20), 1.0), Bernoulli(np.full(20, 0.3))
    rows = []
    for _ in range(500):
        luck = np.repeat(rng.normal(size=(60, 1)), 20, axis=1)
        own = normal.marginals([luck])
        hits = (np.repeat(rng.random((60, 1)), 20, axis=1) < 0.3).astype(float)
        shares = coins.marginals([hits])["shares"]
        rows.append([own["mean"].smallest, own["spread"].smallest, shares.smallest])
    assert (np.array(rows) < 0.01).mean(axis=0).max() < 0.03


REFUSED = {
    "add up to 1": lambda: Categorical([0.5, 0.4], [0.0, 1.0]),
    "add up to": lambda: Categorical([1.5, -0.5], [0.0, 1.0]),
    "are the same": lambda: Bernoulli(np.full(3, 0.5), 0.0, np.array([1.0, 0.0, 1.0])),
    "do not fit": lambda: Categorical(np.full((2, 3), 0.5), np.ones((2, 4))),
    "std of a Normal": lambda: Normal(0.0, 0.0),
    "low of a Uniform": lambda: Uniform(1.0, 1.0),
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_is_no_distribution_is_refused(said):
    """With a sentence, where it is written down."""
    with pytest.raises(ValueError, match=said):
        REFUSED[said]()
