"""What everybody should know of a data set before using it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """A data set's name, source, licence and shape, and what is special about it.

    Args:
        name: what to call it in a sentence.
        source: who made it, or how it is made; with a URL if it is fetched.
        licence: an SPDX identifier, or a few words where there is none.
        shape: of what the data set's function returns, without the card.
        note: its unit and range, what is planted in it, what to be careful about.

    >>> print(Card("Coin", "one toss in 2024", "BSD-3-Clause", (1,), "1 is heads."))
    Coin (1,)
      source:  one toss in 2024
      licence: BSD-3-Clause
      note:    1 is heads.
    """

    name: str
    source: str
    licence: str
    shape: tuple[int, ...]
    note: str

    def __str__(self) -> str:
        return (
            f"{self.name} {self.shape}\n"
            f"  source:  {self.source}\n"
            f"  licence: {self.licence}\n"
            f"  note:    {self.note}"
        )
