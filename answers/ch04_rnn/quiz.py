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
    5: Question(
        right="B",
        why={
            "A": "The gradients of all steps are added first; one update follows at the end of "
            "the sequence. A weight that moved on the way would fit no earlier state.",
            "B": "One weight, used at every step, acts on the loss in as many ways. The steps' "
            "contributions are added up, and one update is made of the sum.",
            "C": "The chain rule is the same. Unrolling turns the loop into a deep network, with "
            "one layer a step and no loop at all.",
            "D": "That is the local gradient, which takes the old state for a constant. The error "
            "goes on from there, through every step to the first.",
        },
    ),
    6: Question(
        right="A",
        why={
            "A": "Links across a cut go unseen, so the gradient is biased: it leans towards what "
            "pays within 20 steps. That is the price of less memory and fewer long products.",
            "B": "All steps share the same weights, so every weight is updated, with what each "
            "piece contributes. Only the paths across the cuts are missing.",
            "C": "The forward pass knows nothing of the cuts: the state keeps its value and may "
            "remember for long. It is only that nobody teaches it to.",
            "D": "If it were so, a larger learning rate would do. Terms are missing, and more of "
            "them for one weight than for another: the gradient points elsewhere.",
        },
    ),
    7: Question(
        right="D",
        why={
            "A": "Overfitting would show on new sentences, and those go well. A smaller network "
            "could do the same, for copying a word takes no great size.",
            "B": "So it does where the text is complete, as in naming the part of speech of each "
            "word. Here the context contains the very word that is asked for.",
            "C": "Each half reads each sentence once, with weights of its own. That doubles the "
            "work; almost perfect prediction needs another explanation.",
            "D": "The state of step t has read words t + 1 and later: the answer is in the input. "
            "Where text is written word by word, that half has nothing to read.",
        },
    ),
    8: Question(
        right="C",
        why={
            "A": "The reservoir keeps its random weights for good. So no error has to travel "
            "through time, and nothing can vanish or explode on the way back.",
            "B": "The radius is set by hand, once, before the first input: all weights are "
            "multiplied by one number. That is scaling, not training.",
            "C": "The states are computed once; the best linear readout of them is a regression, "
            "solved in one go, without a single gradient step.",
            "D": "The echo holds the past, but mixed in hundreds of units. Someone must pick out "
            "what the task needs, and that is the trained readout.",
        },
    ),
    9: Question(
        right="A",
        why={
            "A": "h_t needs h_{t-1}: a chain of 10 000 links. The cores can share the units of a "
            "step, or many sequences, but never the steps of one sequence.",
            "B": "Weights stay as they are while a sequence is read. A trained network that is "
            "never updated again has to wait just as long.",
            "C": "All steps use the same few matrices, which are loaded once. That is what makes "
            "the network small, and it does not make it quick.",
            "D": "The units of one step are computed side by side, on as many cores as you like. "
            "It is the steps that cannot be shared out.",
        },
    ),
    10: Question(
        right="C",
        why={
            "A": "Drawn unrolled it looks like a layer for every step, but the weights are the "
            "same. Gates came later, with the LSTM; this network has none.",
            "B": "Feeding back the output is Jordan's choice, one of several, and nothing waits "
            "for it to settle: each step takes the next input.",
            "C": "The same weights at every step, so that any length will do, and a state, so "
            "that the past is not lost. All the rest is detail.",
            "D": "That describes attention, which needs no loop. A recurrent network meets its "
            "inputs one by one and must remember the earlier ones.",
        },
    ),
}
