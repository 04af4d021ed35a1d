"""Answer key of `dropout`: a sampler that is deterministic in use."""

import torch

from grading.keys import Bernoulli, Case, Mistake, Sampler

call = Sampler(used="draws from its generator", possible="kept entries are x / (1 - p)")
criteria = {
    "draws from its generator": 1,
    "kept entries are x / (1 - p)": 1,
    "each entry has its own chance p": 1,
    "nothing is dropped in use": 1,
}


def solution(x, p, training, generator):
    if not training:
        return x
    keep = torch.rand(x.shape, generator=generator) >= p
    return keep * x / (1 - p)


def oracle(x, p, training):
    return Bernoulli(1 - p, high=x / (1 - p)) if training else x.clone()


def cases(rng):
    for shape, p in (((3, 4), 0.3), ((5, 2), 0.4), ((4, 4), 0.6)):
        x = rng.uniform(0.5, 2, size=shape) * rng.choice([-1, 1], size=shape)
        inputs = {"x": x, "p": p, "training": True}
        label = f"{shape[0]} x {shape[1]} entries, p = {p}"
        yield Case("each entry has its own chance p", label, inputs)
        yield Case("nothing is dropped in use", f"{label}, in use", inputs | {"training": False})


mistakes = [
    Mistake("not_scaled", "the kept entries are not divided by 1 - p",
            "If half is missing, the rest must be twice as loud.", old=" / (1 - p)", new=""),
    Mistake("p_is_kept", "p is taken for the chance to be kept", "Who is dropped with chance p?",
            old=">= p", new="< p"),
    Mistake("always", "entries are dropped in use, too", "What does `training` say?",
            old="if not training:\n        return x\n    ", new=""),
    Mistake("by_row", "a whole row is dropped at once", "One random number for each entry.",
            old="torch.rand(x.shape, ", new="torch.rand((len(x), 1), "),
    Mistake("own_generator", "the generator is not used", "Who makes the random numbers?",
            old="x.shape, generator=generator", new="x.shape"),
    Mistake("always_seed_0", "the generator is seeded anew", "Who seeds the generator?",
            old="generator=generator", new="generator=torch.Generator().manual_seed(0)"),
]


def with_bernoulli(x, p, training, generator):
    if training:
        chance = torch.full_like(x, 1 - p)
        x = x * torch.bernoulli(chance, generator=generator) / (1 - p)
    return x.clone()


alternatives = [with_bernoulli]
hints = ["Draw a number for each entry.", "Compare it with p, and make up for what is missing."]
excused_mutants = {
    "keep = torch.rand(x.shape, generator=generator) >= p: GtE to Gt": "equal has no chance",
}
