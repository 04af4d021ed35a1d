"""Judging a sampler's draws: exactly where that can be, else by tests with a stated error rate.

Exact: the same seed gives the same result, another seed another one, the generator that was passed
in is the one used, every value is possible. Statistical: the draws come from the right
distribution. All p-values of all cases of an exercise share one budget (Bonferroni), so that a
right sampler fails its check with a probability of at most `BUDGET`, however the tests depend on
each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from course.checks.calls import Outcome
from course.checks.compare import agree
from course.checks.distributions import Categorical, Distribution, Marginal, of
from course.checks.draws import AGAIN, ALONE, MOVED
from course.checks.expected import DRAWN, Case, Exercise
from course.checks.values import leaves

BUDGET = 1e-6  # the chance, at most, that a right sampler fails an exercise by bad luck
CLAIM = 1e-6  # a mean or spread is called wrong below this, by a test of single entries
CLEAR = 1e-3  # and right above this
RIVAL = 1e-3  # a fault is told from another one if it is so much less likely to be chance
USED, POSSIBLE, DISTRIBUTION = DRAWN

SAID = {
    "moved": "It takes no random number from its generator; hand it on, as in "
    "`torch.rand(n, generator=generator)`.",
    "alone": "It draws from torch's own generator, or seeds it; every random function needs "
    "`generator=generator`.",
    "repeats": "Called twice with the same seed, it returns two different results.",
    "varies": "It returns the same for every seed.",
    "shape": "A draw has not the right shape.",
    "finite": "Some of its values are NaN or infinite.",
    "fixed": "What is not random in its result is not right.",
    "possible": "Some of its values never come out of a right sampler.",
    "shares": "Its values are possible ones, but they come in wrong proportions.",
    "mean": "The mean is not right",
    "spread": "The spread is not right",
    "form": "Mean and spread are right, but the shape of the distribution is not: is it normal "
    "where it should be uniform, or the other way round?",
    "elements": "The entries of a draw depend on each other: each needs its own random number.",
    "draws": "What one seed gives depends on what another seed gave.",
    "unclear": "The distribution of its draws is not right.",
}
WAYS = {
    ("mean", 1): "the draws lie too high",
    ("mean", -1): "the draws lie too low",
    ("spread", 1): "the draws scatter too much",
    ("spread", -1): "the draws scatter too little",
}


def right(exercise: Exercise, case: Case, outcome: Outcome) -> dict[str, bool]:
    """Which of `DRAWN` hold for a random case."""
    found = problems(exercise, case, outcome)
    return {name: not found[name] for name in DRAWN}


def problems(exercise: Exercise, case: Case, outcome: Outcome) -> dict[str, list[str]]:
    """For each of `DRAWN` what is wrong, as keys of `SAID`; "" for an outcome without draws."""
    if outcome.fault or not _complete(case, outcome):
        return {name: [""] for name in DRAWN}
    possible = _of_values(case, outcome)
    found = {USED: _of_generator(case, outcome, possible), POSSIBLE: possible}
    if found[POSSIBLE] or "varies" in found[USED]:
        return found | {DISTRIBUTION: [""]}  # wrong for certain, and nothing to be tested
    return found | {DISTRIBUTION: failed(p_values(case, outcome), share_of(exercise))}


def laws(case: Case) -> list[tuple[list[str], Distribution]]:
    """The distributions of a case, each with the leaves that it describes."""
    return [(row["of"], of(row["law"])) for row in case.distribution or []]


def p_values(case: Case, outcome: Outcome) -> list[dict[str, np.ndarray]]:
    """One dict a law: the p-values of all its tests by what they test."""
    with np.errstate(all="ignore"):  # huge numbers may overflow; what is no number fails
        return [
            law.statistics([outcome.values[leaf] for leaf in names], outcome.itemsize)
            for names, law in laws(case)
        ]


def share_of(exercise: Exercise) -> float:
    """The part of the budget that each random case of an exercise has."""
    return BUDGET / sum(case.draws > 0 for case in exercise.cases)


def failed(found: list[dict[str, np.ndarray]], share: float) -> list[str]:
    """What fails of the tests of one case, which have a share of the budget among them."""
    bound = share / sum(p.size for row in found for p in row.values())
    names = [name for row in found for name, p in row.items() if not (p > bound).all()]
    return list(dict.fromkeys(names))


def _complete(case: Case, outcome: Outcome) -> bool:
    wanted = [name for leaf, _ in leaves(case.result) for name in (leaf, f"{leaf} {AGAIN}")]
    return all(isinstance(outcome.values.get(name), np.ndarray) for name in wanted) and all(
        isinstance(outcome.values.get(name), bool) for name in (MOVED, ALONE)
    )


def _of_generator(case: Case, outcome: Outcome, possible: list[str]) -> list[str]:
    values = outcome.values
    facts = {"moved": values[MOVED], "alone": values[ALONE]}
    if possible != ["shape"]:
        names = [name for row, _ in laws(case) for name in row]
        first = {name: values[name][0] for name in names}
        facts["repeats"] = all(_same(first[n], values[f"{n} {AGAIN}"]) for n in names)
        facts["varies"] = any(not _same(first[n], draw) for n in names for draw in values[n][1:])
    return [name for name, holds in facts.items() if not holds]


def _of_values(case: Case, outcome: Outcome) -> list[str]:
    stacks = {name: outcome.values[name] for name, _ in leaves(case.result)}
    template = dict(leaves(case.result))
    for name, stack in stacks.items():
        if stack.shape != (case.draws, *np.shape(template[name])):
            return ["shape"]
    if not all(np.isfinite(stack).all() for stack in stacks.values()):
        return ["finite"]
    described = [name for names, _ in laws(case) for name in names]
    for name in stacks.keys() - set(described):
        if not all(agree(draw, np.asarray(template[name])) for draw in stacks[name]):
            return ["fixed"]
    for names, law in laws(case):
        if not law.possible([stacks[name] for name in names], outcome.itemsize).all():
            return ["possible"]
    return []


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and bool(np.array_equal(one, other, equal_nan=True))


def sentences(exercise: Exercise, outcomes: Sequence[Outcome]) -> list[str]:
    """What is wrong with the draws, in words that tell no expected value, each said once."""
    rows = [
        (case, outcome, problems(exercise, case, outcome))
        for case, outcome in zip(exercise.cases, outcomes, strict=True)
        if case.draws and not outcome.fault
    ]
    exact = [what for *_, found in rows for what in (*found[USED], *found[POSSIBLE])]
    if "moved" in exact:
        exact = [what for what in exact if what != "varies"]  # the one follows from the other
    claims = _of_moments(rows)
    for case, outcome, found in rows:
        if tests := [name for name in found[DISTRIBUTION] if name]:
            claims += [SAID[what] for what in _claimed(case, outcome, tests)]
    clear = [text for text in claims if text != SAID["unclear"]]
    texts = [SAID.get(what, "") for what in exact] + (clear or claims)
    return list(dict.fromkeys(text for text in texts if text))


def _claimed(case: Case, outcome: Outcome, low: list[str]) -> list[str]:
    """What failed tests allow to say of one case, but for mean and spread.

    A test of all entries together fails, too, where they depend on each other, and how often two
    discrete entries agree depends on their shares. Only what no other fault explains is said.
    """
    wrong = [name for name, one in marginals(case, outcome) if one.smallest < CLAIM]
    said = ["shares"] if "shares" in wrong else []
    if not said:
        found = [pair for row in p_values(case, outcome) for pair in row.items()]
        smallest = {name: p.min() for name, p in found if p.size}
        # Wrong shares alone show in the shares more clearly than in the agreements.
        bound = smallest.get("shares", 1.0) * RIVAL
        said = [name for name in ("elements", "draws") if name in low and smallest[name] < bound]
    if "shape" in low and not (wrong or said or {"mean", "spread"} & set(low)):
        said = ["form"]
    return said or ([] if wrong else ["unclear"])


def marginals(case: Case, outcome: Outcome) -> list[tuple[str, Marginal]]:
    """The tests of single entries, by what they test."""
    with np.errstate(all="ignore"):
        return [
            pair
            for names, law in laws(case)
            for pair in law.marginals([outcome.values[n] for n in names], outcome.itemsize).items()
        ]


def _of_moments(rows: Sequence[tuple[Case, Outcome, dict[str, list[str]]]]) -> list[str]:
    """A sentence on mean and spread over all cases, with the way they are off if it is one."""
    tested = [
        (name, one, bool(found[DISTRIBUTION]))
        for case, outcome, found in rows
        if found[DISTRIBUTION] != [""]
        for name, one in marginals(case, outcome)
    ]
    texts = {}
    for name in ("mean", "spread"):
        wrong = [one for n, one, bad in tested if n == name and bad and one.smallest < CLAIM]
        if wrong:
            signs = {sign for one in wrong for sign in one.sign[one.p < CLAIM / one.p.size]}
            way = WAYS[name, int(signs.pop())] if len(signs) == 1 else ""
            texts[name] = f"{SAID[name]}{': ' if way else ''}{way}."
    if len(texts) == 1:
        ((name, text),) = texts.items()
        other = "spread" if name == "mean" else "mean"
        if all(one.smallest > CLEAR for n, one, _ in tested if n == other):
            return [f"The {other} is right, the {name} is not{text.removeprefix(SAID[name])}"]
    return list(texts.values())


def shown(exercise: Exercise, case: Case, outcome: Outcome) -> list[str]:
    """Lines with figures on one failing random case: the entry that is furthest off."""
    with np.errstate(all="ignore"):
        return _shown(exercise, case, outcome)


def _shown(exercise: Exercise, case: Case, outcome: Outcome) -> list[str]:
    found = problems(exercise, case, outcome)
    if found[POSSIBLE] == ["shape"]:
        return _shapes(case, outcome)
    for names, law in laws(case):
        stacks = [outcome.values.get(name) for name in names]
        if found[POSSIBLE] == ["possible"]:
            place = np.argwhere(~law.possible(stacks, outcome.itemsize))
            if len(place):
                return _impossible(names, law, stacks, tuple(place[0]))
        if any(found[DISTRIBUTION]):
            own = law.marginals(stacks, outcome.itemsize)
            if any(one.smallest < CLAIM for one in own.values()):
                return _furthest(names, law, stacks, outcome.itemsize)
    return []


def _shapes(case: Case, outcome: Outcome) -> list[str]:
    for name, leaf in leaves(case.result):
        got, want = outcome.values[name].shape[1:], np.shape(leaf)
        if got != want:
            return [f"expected {name} of shape {want}", f"got      shape {got}"]
    return []


def _impossible(names: list[str], law: Any, stacks: list[Any], place: tuple) -> list[str]:
    draw, *index = place
    if isinstance(law, Categorical):
        wanted = " or ".join(
            _numbers([value[(k, *index)] for value in law.values.values()])
            for k in range(len(law.probs))
            if law.probs[(k, *index)] > 0
        )
    else:
        wanted = f"between {law.low[tuple(index)]:.6g} and {law.high[tuple(index)]:.6g}"
    got = _numbers([stack[place] for stack in stacks])
    where = f"{' and '.join(names)}{_index(index)} in draw {draw + 1}"
    return [f"expected {where}: {wanted}", f"got      {got}"]


def _furthest(names: list[str], law: Any, stacks: list[Any], itemsize: int) -> list[str]:
    if isinstance(law, Categorical):
        hits = law.hits(stacks, itemsize)  # (K, *batch)
        draws = len(stacks[0])
        expected = law.probs * draws
        off = np.abs(hits - expected) / np.sqrt(expected * (1 - law.probs) + 1)
        k, *index = np.unravel_index(int(off.argmax()), off.shape)
        value = _numbers([v[(k, *index)] for v in law.values.values()])
        where = f"{' and '.join(names)}{_index(index)} = {value}"
        return [
            f"expected {where} in about {expected[(k, *index)]:.0f} of {draws} draws",
            f"got      it in {hits[(k, *index)]}",
        ]
    scores = law.scores(stacks[0])
    off = np.maximum(np.abs(scores.mean(axis=0)), np.abs(scores.std(axis=0) - 1))
    index = tuple(int(i) for i in np.unravel_index(int(off.argmax()), off.shape))
    mean, std = law.moments()
    column = stacks[0][(slice(None), *index)]
    return [
        f"expected {names[0]}{_index(index)} over {len(column)} draws: mean {mean[index]:.3g}, "
        f"standard deviation {std[index]:.3g}",
        f"got      mean {column.mean():.3g}, standard deviation {column.std():.3g}",
    ]


def _index(index: Sequence[Any]) -> str:
    return f"[{', '.join(str(int(i)) for i in index)}]" if len(index) else ""


def _numbers(values: Sequence[Any]) -> str:
    texts = [
        np.array2string(np.asarray(value), precision=4, suppress_small=True) for value in values
    ]
    return texts[0] if len(texts) == 1 else f"({', '.join(texts)})"
