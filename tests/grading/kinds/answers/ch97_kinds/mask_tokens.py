"""Answer key of `mask_tokens`: two results that belong together."""

import torch

from grading.keys import Case, Categorical, Mistake, Sampler

call = Sampler(possible="labels fit the masked tokens")
parts = ("masked", "labels")
criteria = {"labels fit the masked tokens": 1, "each token has its own chance": 1}


def solution(ids, p, generator):
    hit = torch.rand(ids.shape, generator=generator) < p
    masked = torch.where(hit, 0, ids)
    return masked, torch.where(hit, ids, -100)


def oracle(ids, p):
    zero, none = torch.zeros_like(ids), torch.full_like(ids, -100)
    chance = torch.full(ids.shape, float(p))
    values = {"masked": torch.stack([ids, zero]), "labels": torch.stack([none, ids])}
    return Categorical(torch.stack([1 - chance, chance]), values)


def cases(rng):
    for n, p in ((7, 0.2), (10, 0.4)):
        inputs = {"ids": rng.integers(1, 50, size=n), "p": p}
        yield Case("each token has its own chance", f"{n} tokens, p = {p}", inputs)


mistakes = [
    Mistake("all_labels", "every token has a label", "Where is nothing to be guessed?",
            old="torch.where(hit, ids, -100)", new="ids"),
    Mistake("p_kept", "p is taken for the chance to stay", "Who is masked with chance p?",
            old="< p", new="> p"),
    Mistake("two_draws", "masked tokens and labels come from different draws",
            "Which tokens have a label?", old="return masked, torch.where(hit,",
            new="return masked, torch.where(torch.rand(ids.shape, generator=generator) < p,"),
    Mistake("exactly", "always the same number of tokens is masked", "Each token for itself.",
            old="torch.rand(ids.shape, generator=generator) < p",
            new="torch.randperm(len(ids), generator=generator) < round(p * len(ids))"),
]


def with_clones(ids, p, generator):
    hit = torch.bernoulli(torch.full(ids.shape, p), generator=generator).bool()
    masked, labels = ids.clone(), ids.clone()
    masked[hit], labels[~hit] = 0, -100
    return masked, labels


alternatives = [with_clones]
hints = ["Which tokens are hit?", "torch.where chooses between two tensors."]
excused_mutants = {
    "hit = torch.rand(ids.shape, generator=generator) < p: Lt to LtE": "equal has no chance",
}
