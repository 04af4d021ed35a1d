"""Data sets: their cards, cleaning, vocabulary, windows and splits without leaks, texts, series."""

import itertools
import os
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import course.data
from course.data import (
    PADDING,
    UNKNOWN,
    Card,
    Text,
    Vocabulary,
    clean,
    corpus,
    demand,
    naive,
    numbers_to_zero,
    padded_windows,
    seasonal_naive,
    sentences,
    separate_punctuation,
    split,
    squeeze_spaces,
    tokenize,
    windows,
)
from course.data.seasons import DAY, LEVEL, MEMORY, WEEK, YEAR

pytestmark = pytest.mark.torch_free

ROOT = Path(__file__).resolve().parents[2]
WORDS = st.text(st.characters(categories=["Ll"]), min_size=1, max_size=3)
TOKENS = st.lists(WORDS, min_size=1, max_size=40)
NUMBERS = st.floats(-1e6, 1e6)


# ---------------------------------------------------------------- the package


def test_the_public_names_are_these():
    """A name that is added, renamed or dropped is a decision, made here too."""
    assert course.data.__all__ == [
        "PADDING",
        "UNKNOWN",
        "Card",
        "DataUnavailable",
        "Flats",
        "Frame",
        "Pictures",
        "Series",
        "Text",
        "Vocabulary",
        "california",
        "churn",
        "clean",
        "corpus",
        "demand",
        "digits",
        "electrocardiogram",
        "exam",
        "flats",
        "glyphs",
        "naive",
        "numbers_to_zero",
        "padded_windows",
        "seasonal_naive",
        "sentences",
        "separate_punctuation",
        "shakespeare",
        "split",
        "squeeze_spaces",
        "tokenize",
        "transformer",
        "windows",
    ]
    assert all(getattr(course.data, name).__doc__ for name in course.data.__all__)


def loaded_by(statement):
    """The modules in an interpreter of its own after this."""
    code = f"import sys; {statement}; print(*{{name.split('.')[0] for name in sys.modules}})"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_importing_is_cheap():
    """No network library, no torch, no Matplotlib, and not the corpus before it is asked for."""
    heavy = {"torch", "matplotlib", "scipy", "sklearn", "pooch", "requests", "tqdm", "pydoc_data"}
    loaded = loaded_by("import course.data")
    assert "numpy" in loaded
    assert not loaded & heavy
    assert "pydoc_data" in loaded_by("import course.data; course.data.corpus()")


@pytest.mark.parametrize("make", [corpus, lambda: sentences(rng=0), lambda: demand(rng=0)])
def test_every_card_is_filled_in(make):
    """Name, source, licence, shape and note: none is empty, and the shape is right."""
    made = make()
    card = made.card
    assert all((card.name, card.source, card.licence, card.note))
    values = made.paragraphs if isinstance(made, Text) else made.values
    assert card.shape == (len(values),)
    assert all(str(part) in str(card) for part in (card.name, card.source, card.licence))


# ---------------------------------------------------------------- cleaning


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In 1990, 3.5 or 1,000.", "In 0, 0 or 0."),
        ("utf8 h2o x_1 2nd", "utf8 h2o x_0 2nd"),
        ("1.2b", "0.2b"),
        ("", ""),
    ],
)
def test_numbers_become_zero(text, expected):
    """Those that stand alone; digits in words are letters."""
    assert numbers_to_zero(text) == expected


@pytest.mark.parametrize(
    ("text", "keep", "expected"),
    [
        ("Stop. Go!", ".", "Stop . Go"),
        ("Stop. Go!", "!.", "Stop . Go !"),
        ("Stop. Go!", "", "Stop Go"),
        ("a.b (c.) 'd'. e...", ".", "a b c . d . e ."),
        ("don’t can't 'quoted'", ".", "don't can't quoted"),
        ("__init__ ______ a_b", ".", "__init__ a_b"),
        ("x]^\\ y-", "]^-\\", "x \\ y -"),
    ],
)
def test_punctuation_goes_or_stands_alone(text, keep, expected):
    """Kept marks count where they end something; apostrophes and underscores hold words."""
    assert squeeze_spaces(separate_punctuation(text, keep)) == expected


@given(st.text(), st.sampled_from(["", ".", ".!?"]))
def test_cleaning_is_done_once(text, keep):
    """What is clean stays as it is: lower case, single spaces, nothing but words and kept marks."""
    cleaned = clean(text, keep)
    assert clean(cleaned, keep) == cleaned
    assert tokenize(text, keep) == cleaned.split()
    assert cleaned == " ".join(cleaned.split())
    for token in tokenize(text, keep):
        assert (token in keep) or all(c.isalnum() or c in "_'" for c in token)


# ---------------------------------------------------------------- vocabulary


@given(TOKENS)
def test_a_full_vocabulary_is_a_round_trip(tokens):
    """Encoding and decoding gives the words back, and no known word is padding or unknown."""
    vocabulary = Vocabulary(tokens)
    indices = vocabulary.encode(tokens)
    assert indices.dtype == np.int64
    assert vocabulary.decode(indices) == tokens
    assert indices.min() > UNKNOWN > PADDING == 0
    assert len(vocabulary) == len(set(tokens)) + 2 == len(set(vocabulary.words))
    assert all(token in vocabulary for token in tokens)


@given(TOKENS, st.integers(1, 10), st.randoms())
def test_a_small_vocabulary_keeps_the_most_frequent(tokens, most, random):
    """By frequency, then by alphabet, whatever the order of the text; the rest is unknown."""
    vocabulary = Vocabulary(tokens, max_words=most)
    kept = vocabulary.words[2:]
    assert len(kept) == min(most, len(set(tokens)))
    keys = [(-tokens.count(word), word) for word in kept]
    assert keys == sorted(keys)
    assert all((-tokens.count(word), word) > keys[-1] for word in set(tokens) - set(kept))
    unknown = [token for token in tokens if token not in kept]
    assert set(vocabulary.encode(unknown)) <= {UNKNOWN}
    shuffled = random.sample(tokens, len(tokens))
    assert Vocabulary(shuffled, max_words=most).words == vocabulary.words


def test_characters_are_tokens_too():
    """A string is a sequence of characters."""
    vocabulary = Vocabulary("hello")
    assert "".join(vocabulary.decode(vocabulary.encode("hole"))) == "hole"
    assert vocabulary.words[2] == "l"
    assert "hello" not in vocabulary


def test_a_vocabulary_shows_its_first_words():
    """Short enough for a cell's output."""
    assert repr(Vocabulary("a a b".split())) == "Vocabulary of 4: 'a', 'b', …"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Vocabulary([]), r"Vocabulary\(tokens\) got no tokens"),
        (lambda: Vocabulary(["a"], max_words=0), "got max_words=0; expected at least 1"),
        (lambda: Vocabulary(["a", "<unknown>"]), "'<unknown>', which is reserved"),
        (lambda: Vocabulary(["a"]).decode([3]), "index 3; expected 0 to 2"),
        (lambda: Vocabulary(["a"]).decode([-1]), "index -1; expected 0 to 2"),
        (lambda: split([1, 2], test=0.1), r"split\(sequence, test=0.1\) got 2 values"),
        (lambda: split([1, 2], test=1.5), "expected a share between 0 and 1"),
        (lambda: split([1, 2], test=float("nan")), "expected a share between 0 and 1"),
        (lambda: windows(np.arange(3), size=3), r"size=3, ahead=1, step=1\) got 3 values"),
        (lambda: windows(np.arange(3), size=0), "size, ahead and step of at least 1"),
        (lambda: windows(np.arange(3), size=1, ahead=0), "size, ahead and step of at least 1"),
        (lambda: windows(np.arange(3), size=1, step=0), "size, ahead and step of at least 1"),
        (lambda: padded_windows([np.arange(3)], size=0), "a size of at least 1"),
        (lambda: padded_windows([np.arange(1)], size=2), "no text of two words"),
        (lambda: padded_windows([], size=2), "no text of two words"),
        (lambda: sentences(rng=0, count=3), "count of at least 4"),
        (lambda: sentences(rng=0, count=4).split(rng=0), "got 1 different paragraphs"),
        (lambda: demand(rng=0, weeks=0), "weeks of at least 1"),
        (lambda: demand(rng=0, noise=-1), "noise of at least 0"),
        (lambda: naive(np.arange(3), ahead=0), "naive.*ahead=0.*between 1 and 2"),
        (lambda: seasonal_naive(np.arange(3), period=3), "period=3.*between 1 and 2"),
    ],
)
def test_a_wrong_call_is_told_what_was_expected(call, message):
    """One sentence: the call, what came, what was expected."""
    with pytest.raises(ValueError, match=message):
        call()


# ---------------------------------------------------------------- windows and splits


@given(
    arrays(np.float64, st.integers(3, 60), elements=NUMBERS),
    st.integers(1, 8),
    st.integers(1, 4),
    st.integers(1, 5),
)
def test_windows_are_aligned(values, size, ahead, step):
    """Each holds the values before its target; with step 1, every target with a past is there."""
    if len(values) < size + ahead:
        with pytest.raises(ValueError, match="windows"):
            windows(values, size, ahead, step)
        return
    inputs, targets = windows(values, size, ahead, step)
    starts = range(0, len(values) - size - ahead + 1, step)
    assert inputs.shape == (len(starts), size) and targets.shape == (len(starts),)
    assert len(starts) == (len(values) - size - ahead) // step + 1
    for i, start in enumerate(starts):
        assert np.array_equal(inputs[i], values[start : start + size])
        assert targets[i] == values[start + size + ahead - 1]
    assert inputs.flags.writeable and targets.flags.writeable
    assert not np.shares_memory(inputs, values) and not np.shares_memory(targets, values)


def test_windows_of_several_features():
    """Time comes first, features last."""
    values = np.arange(12).reshape(6, 2)
    inputs, targets = windows(values, size=3)
    assert inputs.shape == (3, 3, 2)
    assert inputs[1].tolist() == values[1:4].tolist()
    assert targets.tolist() == values[3:].tolist()


@given(st.lists(st.integers(), min_size=2, max_size=60), st.floats(0.01, 0.99))
def test_a_split_is_in_time_and_complete(values, test):
    """The past, then the future, nothing twice; windows cut after it share no value."""
    cut = len(values) - round(len(values) * test)
    if not 0 < cut < len(values):
        with pytest.raises(ValueError, match="split"):
            split(values, test)
        return
    past, future = split(values, test)
    assert past + future == values
    assert abs(len(future) - test * len(values)) <= 0.5
    places = np.arange(len(values))
    used = [
        set(np.concatenate([inputs.ravel(), targets]))
        for part in split(places, test)
        if len(part) > 2
        for inputs, targets in [windows(part, size=2)]
    ]
    assert len(used) < 2 or max(used[0]) < min(used[1])


def test_splitting_after_windowing_would_leak():
    """The fault that the order prevents: most test values would be known from training."""
    inputs, targets = windows(np.arange(100), size=10)
    train, test = split(np.column_stack([inputs, targets]))
    assert set(train.ravel()) & set(test.ravel())


@given(st.lists(st.lists(st.integers(2, 50), max_size=9), max_size=6), st.integers(1, 5))
def test_padded_windows_stay_in_their_text(texts, size):
    """One window for each word but the first; before the first word stands padding."""
    if not any(len(text) > 1 for text in texts):
        return
    inputs, targets = padded_windows([np.array(text, dtype=np.int64) for text in texts], size)
    assert inputs.dtype == targets.dtype == np.int64
    expected = [
        ([0] * max(size - i, 0) + text[max(i - size, 0) : i], text[i])
        for text in texts
        for i in range(1, len(text))
    ]
    assert [
        (row, target) for row, target in zip(inputs.tolist(), targets.tolist(), strict=True)
    ] == (expected)


# ---------------------------------------------------------------- texts


def test_the_corpus_is_python_s_documentation():
    """Some thousand paragraphs of English, each once, each one line."""
    pytest.importorskip("pydoc_data.topics")
    text = corpus()
    assert "Python" in text.card.name
    assert len(text.text) > 200_000
    assert all(paragraph == squeeze_spaces(paragraph) != "" for paragraph in text.paragraphs)
    folded = [paragraph.lower() for paragraph in text.paragraphs]
    assert len(set(folded)) == len(folded)
    assert corpus() == text
    words = [word for paragraph in text.paragraphs for word in tokenize(paragraph)]
    assert "the" in Vocabulary(words, max_words=3)


@pytest.mark.parametrize("module", [None, types.ModuleType("pydoc_data.topics"), {"topics": {}}])
def test_without_the_documentation_a_grammar_speaks(monkeypatch, module):
    """Where the module is missing, has another layout, or is empty; the card says so."""
    if isinstance(module, dict):
        module = types.SimpleNamespace(**module)
    monkeypatch.setitem(sys.modules, "pydoc_data.topics", module)
    text = corpus()
    assert "grammar" in text.card.name
    assert text == sentences(rng=0)


@pytest.mark.parametrize("text", [corpus(), sentences(rng=1, count=400)], ids=["corpus", "grammar"])
def test_no_paragraph_is_on_both_sides(text):
    """Split at random, all of it, reproducibly; a paragraph that stands twice counts once."""
    doubled = Text(text.card, (*text.paragraphs, *(p.upper() for p in text.paragraphs[:50])))
    train, test = doubled.split(rng=3, test=0.2)
    assert not {squeeze_spaces(p).lower() for p in train} & {
        squeeze_spaces(p).lower() for p in test
    }
    assert sorted(train + test) == sorted(text.paragraphs)
    assert len(test) == round(0.2 * len(text.paragraphs))
    assert doubled.split(rng=3, test=0.2) == (train, test)
    assert doubled.split(rng=np.random.default_rng(3), test=0.2) == (train, test)
    assert doubled.split(rng=4, test=0.2) != (train, test)


def test_a_text_has_blank_lines_between_paragraphs():
    """So that it can be cut again."""
    card = Card("t", "s", "l", (2,), "n")
    assert Text(card, ("a", "b")).text == "a\n\nb"


DETERMINERS = dict.fromkeys("some these many".split(), True)  # plural or not; "the" is both
DETERMINERS |= dict.fromkeys("a an this every".split(), False)


def test_the_grammar_keeps_agreement():
    """In a sentence that ends in an intransitive verb, it agrees with the subject at its start."""
    verbs = "sleep run sing wait grow dream fall work".split()
    adverbs = "slowly often here again today alone".split()
    seen = {True: 0, False: 0, "far": 0}
    text = sentences(rng=0, count=4000).text.replace("\n", " ")
    for sentence in text.split("."):
        words = [word for word in sentence.split() if word not in adverbs]
        if not words or words[-1].rstrip("s") not in verbs:
            continue
        plural = DETERMINERS.get(words[0])
        if plural is None:
            continue
        assert words[-1].endswith("s") is not plural, sentence
        seen[plural] += 1
        seen["far"] += len(words) > 6
    assert min(seen.values()) > 100


def test_the_grammar_is_reproducible():
    """The same seed, the same text; another seed, another text; as many sentences as asked for."""
    assert sentences(rng=5, count=80) == sentences(rng=5, count=80) != sentences(rng=6, count=80)
    text = sentences(rng=5, count=81)
    assert text.text.count(".") == 81
    assert len(text.paragraphs) == 21
    assert " a a" not in text.text and " a o" not in text.text and " an h" not in text.text


# ---------------------------------------------------------------- series


def test_the_parts_add_up():
    """The values are the sum of the parts, and the same seed gives the same values."""
    series = demand(rng=1, weeks=60, trend=5)
    assert series.values.shape == (60 * WEEK,) == series.card.shape
    assert np.allclose(sum(series.parts.values()), series.values)
    assert np.array_equal(demand(rng=1, weeks=60, trend=5).values, series.values)
    assert not np.array_equal(demand(rng=2, weeks=60, trend=5).values, series.values)
    generator = np.random.default_rng(1)
    assert np.array_equal(demand(generator, weeks=60, trend=5).values, series.values)
    assert series.parts["level"][0] == LEVEL


def test_the_parts_are_what_was_asked_for():
    """Swings, trend and noise in MW."""
    parts = demand(rng=0, weeks=208, daily=12, weekly=7, yearly=9, trend=5, noise=2).parts
    assert np.ptp(parts["daily"]) == pytest.approx(12)
    assert parts["daily"][:DAY].mean() == pytest.approx(0, abs=1e-12)
    days = parts["weekly"][:WEEK].reshape(7, DAY).mean(1)
    assert days[:5].mean() - days[5:].mean() == pytest.approx(7)
    assert np.ptp(parts["yearly"]) == pytest.approx(9)
    assert parts["trend"][-1] - parts["trend"][0] == pytest.approx(5)
    noise = parts["noise"]
    assert np.std(noise[1:] - MEMORY * noise[:-1]) == pytest.approx(2, rel=0.02)
    assert np.std(noise[:100]) == pytest.approx(np.std(noise), rel=0.5)  # no cold start
    assert np.corrcoef(noise[1:], noise[:-1])[0, 1] == pytest.approx(MEMORY, abs=0.02)


def test_the_planted_periods_are_found():
    """The three highest peaks of their parts of the spectrum stand at a day, a week and a year."""
    series = demand(rng=0)
    power = np.abs(np.fft.rfft(series.values - series.values.mean())) ** 2
    cycles = np.arange(len(power)) / len(series.values)
    for period, low, high in ((DAY, 15, 40), (WEEK, 100, 300), (YEAR, 3000, 30000)):
        band = np.flatnonzero((cycles >= 1 / high) & (cycles <= 1 / low))
        found = 1 / cycles[band[power[band].argmax()]]
        assert found == pytest.approx(period)
        assert power[band].max() > 20 * np.median(power[1:])
    assert (series.periods["daily"], series.periods["weekly"]) == (DAY, WEEK)


def test_without_a_part_its_period_is_gone():
    """The test above has something to find: no swing, no peak."""
    flat = demand(rng=0, daily=0, weekly=0, yearly=0, noise=0)
    assert np.ptp(flat.values) == 0
    assert flat.floor == 0


@given(arrays(np.float64, st.integers(2, 50), elements=NUMBERS), st.integers(1, 20))
def test_the_baselines_look_back(values, lag):
    """Forecast t is the value `lag` before t, and there is none without a past."""
    if lag >= len(values):
        return
    for forecast in (naive(values, ahead=lag), seasonal_naive(values, period=lag)):
        assert forecast.shape == values.shape
        assert np.isnan(forecast[:lag]).all()
        assert np.array_equal(forecast[lag:], values[:-lag])


@given(st.lists(NUMBERS, min_size=2, max_size=8), st.integers(2, 5))
def test_a_pure_season_is_forecast_without_error(season, times):
    """What repeats itself exactly is what the seasonal forecast is right about."""
    values = np.tile(season, times)
    assert np.array_equal(seasonal_naive(values, len(season))[len(season) :], values[len(season) :])


def error(forecast, values):
    return float(np.sqrt(np.nanmean((forecast - values) ** 2)))


@pytest.mark.parametrize("seed", range(5))
def test_the_defaults_make_forecasters_differ(seed):
    """Last week's hour beats yesterday's, which beats the hour before; none is perfect."""
    series = demand(rng=seed)
    errors = [
        error(seasonal_naive(series.values, WEEK), series.values),
        error(seasonal_naive(series.values, DAY), series.values),
        error(naive(series.values), series.values),
    ]
    gaps = [later / former for former, later in itertools.pairwise(errors)]
    assert min(gaps) > 1.1
    assert errors[0] > 1.5 * series.floor


def test_baselines_line_up_with_windows():
    """The last N forecasts belong to the N windows of the part that comes last."""
    values = np.arange(40.0)
    _, future = split(values, test=0.5)
    inputs, targets = windows(future, size=6)
    assert np.array_equal(naive(values)[-len(targets) :], inputs[:, -1])
    assert np.array_equal(seasonal_naive(values, 24)[-len(targets) :], targets - 24)
