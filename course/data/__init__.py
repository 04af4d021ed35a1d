"""Data for the chapters: embedded or made from a seed by default, real ones by download.

Every data set comes as an object with a `card` that tells its source, its licence and its shape.
Nothing here touches the network but the functions that say so.

>>> from course.data import corpus, demand
>>> print(demand(rng=0, weeks=4).card.shape)
(672,)
>>> corpus().card.name
'Python documentation topics'
"""

from course.data.card import Card
from course.data.cleaning import (
    clean,
    numbers_to_zero,
    separate_punctuation,
    squeeze_spaces,
    tokenize,
)
from course.data.corpora import corpus, shakespeare
from course.data.flats import Flats, flats
from course.data.frame import Frame
from course.data.glyphs import glyphs
from course.data.grammar import sentences
from course.data.houses import california
from course.data.pictures import Pictures, digits
from course.data.recordings import electrocardiogram, transformer
from course.data.remote import DataUnavailable
from course.data.seasons import demand
from course.data.series import Series, naive, seasonal_naive
from course.data.tables import churn, exam
from course.data.text import Text
from course.data.vocabulary import PADDING, UNKNOWN, Vocabulary
from course.data.windows import padded_windows, split, windows

__all__ = [
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
