"""Tables to learn from: eight students before an exam, and the customers of an invented bank."""

import numpy as np

from course.data.card import Card
from course.data.frame import Frame

STUDENTS = {
    "study": (12.0, 22.0, 115.0, 31.0, 0.0, 5.0, 92.0, 57.0),
    "sleep": (6.0, 6.5, 4.0, 9.0, 10.0, 8.0, 6.0, 8.0),
    "quiz": (78.0, 24.0, 100.0, 67.0, 58.0, 78.0, 82.0, 91.0),
    "exam": (93.0, 68.0, 95.0, 75.0, 51.0, 60.0, 89.0, 97.0),
}
COUNTRIES = ("France", "Germany", "Spain")
GENDERS = ("Female", "Male")
SURNAMES = (
    "Adler Baker Costa Dubois Evans Fischer Garcia Haas Ivanov Jansen Keller Lopez Martin Novak "
    "Olsen Perez Quinn Rossi Silva Tanaka Ulrich Vogel Weber Young Ziegler"
).split()


def exam() -> Frame:
    """Eight invented students: hours of study, of sleep, points in a quiz, marks in the exam.

    >>> exam()["exam"][:3]
    array([93., 68., 95.])
    """
    card = Card(
        name="Eight students",
        source="invented for this course",
        licence="BSD-3-Clause",
        shape=(8, 4),
        note="Hours of study, hours of sleep in the last night, quiz points of 100, marks of 100.",
    )
    return Frame(card, {name: np.array(values) for name, values in STUDENTS.items()})


def churn(rng: int | np.random.Generator, rows: int = 10_000) -> Frame:
    """Customers of an invented bank, a fifth of whom leave; the reasons are planted.

    Three leading columns only identify a customer. Whether one leaves is drawn with a probability
    (`frame.chance`) that no sum of the columns can give: it is highest in middle age, lowest with
    two products, and a large balance drives customers away in Germany alone. Surname, number,
    salary and credit card have nothing to do with it.

    Args:
        rng: a seed or a generator.
        rows: how many customers, at least 1.

    Returns:
        A Frame of 14 columns, the target "exited" (1 for those who left) as the last.

    Raises:
        ValueError: `rows` is below 1.

    >>> bank = churn(rng=0, rows=100)
    >>> bank.card.shape, list(bank.columns)[:5]
    ((100, 14), ['row', 'customer', 'surname', 'credit_score', 'country'])
    """
    if rows < 1:
        raise ValueError(f"churn(rng, rows={rows}) expected at least 1 row.")
    rng = np.random.default_rng(rng)
    country = rng.choice(3, size=rows, p=(0.5, 0.25, 0.25))
    gender = rng.choice(2, size=rows, p=(0.45, 0.55))
    age = np.clip(np.round(18 + rng.gamma(4.0, 5.5, size=rows)), 18, 92)
    products = rng.choice((1, 2, 3, 4), size=rows, p=(0.5, 0.44, 0.05, 0.01))
    active = rng.choice(2, size=rows, p=(0.48, 0.52))
    saves = rng.random(rows) < np.where(country == 1, 0.97, 0.5)
    balance = np.where(saves, np.clip(rng.normal(120_000, 30_000, size=rows), 5_000, None), 0.0)
    score = np.clip(np.round(rng.normal(650, 95, size=rows)), 350, 850)
    tenure = rng.integers(0, 11, size=rows)
    chance = 1 / (1 + np.exp(-_pull(country, gender, age, products, active, balance, score)))
    columns = {
        "row": np.arange(1, rows + 1),
        "customer": rng.permutation(15_000_000 + np.arange(rows)),
        "surname": rng.choice(SURNAMES, size=rows),
        "credit_score": score,
        "country": np.array(COUNTRIES)[country],
        "gender": np.array(GENDERS)[gender],
        "age": age,
        "tenure": tenure,
        "balance": balance.round(2),
        "products": products,
        "has_card": rng.choice(2, size=rows, p=(0.3, 0.7)),
        "active": active,
        "salary": rng.uniform(10_000, 200_000, size=rows).round(2),
        "exited": (rng.random(rows) < chance).astype(int),
    }
    card = Card(
        name="Customers of an invented bank",
        source="made by course.data.churn from a seed",
        licence="BSD-3-Clause",
        shape=(rows, len(columns)),
        note=(
            "Balance and salary in euros, age and tenure in years. Planted: most leave in middle "
            "age, fewest with two products; a large balance counts in Germany only."
        ),
    )
    return Frame(card, columns, chance)


def _pull(
    country: np.ndarray,
    gender: np.ndarray,
    age: np.ndarray,
    products: np.ndarray,
    active: np.ndarray,
    balance: np.ndarray,
    score: np.ndarray,
) -> np.ndarray:
    """How strongly each customer is drawn away: the logit of the chance to leave."""
    middle = 3.6 * np.exp(-(((age - 54) / 11) ** 2))
    few = np.select([products == 1, products == 2], [0.9, -1.1], default=3.2)
    rich = 1.6 * (country == 1) * (balance > 90_000)
    return -3.0 + middle + few + rich - 1.1 * active - 0.5 * gender - 0.2 * (score - 650) / 95
