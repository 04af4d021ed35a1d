"""Key of the quiz of `ch02_training`."""

from grading.keys import Question

questions = {
    1: Question(
        right="C",
        why={
            "A": "The zeros are computed like other numbers, and a thinned network learns less "
            "from each step: it needs more of them.",
            "B": "The activation stays where it is. Dropout is chance, and in use it is gone; an "
            "activation is a fixed curve, always there.",
            "C": "Any unit may be missing, so each must be of use by itself, and patterns that "
            "need many accidents at once break.",
            "D": "Dropout leaves the mean as it is and adds noise. Bringing outputs to one scale "
            "is what batch normalisation does.",
        },
    ),
    2: Question(
        right="A",
        why={
            "A": "The best of 200 noisy scores is partly luck, as the best of a thousand coins "
            "was. Only data that took no part in the choice give an honest score.",
            "B": "Not having seen data is what makes a score honest. It is by the choice that "
            "they have been seen.",
            "C": "Settings can be fitted as weights can. The choice among 200 carries some of the "
            "validation answers into the model.",
            "D": "The training score is the most flattering of all, however many examples it "
            "rests on.",
        },
    ),
    3: Question(
        right="B",
        why={
            "A": "No labels, but knowledge of the validation rows: where they lie, and how far "
            "they scatter. With few rows, outliers or chosen columns this is felt.",
            "B": "In use the next example has no say in the scale, so it must have none in "
            "validation. The effect is often small, and always in your favour.",
            "C": "A fold need not have mean 0. The model gets the scale of its training rows, and "
            "the validation rows are taken as they come.",
            "D": "Nothing complains, and that is the danger of leaks: they look like success.",
        },
    ),
    4: Question(
        right="C",
        why={
            "A": "The 3.9 of epoch 6 would have been better, but training never gets there: epochs "
            "3, 4 and 5 bring no new best.",
            "B": "It does stop after epoch 5. But the weights to keep are the best ones, not the "
            "last ones.",
            "C": "Epoch 2 is the best so far, and 3, 4 and 5 are three epochs in a row without a "
            "new best. 4.2 after 4.5 is better than before, and no best.",
            "D": "In epoch 4 only two epochs have passed since the best. Patience 3 waits for one "
            "more.",
        },
    ),
    5: Question(
        right="B",
        why={
            "A": "The pull of L2 is 2 times lambda times the weight: at 0.001 next to nothing. "
            "Nor do weights become equal.",
            "B": "The slope of |w| is 1 right up to 0, so that a weight that the loss does not "
            "hold is drawn all the way.",
            "C": "That holds for one of the two only. The slope of w² fades as w does, so L2 "
            "makes weights small and not zero.",
            "D": "What it costs is little, but what counts for training is the slope of the cost, "
            "and one of the two slopes does not fade.",
        },
    ),
    6: Question(
        right="D",
        why={
            "A": "The smaller rate helps, but smaller batches make every gradient noisier: the "
            "variance rises as 1/B.",
            "B": "Both make it wilder: noisier gradients, and longer steps along them.",
            "C": "Larger batches help, but a larger rate makes each step longer, and may swing "
            "from wall to wall of a valley.",
            "D": "The gradient of a larger batch is less noisy, and a smaller step follows it "
            "less far. Both cost time.",
        },
    ),
    7: Question(
        right="C",
        why={
            "A": "Softmax shares out one whole: two things in one picture would have to halve the "
            "probability.",
            "B": "One logit answers one yes-or-no question. Here are twenty.",
            "C": "Twenty questions of yes or no, each with its own sigmoid and its own price of "
            "being wrong.",
            "D": "It would run, but the answers are true or false and no measurements, and the "
            "squared error hardly scolds a sure mistake.",
        },
    ),
    8: Question(
        right="A",
        why={
            "A": "Pictures of one kind, few with labels and many without, one task.",
            "B": "Transfer needs another task or another kind of data to begin with. Here only "
            "labels are missing.",
            "C": "In self-supervised learning the labels are made of the inputs, such as a word "
            "that is left out. It might be a part of the method, but here are true labels, too.",
            "D": "Unsupervised learning has no labels at all; you have 50.",
        },
    ),
    9: Question(
        right="B",
        why={
            "A": "Overfitting happens in training. In use no weight moves.",
            "B": "Concept drift: incomes, prices, rules and applicants change. Compare forecasts "
            "with what came, and train anew.",
            "C": "Weights are stored as they are, and loading them changes no bit.",
            "D": "A small test set gives a score with a wide error bar. It would not make the "
            "model worse from month to month.",
        },
    ),
    10: Question(
        right="D",
        why={
            "A": "Dropout is there against learning by heart. This network has not learned "
            "anything yet, and more noise does not help it.",
            "B": "If signals or gradients die on the way, they are as dead in epoch 1000. Look at "
            "their size first.",
            "C": "Converged it has, but to nothing. Early stopping would keep the first epoch.",
            "D": "One answer for every input means that the input does not get through. Bring the "
            "signals back to size, in each layer or at the start.",
        },
    ),
}
