"""Key of the quiz of `ch04_rnn`."""

from grading.keys import Question

questions = {
    1: Question(
        right="C",
        why={
            "A": "The loop does start over, but with whatever state it is given. Unless you hand "
            "over a fresh h0, the second review is read in the mood of the first.",
            "B": "Reading changes no weight; only training does. A trained network reads a "
            "thousand reviews with the same weights.",
            "C": "The state is the short-term memory of one sequence. A new sequence starts from "
            "h0; the weights, the long-term memory, stay.",
            "D": "Half right: the state changes with every step and is set back. The weights "
            "change in training only, and setting them back would erase all that was learned.",
        },
    ),
    2: Question(
        right="A",
        why={
            "A": "Many words in, many words out, and the first word out waits until the sentence "
            "has been read: the state has to carry all of it.",
            "B": "In step means one answer for each input, at once. Word by word fails here: the "
            "two sentences differ in word order and in length.",
            "C": "Many-to-one ends with a single answer, such as a verdict on a review. A "
            "translation is a sequence again.",
            "D": "One-to-many starts from a single input, such as an image. Here the input is "
            "itself a sequence of words.",
        },
    ),
    3: Question(
        right="B",
        why={
            "A": "That is Elman's network: there the state comes back, through a square matrix. "
            "Classic Jordan has no W_hh.",
            "B": "Two numbers come back, the last output, and five units receive them: five rows, "
            "two columns.",
            "C": "The right arrow, but turned round: W_yh @ y must give one number for each of "
            "the five hidden units, so it needs five rows.",
            "D": "W_hy leads from the state to the output of the same step. It points out of the "
            "network, not into its future.",
        },
    ),
    4: Question(
        right="D",
        why={
            "A": "That would be the linear unit. With tanh each factor is w(1 - h²), and a large "
            "w drives h to where 1 - h² is small.",
            "B": "tanh keeps the state between -1 and 1. The gradient is a product of slopes, and "
            "a bounded state says nothing about that product.",
            "C": "Clipping shortens a gradient that is too long. It is no part of the unit, and "
            "here there is nothing to shorten.",
            "D": "The state sits near its plateau, where w(1 - h²) is about 0.4. Fifty such "
            "factors leave next to nothing.",
        },
    ),
}
