"""English from a small grammar: what a network could learn of it is known exactly.

A verb agrees in number with its subject, across anything that stands between the two ("the dogs
that the cat near the trees sees sleep"). Who only looks at the last word gets the verb wrong; who
remembers the subject gets it right. That makes it a test of memory, besides being the corpus where
Python's own documentation is missing.
"""

import numpy as np

from course.data.card import Card
from course.data.text import Text

_DETERMINERS = (("the", "a", "this", "every"), ("the", "some", "these", "many"))
_ADJECTIVES = "small old happy quiet red tired young clever grey hungry".split()
_NOUNS = "dog cat bird girl boy teacher farmer tree house river robot student".split()
_TRANSITIVE = "see hear follow like help find draw remember".split()
_INTRANSITIVE = "sleep run sing wait grow dream fall work".split()
_ADVERBS = "slowly often here again today alone".split()
_PREPOSITIONS = "near behind beside under".split()
SENTENCES_A_PARAGRAPH = 4


def sentences(rng: int | np.random.Generator, count: int = 8000) -> Text:
    """Sentences from the grammar, four a paragraph; the same seed gives the same text.

    Args:
        rng: a seed or a generator.
        count: how many sentences, at least 4. A sentence has 3 words and its stop, or more.

    Raises:
        ValueError: `count` is below 4.

    >>> sentences(rng=2, count=4).paragraphs[0].split(". ")[0]
    'some cats draw some tired houses that find the girl'
    """
    if count < SENTENCES_A_PARAGRAPH:
        raise ValueError(
            f"sentences(rng, count={count}) expected a count of at least {SENTENCES_A_PARAGRAPH}, "
            "the sentences of one paragraph."
        )
    rng = np.random.default_rng(rng)
    made = [f"{' '.join(_sentence(rng))}." for _ in range(count)]
    paragraphs = tuple(
        " ".join(made[start : start + SENTENCES_A_PARAGRAPH])
        for start in range(0, count, SENTENCES_A_PARAGRAPH)
    )
    card = Card(
        name="Sentences of a small grammar",
        source="made by course.data.sentences from a seed",
        licence="BSD-3-Clause",
        shape=(len(paragraphs),),
        note="Paragraphs of invented English; every verb agrees in number with its subject.",
    )
    return Text(card, paragraphs)


def _sentence(rng: np.random.Generator) -> list[str]:
    plural = bool(rng.random() < 0.5)
    return [*_noun_phrase(rng, plural, depth=2), *_predicate(rng, plural)]


def _noun_phrase(rng: np.random.Generator, plural: bool, depth: int) -> list[str]:
    """A noun with what belongs to it; `depth` bounds the phrases inside phrases."""
    noun = _pick(rng, _NOUNS)
    adjective = [_pick(rng, _ADJECTIVES)] if rng.random() < 0.3 else []
    determiner = _pick(rng, _DETERMINERS[plural])
    first = (adjective or [noun])[0]
    if determiner == "a" and first[0] in "aeiou":
        determiner = "an"
    phrase = [determiner, *adjective, noun + "s" * plural]
    if depth == 0 or rng.random() < 0.6:
        return phrase
    inner_plural = bool(rng.random() < 0.5)
    inner = _noun_phrase(rng, inner_plural, depth - 1)
    match rng.integers(3):
        case 0:
            return [*phrase, _pick(rng, _PREPOSITIONS), *inner]
        case 1:
            return [*phrase, "that", *inner, _verb(rng, _TRANSITIVE, inner_plural)]
        case _:
            return [*phrase, "that", _verb(rng, _TRANSITIVE, plural), *inner]


def _predicate(rng: np.random.Generator, plural: bool) -> list[str]:
    if rng.random() < 0.5:
        adverb = [_pick(rng, _ADVERBS)] if rng.random() < 0.5 else []
        return [_verb(rng, _INTRANSITIVE, plural), *adverb]
    return [
        _verb(rng, _TRANSITIVE, plural),
        *_noun_phrase(rng, bool(rng.random() < 0.5), depth=1),
    ]


def _verb(rng: np.random.Generator, verbs: list[str], plural: bool) -> str:
    return _pick(rng, verbs) + "s" * (not plural)


def _pick(rng: np.random.Generator, words: list[str] | tuple[str, ...]) -> str:
    return words[rng.integers(len(words))]
