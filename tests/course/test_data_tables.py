"""Tables: the students, the invented bank and what is planted in it, and the houses to fetch."""

import sys
import types

import numpy as np
import pytest

from course import data
from course.data import houses
from course.data.tables import COUNTRIES, GENDERS, SURNAMES

pytestmark = pytest.mark.torch_free


@pytest.fixture(scope="module")
def bank():
    """Enough customers to see what is planted."""
    return data.churn(rng=1, rows=40_000)


@pytest.mark.parametrize("make", [data.exam, lambda: data.churn(rng=0, rows=300)])
def test_every_card_is_filled_in(make):
    """Name, source, licence and note; and the shape is that of the table."""
    frame = make()
    card = frame.card
    assert all((card.name, card.source, card.licence, card.note))
    assert card.shape == (len(frame), len(frame.columns))
    assert {len(column) for column in frame.columns.values()} == {len(frame)}


def test_the_students_have_the_figures_of_the_worked_example():
    """Means, spreads and the least-squares weights on standardised columns."""
    exam = data.exam()
    X = np.stack([exam[name] for name in ("study", "sleep", "quiz")], axis=1)
    assert X.mean(axis=0) == pytest.approx([41.75, 7.1875, 72.25])
    assert X.std(axis=0) == pytest.approx([39.698079, 1.801692, 21.913181], abs=5e-7)
    assert X[:, 0].std(ddof=1) == pytest.approx(42.439032, abs=5e-7)
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    assert Z[:, 0].max() == pytest.approx(1.845177, abs=5e-7)
    assert Z[:, 2].min() == pytest.approx(-2.201871, abs=5e-7)
    A = np.c_[Z, np.ones(8)]
    w = np.linalg.lstsq(A, exam["exam"], rcond=None)[0]
    assert w == pytest.approx([3.263374, -6.716027, 6.185378, 78.5], abs=5e-7)
    assert ((A @ w - exam["exam"]) ** 2).mean() == pytest.approx(94.375816, abs=5e-7)
    step = -0.1 * A.T @ (A @ np.zeros(4) - exam["exam"]) / 8
    assert step == pytest.approx([1.152449, -1.101395, 1.027350, 7.85], abs=5e-7)
    w = np.zeros(4)
    for row, marks in zip(A, exam["exam"], strict=True):
        w = w - 0.1 * (row @ w - marks) * row
    assert w == pytest.approx([5.893606, -8.771768, 4.180007, 50.856858], abs=5e-7)


def test_the_bank_has_the_columns_of_the_recipe(bank):
    """Three that identify, ten features, the target last; words where words belong."""
    names = list(bank.columns)
    assert names[:3] == ["row", "customer", "surname"] and names[-1] == "exited"
    assert len(names) == 14
    assert len(set(bank["customer"])) == len(bank)
    assert set(bank["country"]) == set(COUNTRIES) and set(bank["gender"]) == set(GENDERS)
    assert set(bank["surname"]) <= set(SURNAMES)
    assert set(bank["exited"]) == {0, 1}
    for name, low, high in (("age", 18, 92), ("credit_score", 350, 850), ("tenure", 0, 10),
                            ("products", 1, 4), ("active", 0, 1), ("has_card", 0, 1)):  # fmt: skip
        assert bank[name].min() >= low and bank[name].max() <= high, name
    assert bank["balance"].min() == 0 and bank["salary"].min() >= 10_000


def test_the_target_is_drawn_with_the_chance_that_is_told(bank):
    """Calibrated: where the chance is about p, a share of about p leaves; a fifth in all."""
    assert ((bank.chance > 0) & (bank.chance < 1)).all()
    for low in np.arange(0, 0.8, 0.1):
        rows = (bank.chance >= low) & (bank.chance < low + 0.1)
        expected = bank.chance[rows].mean()
        spread = np.sqrt(expected * (1 - expected) / rows.sum())
        assert abs(bank["exited"][rows].mean() - expected) < 5 * spread, low
    assert 0.16 < bank["exited"].mean() < 0.22


def test_what_is_planted_is_there(bank):
    """Middle age leaves most, two products least, and balance counts in Germany only."""
    age, left = bank["age"], bank["exited"]
    young, middle, old = (left[(age >= a) & (age < b)].mean() for a, b in
                          ((18, 35), (48, 60), (72, 93)))  # fmt: skip
    assert middle > 2.5 * young and middle > 2 * old
    by_products = [left[bank["products"] == n].mean() for n in (1, 2, 3)]
    assert by_products[1] < by_products[0] < by_products[2]
    rich, german = bank["balance"] > 90_000, bank["country"] == "Germany"
    assert left[rich & german].mean() - left[~rich & german].mean() > 0.12
    assert abs(left[rich & ~german].mean() - left[~rich & ~german].mean()) < 0.02
    for name in ("customer", "salary", "has_card", "tenure"):
        assert abs(np.corrcoef(bank[name], left)[0, 1]) < 0.02, name


def test_one_seed_one_bank():
    """The same seed gives the same table, another one another."""
    a, b, c = (data.churn(rng=seed, rows=50) for seed in (3, 3, 4))
    assert all((a[name] == b[name]).all() for name in a.columns)
    assert any((a[name] != c[name]).any() for name in a.columns if name != "row")
    assert repr(data.churn(np.random.default_rng(3), rows=50)) == repr(a)


def test_a_frame_shows_its_first_rows():
    """In plain text and as a Markdown table; the rest is counted."""
    frame = data.exam()
    lines = repr(frame).splitlines()
    assert lines[0].split() == ["study", "sleep", "quiz", "exam"]
    assert len(lines) == 7 and lines[-1] == "... and 3 rows more"
    shown = frame._repr_markdown_().splitlines()
    assert shown[0] == "| study | sleep | quiz | exam |" and shown[1].count("|") == 5
    assert shown[2] == "| 12 | 6 | 78 | 93 |"
    assert "more" not in repr(data.churn(rng=0, rows=4))


def test_errors_are_one_sentence():
    """What came, and what there is."""
    with pytest.raises(ValueError, match=r"^There is no column 'shoe'; there are study, sleep,"):
        data.exam()["shoe"]
    with pytest.raises(ValueError, match=r"^churn\(rng, rows=0\) expected at least 1 row\.$"):
        data.churn(rng=0, rows=0)


def fetching(monkeypatch, answer):
    """Put a function in the place of scikit-learn's download."""
    module = types.ModuleType("sklearn.datasets")
    module.fetch_california_housing = answer
    monkeypatch.setitem(sys.modules, "sklearn", types.ModuleType("sklearn"))
    monkeypatch.setitem(sys.modules, "sklearn.datasets", module)


def test_houses_that_cannot_be_had_are_one_sentence(monkeypatch, capsys):
    """Offline, with what to do and what to go on with; nothing on the error stream."""

    def offline(**_):
        print("a retry", file=sys.stderr)
        raise OSError("no route to host")

    fetching(monkeypatch, offline)
    with pytest.raises(data.DataUnavailable, match=r"no route.*churn\(rng=0\)") as error:
        data.california()
    assert "\n" not in str(error.value) and capsys.readouterr().err == ""


def test_houses_become_a_frame(monkeypatch):
    """The columns by name, the target last."""

    def found(**_):
        names = ["MedInc", "HouseAge"]
        return types.SimpleNamespace(data=np.eye(2), feature_names=names, target=np.array([1, 2.5]))

    fetching(monkeypatch, found)
    homes = houses.california()
    assert list(homes.columns) == ["MedInc", "HouseAge", "value"]
    assert homes.card.shape == (2, 3) and homes["value"].tolist() == [1, 2.5]


@pytest.mark.online
def test_the_real_houses():
    """Fetched by hand, with -m online."""
    assert data.california().card.shape == (20_640, 9)
