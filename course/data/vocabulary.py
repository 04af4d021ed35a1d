"""Words to indices and back."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

PADDING = 0  # stands where there is no word: before the first word of a short text
UNKNOWN = 1  # stands for every word that is not in the vocabulary
_RESERVED = ("<padding>", "<unknown>")


class Vocabulary:
    """The most frequent words of the *training* text, each with its index.

    Args:
        tokens: words, or the characters of a string for a model of characters.
        max_words: keep so many of the most frequent words, at least 1; None keeps all.

    Attributes:
        words: the word of every index. 0 is padding, 1 the unknown word, then come the words from
            the most frequent to the rarest, those equally frequent in alphabetical order.

    Raises:
        ValueError: there are no tokens, `max_words` is below 1, or a token is a reserved word.

    >>> vocabulary = Vocabulary("the cat and the dog".split(), max_words=2)
    >>> vocabulary.words
    ('<padding>', '<unknown>', 'the', 'and')
    >>> vocabulary.encode("the cat".split())
    array([2, 1])
    >>> "".join(Vocabulary("hello").decode([3, 2]))
    'el'
    """

    def __init__(self, tokens: Iterable[str], max_words: int | None = None):
        if max_words is not None and max_words < 1:
            raise ValueError(
                f"Vocabulary(tokens, max_words) got max_words={max_words}; expected at least 1, "
                "or None for all words."
            )
        counts = Counter(tokens)
        if not counts:
            raise ValueError(
                "Vocabulary(tokens) got no tokens; expected words such as tokenize(text) returns."
            )
        if clash := counts.keys() & set(_RESERVED):
            raise ValueError(
                f"Vocabulary(tokens) got the token {min(clash)!r}, which is reserved; take it out "
                "of the tokens, or clean the text by tokenize(text)."
            )
        ranked = sorted(counts, key=lambda word: (-counts[word], word))
        self.words: tuple[str, ...] = (*_RESERVED, *ranked[:max_words])
        self._index = {word: index for index, word in enumerate(self.words) if index > UNKNOWN}

    def __len__(self) -> int:
        """How many indices there are, padding and unknown included: the size of a softmax."""
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        return word in self._index

    def __repr__(self) -> str:
        return f"Vocabulary of {len(self)}: {', '.join(map(repr, self.words[2:7]))}, …"

    def encode(self, tokens: Iterable[str]) -> np.ndarray:
        """The indices of the tokens, (N,) int64 in 1..len-1; 1 for those that are not known."""
        return np.array([self._index.get(token, UNKNOWN) for token in tokens], dtype=np.int64)

    def decode(self, indices: Sequence[int] | np.ndarray) -> list[str]:
        """The words of the indices, each in 0..len-1; any array or tensor of one dimension.

        Raises:
            ValueError: an index is out of range.
        """
        found = [int(index) for index in indices]
        for index in found:
            if not 0 <= index < len(self):
                raise ValueError(
                    f"decode(indices) got the index {index}; expected 0 to {len(self) - 1}, since "
                    f"the vocabulary has {len(self)} words."
                )
        return [self.words[index] for index in found]
