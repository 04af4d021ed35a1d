"""Answer key of `pick_head`: last layer and loss for a task."""

from grading.keys import Case, Mistake

parts = ("activation", "loss", "out_dim")
criteria = {
    "one answer out of several": 2,
    "several answers at once": 1,
    "numbers": 2,
}

TABLE = {  # the oracle's: activation, loss, outputs for k
    "yes or no": ("sigmoid", "bce", lambda k: 1),
    "one of k": ("softmax", "ce", lambda k: k),
    "any of k": ("sigmoid", "bce", lambda k: k),
    "k numbers": ("identity", "mse", lambda k: k),
    "k shares": ("sigmoid", "mse", lambda k: k),
}


def solution(task, k):
    if task == "yes or no":
        return "sigmoid", "bce", 1
    if task == "one of k":
        return "softmax", "ce", k
    if task == "any of k":
        return "sigmoid", "bce", k
    if task == "k numbers":
        return "identity", "mse", k
    return "sigmoid", "mse", k


def oracle(task, k):
    activation, loss, outputs = TABLE[task]
    return activation, loss, outputs(k)


def cases(rng):
    one, several, numbers = criteria
    tasks = {
        "yes or no": one,
        "one of k": one,
        "any of k": several,
        "k numbers": numbers,
        "k shares": numbers,
    }
    ks = rng.permutation([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]).tolist()
    for task, criterion in tasks.items():
        for k in (ks.pop(), ks.pop()):
            k = 2 if task == "yes or no" else k
            yield Case(criterion, f"{task!r} with k = {k}", {"task": task, "k": k})


mistakes = (
    Mistake(
        "softmax_any",
        "softmax is used where several answers may be right",
        "Softmax shares out one whole. A film that is funny and sad needs two probabilities near "
        "1.",
        old='if task == "any of k":\n        return "sigmoid", "bce", k',
        new='if task == "any of k":\n        return "softmax", "ce", k',
    ),
    Mistake(
        "two_for_yes",
        "yes or no gets an output for each of the two answers",
        "The second probability is 1 minus the first. How many outputs are needed?",
        old='"bce", 1',
        new='"bce", k',
    ),
    Mistake(
        "sigmoid_one",
        "each of k classes gets a sigmoid though only one can be right",
        "Ten sigmoids can all say 0.9. Which activation makes the k answers add up to 1?",
        old='"softmax", "ce", k',
        new='"sigmoid", "bce", k',
    ),
    Mistake(
        "sigmoid_numbers",
        "numbers without bounds go through a sigmoid",
        "A price of 300 can't come out of a sigmoid. What keeps an output free?",
        old='"identity", "mse", k',
        new='"sigmoid", "mse", k',
    ),
    Mistake(
        "relu_numbers",
        "numbers without bounds go through ReLU",
        "A temperature may be below 0. What keeps an output free?",
        old='"identity", "mse", k',
        new='"relu", "mse", k',
    ),
    Mistake(
        "free_shares",
        "shares between 0 and 1 are left without bounds",
        "A share of 1.3 is an answer that everybody will laugh at. What keeps it within 0 and 1?",
        old='return "sigmoid", "mse", k',
        new='return "identity", "mse", k',
    ),
    Mistake(
        "softmax_shares",
        "shares that are measured one by one are forced to add up to 1",
        "The humidity of three rooms does not add up to 1.",
        old='return "sigmoid", "mse", k',
        new='return "softmax", "mse", k',
    ),
    Mistake(
        "mse_classes",
        "classes are trained with the squared error",
        "The squared error hardly scolds a classifier that is sure and wrong. Which loss does?",
        old='"softmax", "ce", k',
        new='"softmax", "mse", k',
    ),
)


def as_table(task, k):
    heads = {
        "yes or no": ("sigmoid", "bce"),
        "one of k": ("softmax", "ce"),
        "any of k": ("sigmoid", "bce"),
        "k numbers": ("identity", "mse"),
        "k shares": ("sigmoid", "mse"),
    }
    return (*heads[task], 1 if task == "yes or no" else k)


def by_questions(task, k):
    if task == "k numbers":
        activation = "identity"
    else:
        activation = "softmax" if task == "one of k" else "sigmoid"
    loss = "mse" if task in ("k numbers", "k shares") else "ce" if task == "one of k" else "bce"
    return {"activation": activation, "loss": loss, "out_dim": k ** (task != "yes or no")}


alternatives = (as_table, by_questions)

hints = (
    "Ask two things of a task. What may come out: any number, numbers between 0 and 1, or shares "
    "of one whole? That is the activation. And what is the price of being wrong?",
    "Only one of k: softmax with the cross-entropy. Each for itself: sigmoid. Numbers are "
    "measured, so their loss is the squared error; answers are true or false.",
)
