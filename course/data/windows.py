"""Cutting a sequence into pairs of what is known and what is to be predicted.

Split first and window then: windows of neighbouring steps share most of their values, so windows
that are cut first and split then put nearly all test values into training.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from course.data.vocabulary import PADDING


def split(sequence: Sequence, test: float = 0.2) -> tuple[Sequence, Sequence]:
    """Split a sequence in time: the past to train on, and what came after it to test on.

    Args:
        sequence: a list, a string or an array (T, …).
        test: the share of the end that is kept for the test, in 0..1, both exclusive.

    Returns:
        (train, test): together the whole sequence. Arrays are views of it, not copies.

    Raises:
        ValueError: `test` is not a share, or a part would be empty.

    >>> split([1, 2, 3, 4, 5], test=0.4)
    ([1, 2, 3], [4, 5])
    """
    cut = len(sequence) - round(len(sequence) * test) if 0 < test < 1 else 0
    if not 0 < cut < len(sequence):
        raise ValueError(
            f"split(sequence, test={test}) got {len(sequence)} values; expected a share between 0 "
            "and 1 that leaves at least one value on either side."
        )
    return sequence[:cut], sequence[cut:]


def windows(
    sequence: np.ndarray, size: int, ahead: int = 1, step: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Windows of `size` values, each with the value that comes `ahead` steps after its last.

    Args:
        sequence: (T,) or (T, features), numbers of any kind.
        size: the length of a window, at least 1.
        ahead: 1 predicts the next value; at least 1.
        step: from the beginning of one window to that of the next, at least 1; a long sequence
            gives fewer windows, and needs less memory, with a larger one.

    Returns:
        (inputs, targets): (N, size, …) and (N, …), N = (T - size - ahead) // step + 1. With
        s = i step, inputs[i] is sequence[s : s + size] and targets[i] is
        sequence[s + size + ahead - 1]. Both are copies.

    Raises:
        ValueError: the sequence is too short for one window, or another number is below 1.

    >>> inputs, targets = windows(np.array([10, 20, 30, 40]), size=2)
    >>> inputs.tolist(), targets.tolist()
    ([[10, 20], [20, 30]], [30, 40])
    """
    sequence = np.asarray(sequence)
    if min(size, ahead, step) < 1 or len(sequence) < size + ahead:
        raise ValueError(
            f"windows(sequence, size={size}, ahead={ahead}, step={step}) got {len(sequence)} "
            "values; expected size, ahead and step of at least 1, and size + ahead values or more."
        )
    slid = np.lib.stride_tricks.sliding_window_view(sequence[:-ahead], size, axis=0)[::step]
    return np.moveaxis(slid, -1, 1).copy(), sequence[size + ahead - 1 :: step].copy()


def padded_windows(sequences: Iterable[np.ndarray], size: int) -> tuple[np.ndarray, np.ndarray]:
    """For every word but the first of each text: the `size` words before it, and the word.

    No window reaches over the beginning of its text; what is missing there is padding, 0.

    Args:
        sequences: texts as indices, (T,) each, as `Vocabulary.encode` returns them.
        size: the length of a window, at least 1.

    Returns:
        (inputs, targets): (N, size) and (N,), int64, N = the sum of all T - 1.

    Raises:
        ValueError: `size` is below 1, or no text has two words.

    >>> inputs, targets = padded_windows([np.array([7, 8, 9]), np.array([4, 5])], size=2)
    >>> inputs.tolist(), targets.tolist()
    ([[0, 7], [7, 8], [0, 4]], [8, 9, 5])
    """
    if size < 1:
        raise ValueError(f"padded_windows(sequences, size={size}) expected a size of at least 1.")
    start = np.full(size - 1, PADDING)
    pairs = [
        windows(np.concatenate([start, sequence]).astype(np.int64), size)
        for sequence in sequences
        if len(sequence) > 1
    ]
    if not pairs:
        raise ValueError(
            f"padded_windows(sequences, size={size}) found no text of two words or more; expected "
            "a list of arrays of indices, one array a text."
        )
    inputs, targets = zip(*pairs, strict=True)
    return np.concatenate(inputs), np.concatenate(targets)
