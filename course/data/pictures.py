"""Small grey pictures with labels, and the handwritten digits that come with scikit-learn."""

from dataclasses import dataclass

import numpy as np

from course.data.card import Card


@dataclass(frozen=True)
class Pictures:
    """Grey pictures, what each of them shows, and their card.

    Args:
        card: tells where they come from.
        images: (N, height, width) float32 in 0..1, 0 is the background.
        labels: (N,) int64, the number of the class.
        names: the name of each class, in the order of the numbers.
    """

    card: Card
    images: np.ndarray
    labels: np.ndarray
    names: tuple[str, ...]


def digits() -> Pictures:
    """1797 digits of 8x8 pixels, each written by one of 13 people.

    They come with scikit-learn; nothing is downloaded. Neighbours in the file are often by the
    same hand, so a random split puts every hand on both sides; `images[:k]` against the rest
    does so less.

    Returns:
        Pictures of shape (1797, 8, 8), ten classes, "0" to "9".

    >>> digits().images.shape, digits().labels[:5].tolist()
    ((1797, 8, 8), [0, 1, 2, 3, 4])
    """
    from sklearn.datasets import load_digits  # slow to import, so only when somebody asks

    bunch = load_digits()
    images = (bunch.images / 16).astype(np.float32)
    card = Card(
        name="Handwritten digits",
        source=(
            "E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI "
            "Machine Learning Repository; the test part, as sklearn.datasets.load_digits has it"
        ),
        licence="CC-BY-4.0",
        shape=images.shape,
        note=(
            "0 to 1 in steps of 1/16, 0 is paper. Cut to the digit's box and scaled to its height; "
            "13 writers, who are not named, in blocks."
        ),
    )
    return Pictures(card, images, bunch.target.astype(np.int64), tuple("0123456789"))
