"""Handwritten digits, printed glyphs and the market of flats: what their cards promise."""

import numpy as np
import pytest

from course.data import digits, flats, glyphs
from course.data.flats import BASE, METRE, QUARTERS, ROOM, WORTH, YEAR_OLD
from course.data.glyphs import CELL, FONTS, SYMBOLS, drawings

pytestmark = pytest.mark.torch_free


def sets():
    """One of each kind of picture."""
    return digits(), glyphs(rng=0, count=40), glyphs(rng=1, count=7, size=16, symbols="xyz", warp=0)


@pytest.mark.parametrize("pictures", sets(), ids=["digits", "glyphs", "16x16"])
def test_pictures_are_what_the_card_says(pictures):
    """Float32 in 0..1, int64 labels that name a class, and a card with source and licence."""
    images, labels = pictures.images, pictures.labels
    assert images.dtype == np.float32 and labels.dtype == np.int64
    assert images.shape == pictures.card.shape and labels.shape == images.shape[:1]
    assert images.min() == 0 and images.max() == 1
    assert labels.min() >= 0 and labels.max() < len(pictures.names)
    assert pictures.card.source and pictures.card.licence and pictures.card.note


def test_the_digits_are_all_there():
    """1797 of them, ten classes of about the same size, in steps of 1/16."""
    pictures = digits()
    assert pictures.images.shape == (1797, 8, 8)
    assert np.bincount(pictures.labels).min() > 170 and pictures.names == tuple("0123456789")
    assert np.array_equal(pictures.images * 16, np.round(pictures.images * 16))


def test_glyphs_are_reproducible():
    """The same seed, the same pictures, whatever else was drawn before; another seed, others."""
    one, two = glyphs(rng=3, count=30), glyphs(rng=np.random.default_rng(3), count=30)
    assert np.array_equal(one.images, two.images) and np.array_equal(one.labels, two.labels)
    assert not np.array_equal(one.images, glyphs(rng=4, count=30).images)


def test_every_symbol_is_drawn_in_every_font():
    """Each drawing has ink up to its top and its bottom, and no two symbols look the same."""
    masters = drawings(SYMBOLS)
    assert masters.shape == (len(FONTS), len(SYMBOLS), CELL, CELL)
    assert masters[:, :, 0].max(2).min() > 0.2 and masters[:, :, -1].max(2).min() > 0.2
    for font in masters.reshape(len(FONTS), len(SYMBOLS), -1):
        apart = np.abs(font[:, None] - font[None]).mean(2) + np.eye(len(SYMBOLS))
        assert apart.min() > 0.01
    fonts = masters.reshape(len(FONTS), -1)
    apart = np.abs(fonts[:, None] - fonts[None]).mean(2) + np.eye(len(FONTS))
    assert apart.min() > 0.01, "a font is missing and another stood in for it"


def nearest(known, pictures):
    """The share of pictures whose nearest known picture shows the same symbol."""
    a, b = (p.images.reshape(len(p.images), -1) for p in (pictures, known))
    near = ((a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T).argmin(1)
    return (known.labels[near] == pictures.labels).mean()


def test_straight_glyphs_can_be_told_apart_and_warped_ones_are_harder():
    """Their labels are right: a neighbour names them far better than chance; warping hurts."""
    straight, warped = (
        nearest(glyphs(rng=0, count=3000, warp=warp), glyphs(rng=1, count=300, warp=warp))
        for warp in (0.0, 0.4)
    )
    assert straight > 0.7 > warped > 5 / len(SYMBOLS)


def test_prices_follow_the_planted_rule():
    """Least squares finds it again, and what is left is the noise that the card tells."""
    sold = flats(rng=0, count=4000, noise=15)
    onehot = np.array(sold.quarter)[:, None] == np.array(QUARTERS)
    A = np.column_stack([sold.area, sold.rooms, sold.age, onehot])
    w, *_ = np.linalg.lstsq(A, sold.price)
    assert w[:3] == pytest.approx([METRE, ROOM, YEAR_OLD], rel=0.2)
    assert w[3:] == pytest.approx(BASE + np.array(WORTH), abs=6)
    assert np.std(sold.price - A @ w) == pytest.approx(15, rel=0.05)
    assert sold.floor == 15 and sold.card.shape == (4000, 5)
    assert set(sold.rooms) == {1, 2, 3, 4, 5} and sold.age.min() >= 0 and sold.area.min() > 10


def test_prices_drift_month_by_month():
    """With a drift the last month is dearer by it; without, the months are alike and in order."""
    calm, rising = (flats(rng=1, count=2400, months=24, drift=d) for d in (0.0, 4.0))
    assert np.array_equal(calm.month, np.sort(calm.month)) and set(calm.month) == set(range(24))
    assert np.allclose(rising.price - calm.price, 4 * calm.month)
    again = flats(rng=np.random.default_rng(1), count=2400, months=24)
    assert np.array_equal(again.price, calm.price) and again.quarter == calm.quarter


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: glyphs(rng=0, count=0), "count of at least 1"),
        (lambda: glyphs(rng=0, count=1, size=3), "size from 4 to 32"),
        (lambda: glyphs(rng=0, count=1, symbols=""), "and symbols"),
        (lambda: glyphs(rng=0, count=1, warp=-1), "warp of at least 0"),
        (lambda: flats(rng=0, count=3), "at least 4"),
        (lambda: flats(rng=0, months=0), "months of at least 1"),
        (lambda: flats(rng=0, noise=-1), "noise of at least 0"),
    ],
)
def test_a_wrong_call_is_told_what_was_expected(call, message):
    """One sentence: the call, what came, what was expected."""
    with pytest.raises(ValueError, match=message):
        call()
