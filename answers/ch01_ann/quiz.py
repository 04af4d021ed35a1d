"""Key of the quiz of `ch01_ann`."""

from grading.keys import Question

questions = {
    1: Question(
        right="B",
        why={
            "A": "A weight counts as much as what it multiplies. Times 0, the largest weight is 0.",
            "B": "Every product is 0, so the sum is 0 and the step says 1, for any weights. A "
            "bias is the only thing that could make it say 0.",
            "C": "A neuron never takes the mean of its weights; each is multiplied by its input, "
            "and here that is 0.",
            "D": "A sign is lost as well when the product is 0.",
        },
    ),
    2: Question(
        right="D",
        why={
            "A": "A sigmoid ends at 0 and 1: it could say neither 20 °C nor frost.",
            "B": "A step knows two answers only, and its slope is 0: it can't be trained.",
            "C": "relu inside is right. At the end it would forbid every frost.",
            "D": "relu bends inside, and the output may be any number, as temperatures are.",
        },
    ),
    3: Question(
        right="A",
        why={
            "A": "(75 - 40) / 10 = 3.5. A z-score has no bounds, and a far one tells that the row "
            "is unusual.",
            "B": "Nothing is cut: z-scores have mean 0 and sd 1 over the training rows, and no "
            "limits.",
            "C": "A ruler of its own would call every new customer average. The ruler is the "
            "training rows'.",
            "D": "The weights were learned with the old mean and sd. Change the ruler, and they "
            "no longer fit.",
        },
    ),
    4: Question(
        right="C",
        why={
            "A": "Width does not help: sums of sums are sums, however many there are.",
            "B": "One line is the limit, and XOR needs more than one line.",
            "C": "W3 (W2 (W1 x)) is one matrix times x. Without a bend, three layers are one.",
            "D": "Gradients pass through sums without trouble. There is only nothing to gain.",
        },
    ),
    5: Question(
        right="B",
        why={
            "A": "That takes optimiser.step(). Backpropagation computes and moves nothing.",
            "B": "The gradients lie ready, one for each parameter. The weights are as they were.",
            "C": "Predictions change when weights do, and those have not moved yet.",
            "D": "The rate is set by you, or by a schedule. No gradient touches it.",
        },
    ),
    6: Question(
        right="D",
        why={
            "A": "That would be one update an epoch: batches of all 1000 rows.",
            "B": "31 batches of 32 are 992 rows. Eight are left, and they are a batch, too.",
            "C": "That is one update for each row: batches of 1.",
            "D": "1000 / 32 = 31.25, so 32 batches, the last with 8 rows; 5 times 32 is 160.",
        },
    ),
    7: Question(
        right="A",
        why={
            "A": "One input a feature, one output a kind. You control both as well, but by "
            "choosing features and target; between them everything is open.",
            "B": "Three kinds need three numbers, one score each.",
            "C": "A hidden layer may be wider than both, or narrower; nothing ties it.",
            "D": "A row of 12 numbers fits into an input of width 12 and no other.",
        },
    ),
    8: Question(
        right="C",
        why={
            "A": "980 parcels are judged rightly; that is most of them.",
            "B": "These are the shares of damaged and whole parcels, not of right answers.",
            "C": "980 of 1000 are right, and of the 20 damaged ones none is found. High accuracy, "
            "no use.",
            "D": "A recall of 1 means that every damaged parcel is found. Here none is.",
        },
    ),
    9: Question(
        right="C",
        why={
            "A": "A small rate makes everything slow, but new rows get no steps of their own.",
            "B": "In a minimum the cost on the training rows would stand still. It falls.",
            "C": "It overfits: what it still gains is peculiar to its own rows. Chapter 2 tells "
            "when to stop.",
            "D": "Wrong scaling would hurt from the first epoch on, not from the thirtieth.",
        },
    ),
    10: Question(
        right="A",
        why={
            "A": "Nine weights and a bias, the same everywhere; and 26 places in each direction, "
            "26 x 26 = 676.",
            "B": "At the border the filter would hang over. It fits in 26 places a side, not 28.",
            "C": "The weights are not new at each place: one filter slides over all of them.",
            "D": "785 has a dense neuron, one weight a pixel and a bias. A filter sees 9 pixels.",
        },
    ),
    11: Question(
        right="B",
        why={
            "A": "The same weights serve every step, so their number knows nothing of the length.",
            "B": "One step a word. The network stays as it is; only the work doubles.",
            "C": "The state is as wide as the hidden layer, for a short text and for a long one.",
            "D": "Unrolled it looks deeper, but all these layers are one, with one bias.",
        },
    ),
    12: Question(
        right="D",
        why={
            "A": "f = 0 forgets everything at once, and i = 1 writes something new.",
            "B": "The old number stays, but at every step g is added to it.",
            "C": "0.9 to the power of 100 is 0.00003: next to nothing is left.",
            "D": "Keep all, add nothing. Chapter 5 lets the network learn when to do that.",
        },
    ),
    13: Question(
        right="A",
        why={
            "A": "784 numbers have to pass through 32. Only what images have in common can be "
            "left out.",
            "B": "Many parameters make copying easier, not learning necessary.",
            "C": "True, but wide layers could just copy. It is the narrow one that forces it.",
            "D": "An image is 784 numbers, and if all are met the loss is 0.",
        },
    ),
    14: Question(
        right="B",
        why={
            "A": "At 0.5 the throws have probability 0.00098, at 0.7 they have 0.0022.",
            "B": "The slope of the logarithm, 7/p - 3/(1 - p), is 0 at 0.7: the share of heads.",
            "C": "With p = 1 tails could never come, and it came three times.",
            "D": "At 0.3 the throws have probability 0.000075: the powers are the wrong way round.",
        },
    ),
    15: Question(
        right="D",
        why={
            "A": "The draw has no derivative, but here it is a given number, and sigma is not.",
            "B": "That is the slope by mu. sigma is multiplied by something.",
            "C": "For each draw it can be said; another draw gives another slope, as another row "
            "does.",
            "D": "Once drawn, epsilon is a number like an input. So gradients reach sigma.",
        },
    ),
    16: Question(
        right="A",
        why={
            "A": "0.5 is what remains to say when a picture gives no hint. The maker has "
            "succeeded, as far as this judge can see.",
            "B": "Then it would say more than 0.5 to some and less to others.",
            "C": "No score is kept. That it can't learn more may be so: there is nothing left to "
            "see.",
            "D": "A sigmoid is saturated near 0 and 1. At 0.5 it is as steep as can be.",
        },
    ),
    17: Question(
        right="C",
        why={
            "A": "That would happen if all units moved for every row. Only a neighbourhood does.",
            "B": "A unit may win as often as it is nearest.",
            "C": "Moved together, neighbours stay alike, and the grid becomes a map of the data.",
            "D": "There is no target here: the map is learned from the rows alone.",
        },
    ),
    18: Question(
        right="B",
        why={
            "A": "e to the 0 is 1, the largest of all here. No energy makes a state impossible.",
            "B": "1 against 1/2. Low energy is likely: that is all the formula says.",
            "C": "The minus turns it round: more energy, less probability.",
            "D": "A difference of 0.69 in energy is a factor of 2 in probability.",
        },
    ),
    19: Question(
        right="C",
        why={
            "A": "The rows know nothing of meaning. Chapter 12 learns other rows, which do.",
            "B": "Nor of spelling: a word is a place in a list.",
            "C": "Any two different rows differ in two places: the distance is the root of 2.",
            "D": "Another order moves the 1s, and every distance stays.",
        },
    ),
    20: Question(
        right="D",
        why={
            "A": "The three weights add up to 1, so a mean comes out and never a sum.",
            "B": "Only differences between scores matter: three fives are like three zeros.",
            "C": "Equal scores get equal weights; no place comes first.",
            "D": "Each weight is 1/3. Attention without a preference is an average.",
        },
    ),
}
