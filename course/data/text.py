"""A text in paragraphs, and how it is split without a leak."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from course.data.card import Card
from course.data.cleaning import squeeze_spaces


@dataclass(frozen=True)
class Text:
    """A text in paragraphs, with its card.

    >>> text = Text(Card("Two lines", "invented", "BSD-3-Clause", (2,), ""), ("One.", "Two."))
    >>> text.text
    'One.\\n\\nTwo.'
    """

    card: Card
    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        """The whole text, a blank line between paragraphs."""
        return "\n\n".join(self.paragraphs)

    def split(
        self, rng: int | np.random.Generator, test: float = 0.15
    ) -> tuple[list[str], list[str]]:
        """Split by paragraphs drawn at random, no paragraph on both sides.

        What stands in the text twice, but for case and spaces, is taken once: otherwise the test
        would ask for what was learned by heart.

        Args:
            rng: a seed or a generator.
            test: the share of paragraphs to test on, in 0..1, both exclusive.

        Returns:
            (train, test): lists of paragraphs.

        Raises:
            ValueError: `test` is not a share, or a part would be empty.
        """
        found = unique(self.paragraphs)
        count = round(len(found) * test) if 0 < test < 1 else 0
        if not 0 < count < len(found):
            raise ValueError(
                f"split(rng, test={test}) got {len(found)} different paragraphs; expected a share "
                "between 0 and 1 that leaves at least one paragraph on either side."
            )
        order = np.random.default_rng(rng).permutation(len(found))
        return [found[i] for i in order[count:]], [found[i] for i in order[:count]]


def unique(paragraphs: Iterable[str]) -> list[str]:
    """The paragraphs in their order, of equal ones (but for case and spaces) only the first.

    >>> unique(["A b.", "C.", "a  b."])
    ['A b.', 'C.']
    """
    first: dict[str, str] = {}
    for paragraph in paragraphs:
        first.setdefault(squeeze_spaces(paragraph).lower(), paragraph)
    return [paragraph for key, paragraph in first.items() if key]
