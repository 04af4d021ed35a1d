"""Texts to learn the next word, or the next character, from."""

import re

from course.data.card import Card
from course.data.cleaning import squeeze_spaces
from course.data.grammar import sentences
from course.data.remote import Remote
from course.data.text import Text, unique

_BLANK_LINE = re.compile(r"\n\s*\n")

SHAKESPEARE = Remote(
    call="shakespeare()",
    file="tiny_shakespeare.txt",
    url=(
        "https://raw.githubusercontent.com/karpathy/char-rnn/"
        "6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e/data/tinyshakespeare/input.txt"
    ),
    sha256="86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
    megabytes=1.1,
    instead="corpus()",
)


def corpus() -> Text:
    """English that is already on this machine: the documentation topics that come with Python.

    Paragraphs of single lines, each once: the topics quote one another, and about a fifth of the
    text stands in it twice. How much there is differs by the version of Python (about 350 000
    characters in 3.11). Where Python comes without it, `sentences(rng=0)` takes its place; the
    card says which it is.

    >>> text = corpus()
    >>> len(text.paragraphs) > 1000
    True
    """
    topics = _topics()
    if not topics:
        return sentences(rng=0)
    blocks = (block for topic in sorted(topics) for block in _BLANK_LINE.split(topics[topic]))
    paragraphs = tuple(unique(squeeze_spaces(block) for block in blocks))
    card = Card(
        name="Python documentation topics",
        source="the module pydoc_data.topics of Python's standard library, https://docs.python.org",
        licence="PSF-2.0",
        shape=(len(paragraphs),),
        note="Paragraphs of technical English with code; the number differs by Python's version.",
    )
    return Text(card, paragraphs)


def _topics() -> dict[str, str]:
    """Python's documentation topics by name; none where this Python comes without them."""
    try:
        from pydoc_data.topics import topics
    except ImportError:
        return {}
    return {name: text for name, text in topics.items() if isinstance(text, str)}


def shakespeare() -> Text:
    """Forty thousand lines from Shakespeare's plays, one speech a paragraph (downloads 1.1 MB).

    Source: A. Karpathy, char-rnn (2015), "Tiny Shakespeare".

    Raises:
        DataUnavailable: it is neither in the cache nor to be had; the message says what to do.

    >>> SHAKESPEARE.instead  # what to go on with where there is no network
    'corpus()'
    """
    text = SHAKESPEARE.fetch().read_text(encoding="utf-8")
    paragraphs = tuple(text.strip("\n").split("\n\n"))
    card = Card(
        name="Tiny Shakespeare",
        source=f"A. Karpathy, char-rnn (2015): {SHAKESPEARE.url}",
        licence="public domain",
        shape=(len(paragraphs),),
        note="Speeches: a speaker's name, a colon, and lines. 1 115 394 characters of 65 kinds.",
    )
    return Text(card, paragraphs)
