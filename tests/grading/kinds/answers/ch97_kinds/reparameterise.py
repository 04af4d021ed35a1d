"""Answer key of `reparameterise`: normal draws from a mean and a logarithm of the variance."""

import torch

from grading.keys import Case, Mistake, Normal, Sampler

call = Sampler(used="draws from its generator")
criteria = {"draws from its generator": 1, "mean and spread": 2}


def solution(mean, log_var, generator):
    noise = torch.randn(mean.shape, generator=generator, dtype=mean.dtype)
    return mean + torch.exp(log_var / 2) * noise


def oracle(mean, log_var):
    return Normal(mean, torch.sqrt(torch.exp(log_var)))


def cases(rng):
    for shape in ((3, 4), (5, 2), (4, 4)):
        inputs = {"mean": rng.normal(size=shape), "log_var": rng.uniform(-1.5, 1.5, size=shape)}
        yield Case("mean and spread", f"{shape[0]} x {shape[1]} draws", inputs)


mistakes = [
    Mistake("variance", "the noise is scaled by the variance, not by its root",
            "The standard deviation is the root of the variance.", old="log_var / 2",
            new="log_var"),
    Mistake("log_var", "the noise is scaled by the logarithm", "Undo the logarithm first.",
            old="torch.exp(log_var / 2)", new="log_var"),
    Mistake("no_mean", "the mean is left out", "Where are the draws centred?", old="mean + ",
            new=""),
    Mistake("one_noise", "one random number serves all entries", "Each entry needs its own.",
            old="mean.shape, gen", new="(1,), gen"),
    Mistake("noise_by_row", "every row gets the same noise", "Each entry needs its own.",
            old="mean.shape, gen", new="mean.shape[1:], gen"),
    Mistake("uniform", "uniform noise stands for normal noise", "rand is not randn.",
            old="torch.randn(mean.shape, generator=generator, dtype=mean.dtype)",
            new="12**0.5 * (torch.rand(mean.shape, generator=generator) - 0.5)"),
]


def with_normal(mean, log_var, generator):
    return torch.normal(mean, log_var.exp().sqrt(), generator=generator)


alternatives = [with_normal]
hints = ["Draw standard normal noise.", "Stretch it by the standard deviation, then shift it."]
excused_mutants = {
    "return mean + torch.exp(log_var / 2) * noise: Add to Sub": "the noise is symmetric",
}
