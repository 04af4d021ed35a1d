"""Answer key of `early_stop`: stopping with patience (Prechelt, 1998)."""

import numpy as np

from grading.keys import Case, Mistake

parts = ("stop_epoch", "best_epoch")
criteria = {
    "it stops before the end": 3,
    "it never has to stop": 1,
    "ties, a first epoch that stays the best": 1,
}


def solution(losses, patience):
    best, best_epoch = float("inf"), 0
    for epoch, loss in enumerate(losses.tolist(), start=1):
        if loss < best:
            best, best_epoch = loss, epoch
        elif epoch - best_epoch == patience:
            return epoch, best_epoch
    return len(losses), best_epoch


def oracle(losses, patience):
    """Try every epoch: were the last `patience` epochs all no better than what came before?"""
    values = losses.numpy()
    for stop in range(patience + 1, len(values) + 1):
        if values[stop - patience : stop].min() >= values[: stop - patience].min():
            return stop, int(values[:stop].argmin()) + 1
    return len(values), int(values.argmin()) + 1


def moves(rng, plan):
    """The plan with each new best drawn out to one to four of them, so that no epoch is fixed."""
    return "".join("b" * int(rng.integers(1, 5)) if move == "b" else move for move in plan)


def noisy(rng, moves):
    """Down a slope; each letter is a new best (b), or some way above it (n: nearer, f: farther)."""
    best, found = 2.0, []
    for move in moves:
        if move == "b":
            best -= rng.uniform(0.02, 0.05)
        found.append(
            best + {"b": 0.0, "n": 0.05, "f": 0.15}[move] + rng.uniform(0, 0.01) * (move != "b")
        )
    return np.array(found)


def cases(rng):
    stops, never, special = criteria
    example = {"losses": np.array([0.9, 0.7, 0.8, 0.6, 0.7, 0.65, 0.5]), "patience": 2}
    yield Case(stops, "the example with patience 2", example, False)
    a = noisy(rng, moves(rng, "bfbfnbfnfnfbbb"))
    yield Case(stops, f"{len(a)} epochs, patience 3", {"losses": a, "patience": 3})
    yield Case(stops, "the same curve, patience 2", {"losses": a, "patience": 2})
    yield Case(stops, "the same curve, patience 4", {"losses": a, "patience": 4})
    b = noisy(rng, moves(rng, "bfnbfnfbfnfnfnbff"))
    yield Case(stops, f"{len(b)} epochs, patience 5", {"losses": b, "patience": 5})
    e = noisy(rng, moves(rng, "bfnbfnfnbff"))
    yield Case(stops, f"{len(e)} epochs, patience 3", {"losses": e, "patience": 3})
    falls = noisy(rng, "b" * int(rng.integers(5, 12)))
    yield Case(never, "a curve that only falls", {"losses": falls, "patience": 2})
    c = noisy(rng, moves(rng, "bfbfnbfnbfb"))
    yield Case(never, "a restless curve, patience 4", {"losses": c, "patience": 4})
    d = noisy(rng, moves(rng, "bfbfnfbffnfb"))
    yield Case(never, "the end comes within patience 6", {"losses": d, "patience": 6})
    p = int(rng.integers(2, 5))
    first = 1.0 + np.concatenate([[0.0], rng.uniform(0.1, 0.5, p + 3)])
    yield Case(
        special, f"the first epoch stays the best, patience {p}", {"losses": first, "patience": p}
    )
    flat = np.full(p + 4, float(rng.uniform(1, 2)))
    yield Case(
        special,
        f"the same loss in all epochs, patience {p + 1}",
        {"losses": flat, "patience": p + 1},
    )
    head = moves(rng, "bfb")
    tie = noisy(rng, head + "nnnb")
    tie[len(head) + 1] = tie[len(head) - 1]
    yield Case(special, "a best loss that is met again", {"losses": tie, "patience": 3})
    head = moves(rng, "bfb")
    again = noisy(rng, head + "nnnnfff")
    again[len(head) + 1] = again[len(head) + 2] = again[len(head) - 1]
    yield Case(special, "a best loss that is met twice more", {"losses": again, "patience": 4})
    yield Case(special, "a single epoch", {"losses": rng.uniform(1, 2, 1), "patience": 1}, False)


def against_previous(losses, patience):
    best_epoch, bad = 1, 0
    values = losses.tolist()
    for epoch in range(2, len(values) + 1):
        if values[epoch - 1] < values[best_epoch - 1]:
            best_epoch = epoch
        bad = 0 if values[epoch - 1] < values[epoch - 2] else bad + 1
        if bad == patience:
            return epoch, best_epoch
    return len(values), best_epoch


def best_of_all(losses, patience):
    best_epoch = int(losses.argmin()) + 1
    return min(best_epoch + patience, len(losses)), best_epoch


def never_reset(losses, patience):
    best, best_epoch, bad = float("inf"), 0, 0
    for epoch, loss in enumerate(losses.tolist(), start=1):
        if loss < best:
            best, best_epoch = loss, epoch
        else:
            bad += 1
            if bad == patience:
                return epoch, best_epoch
    return len(losses), best_epoch


mistakes = (
    Mistake(
        "against_previous",
        "a loss below that of the epoch before starts the waiting anew",
        "A curve may zigzag upwards for ever. Which loss must be beaten: the last, or the lowest?",
        function=against_previous,
    ),
    Mistake(
        "never_reset",
        "all epochs without a new best are counted, also those before the best",
        "What should happen to your counter when a new best is found?",
        function=never_reset,
    ),
    Mistake(
        "best_of_all",
        "the best epoch of the whole curve is found first, and patience added",
        "While training runs, the later losses do not exist yet. Walk from epoch to epoch, with "
        "what is known so far.",
        function=best_of_all,
    ),
    Mistake(
        "one_late",
        "it waits one epoch longer than patience says",
        "In the example patience is 2 and the best epoch is 4. After which epoch are two wasted?",
        old="epoch - best_epoch == patience",
        new="epoch - best_epoch > patience",
    ),
    Mistake(
        "one_early",
        "it stops one epoch too early",
        "In the example patience is 2 and the best epoch is 4. After which epoch are two wasted?",
        old="epoch - best_epoch == patience",
        new="epoch - best_epoch >= patience - 1",
    ),
    Mistake(
        "last_epoch",
        "the epoch at which it stopped is returned as the best one",
        "The last weights are not the best ones: which epoch's weights would you keep?",
        old="return epoch, best_epoch",
        new="return epoch, epoch",
        combines_with=(),
    ),
    Mistake(
        "looks_ahead",
        "the best epoch is sought in the whole curve, beyond the stop",
        "At the moment of stopping the later losses do not exist yet.",
        old="return epoch, best_epoch",
        new="return epoch, int(losses.argmin()) + 1",
        combines_with=("one_late", "from_zero"),
    ),
    Mistake(
        "ties_count",
        "a loss equal to the best counts as a new best",
        "A flat curve has stopped falling. Must a new best be lower, or is as low enough?",
        old="loss < best",
        new="loss <= best",
        combines_with=("one_late", "from_zero"),
    ),
    Mistake(
        "from_zero",
        "the epochs are counted from 0",
        "The first loss belongs to epoch 1.",
        old="start=1",
        new="start=0",
        combines_with=("ties_count", "looks_ahead"),
    ),
)


def with_a_counter(losses, patience):
    best_epoch, waited = 1, 0
    for t in range(1, len(losses)):
        if losses[t] < losses[best_epoch - 1]:
            best_epoch, waited = t + 1, 0
            continue
        waited += 1
        if waited >= patience:
            return t + 1, best_epoch
    return len(losses), best_epoch


def with_running_minimum(losses, patience):
    low = np.minimum.accumulate(losses.numpy())
    best = np.array([np.argmax(low == value) + 1 for value in low])  # best epoch so far
    waited = np.arange(1, len(low) + 1) - best
    stop = int(np.argmax(waited == patience)) + 1 if (waited == patience).any() else len(low)
    return stop, int(best[stop - 1])


alternatives = (with_a_counter, with_running_minimum)

hints = (
    "Walk along the curve once and carry two things with you: the lowest loss so far, and its "
    "epoch. What do they tell you about how long you have waited?",
    "In each epoch: a loss below the lowest so far is a new best. Otherwise look how many epochs "
    "have passed since the best; at patience, return. After the loop, return the last epoch.",
)

excused_mutants = {
    'best, best_epoch = float("inf"), 0: 0 to 1': "the first loss is below infinity, so that the "
    "first epoch is the best so far whatever stood there",
}
