"""From text as people write it to a list of words, one small step at a time.

A network sees a word as an index and nothing more: "The" and "the", or "1990" and "1991", are as
different to it as any two words. Each step here makes two spellings of one thing the same word.
"""

import re

_NUMBER = re.compile(r"(?<![^\W_])\d+(?:[.,]\d+)*(?![^\W_])")  # not the 4 of "utf8" or "h2o"
_RULE = re.compile(r"_{3,}")  # a drawn line
_OUTER_APOSTROPHE = re.compile(r"(?<!\w)'|'(?!\w)")


def numbers_to_zero(text: str) -> str:
    """Write every number as 0, since almost every number is too rare to be learned.

    >>> numbers_to_zero("In 1990, 3.5 and 1,000 of utf8")
    'In 0, 0 and 0 of utf8'
    """
    return _NUMBER.sub("0", text)


def separate_punctuation(text: str, keep: str = ".") -> str:
    """Put a space for every punctuation mark, except for those inside words and those to keep.

    Args:
        text: any text.
        keep: marks, but for the apostrophe, that stay where they end something: where a space, a
            closing quote or bracket, or the end of the text follows. Each becomes a word.

    Returns:
        The text without other marks. Apostrophes and underscores inside words stay.

    >>> squeeze_spaces(separate_punctuation("Don't call f.g(x) (or __init__). Stop!", keep="."))
    "Don't call f g x or __init__ . Stop"
    """
    kept = "|".join(map(re.escape, keep)) or "(?!)"  # (?!) matches nothing
    text = text.replace("’", "'")
    text = re.sub(rf"(?!(?:{kept})(?:[\s\"')\]]|$))[^\w\s']", " ", text)
    text = re.sub(f"({kept})", r" \1 ", text)
    return _OUTER_APOSTROPHE.sub(" ", _RULE.sub(" ", text))


def squeeze_spaces(text: str) -> str:
    """Make one space of all white space in a row, and none at the ends.

    >>> squeeze_spaces("  one\\n   two ")
    'one two'
    """
    return " ".join(text.split())


def clean(text: str, keep: str = ".") -> str:
    """Lower case, numbers as 0, no punctuation but `keep`, single spaces: in this order.

    Cleaning what is clean changes nothing.

    >>> clean("The 2 functions  f() and g() don't differ.")
    "the 0 functions f and g don't differ ."
    """
    return squeeze_spaces(separate_punctuation(numbers_to_zero(text.lower()), keep))


def tokenize(text: str, keep: str = ".") -> list[str]:
    """The words of a text, cleaned; what is in `keep` counts as a word.

    >>> tokenize("To be, or not to be.")
    ['to', 'be', 'or', 'not', 'to', 'be', '.']
    """
    return clean(text, keep).split()
