"""Answer key of `grad_flow`: how a gradient passes through one tanh unit."""

import numpy as np
import torch

from grading.keys import Case, Mistake

forbidden = ("autograd", "requires_grad", "requires_grad_")
criteria = {
    "one factor a step, multiplied up": 2,
    "one step, zeros, long sequences": 1,
}


def solution(w, h):
    return torch.cumprod(w * (1 - h**2), dim=0)


def oracle(w, h):
    """Autograd through a unit whose inputs are chosen so that it goes through these states."""
    before = torch.cat([torch.zeros(1, dtype=h.dtype), h[:-1]])
    drive = torch.atanh(h) - w * before
    start = torch.zeros((), dtype=h.dtype, requires_grad=True)
    state, flow = start, []
    for d in drive:
        state = torch.tanh(d + w * state)
        flow.append(torch.autograd.grad(state, start, retain_graph=True)[0])
    return torch.stack(flow)


def cases(rng):
    kind, special = criteria
    worked = {
        "w": 1.0,
        "h": np.array([0.964027580076, 0.999279286166, 0.999909073299, 0.999987709416]),
    }
    yield Case(kind, "the states of the worked example, w = 1", worked, False)
    a = rng.uniform(0.2, 0.7, size=4) * np.array([1, -1, -1, 1])
    yield Case(kind, "4 states, w = 1.5", {"w": 1.5, "h": a})
    yield Case(kind, "the same states, w = -1.3", {"w": -1.3, "h": a})
    b = rng.uniform(0.2, 0.7, size=6) * np.array([-1, 1, 1, -1, 1, -1])
    yield Case(kind, "6 states, w = 1.8", {"w": 1.8, "h": b})
    yield Case(kind, "6 states, w = 0.7", {"w": 0.7, "h": b})

    yield Case(special, "one state", {"w": 1.5, "h": a[:1]}, False)
    yield Case(special, "w = 0", {"w": 0.0, "h": a}, False)
    yield Case(special, "every state 0, w = 1.1, 50 steps", {"w": 1.1, "h": np.zeros(50)}, False)
    latched = 0.8586 + rng.uniform(-0.05, 0.05, size=50)
    yield Case(special, "states near 0.86, w = 1.5, 50 steps", {"w": 1.5, "h": latched}, False)


mistakes = (
    Mistake(
        "no_slope",
        "the slope of tanh is left out, so that entry t is w^t",
        "That is the linear unit. With w = 1.5 and 50 steps it gives 637621500; what does tanh "
        "make of it?",
        old="(1 - h**2)",
        new="torch.ones_like(h)",
    ),
    Mistake(
        "sum",
        "the factors are added up and not multiplied",
        "A change passes one step after the other, and each one rescales what the last one left.",
        old="cumprod",
        new="cumsum",
    ),
    Mistake(
        "late",
        "the product starts one step late, so that h_1 counts in entry 2 only",
        "Between h_0 and h_1 lies one step already. What is dh_1/dh_0?",
        old="torch.cumprod(w * (1 - h**2), dim=0)",
        new="torch.cumprod(torch.cat([h.new_ones(1), w * (1 - h[:-1] ** 2)]), dim=0)",
    ),
    Mistake(
        "not_accumulated",
        "each entry is the factor of its own step alone",
        "These are dh_t/dh_{t-1}. How do you get from h_0 to h_t?",
        old="torch.cumprod(w * (1 - h**2), dim=0)",
        new="w * (1 - h**2)",
    ),
    Mistake(
        "w_once",
        "w is multiplied in only once",
        "The weight stands in every step. How often does it enter the third product?",
        old="torch.cumprod(w * (1 - h**2), dim=0)",
        new="w * torch.cumprod(1 - h**2, dim=0)",
    ),
    Mistake(
        "no_w",
        "w is left out, and only the slopes are multiplied",
        "What does a change of h_{t-1} meet before it reaches the sum a_t?",
        old="w * (1",
        new="(1",
    ),
    Mistake(
        "unsquared",
        "the slope is taken as 1 - h",
        "tanh'(a) = 1 - tanh(a)^2, and h is tanh(a). At h = -0.5 yours is above 1: can tanh be "
        "that steep?",
        old="h**2",
        new="h",
    ),
    Mistake(
        "square_outside",
        "the slope is taken as (1 - h)^2",
        "Is 1 - h^2 the same as (1 - h)^2? Try h = -0.5.",
        old="(1 - h**2)",
        new="(1 - h) ** 2",
    ),
    Mistake(
        "sigmoid",
        "h (1 - h), the slope of the sigmoid, is used for tanh",
        "How steep is tanh at a = 0, where h is 0, too? And what does your formula give for h = 0?",
        old="(1 - h**2)",
        new="h * (1 - h)",
    ),
    Mistake(
        "tanh_twice",
        "tanh is applied to the states once more",
        "h is not the sum a before tanh, but the state: tanh has been applied already.",
        old="h**2",
        new="torch.tanh(h) ** 2",
    ),
    Mistake(
        "from_the_end",
        "the products run from the last step back, as in dh_T/dh_{t-1}",
        "Entry t asks what has arrived at h_t. Which steps has the change passed by then?",
        old="torch.cumprod(w * (1 - h**2), dim=0)",
        new="torch.cumprod((w * (1 - h**2)).flip(0), dim=0).flip(0)",
    ),
)


def as_loop(w, h):
    product, flow = 1.0, []
    for h_t in h:
        product = product * w * (1 - h_t**2)
        flow.append(product)
    return flow


def with_numpy(w, h):
    slopes = (1 - h.numpy()) * (1 + h.numpy())
    return [w**t * slopes[:t].prod() for t in range(1, len(h) + 1)]


alternatives = (as_loop, with_numpy)

hints = (
    "One step contributes one factor, w (1 - h^2), with the state after that step. Print the "
    "factors of the example first.",
    "Keep one running product: multiply it by the factor of every step, and note it down each "
    "time. torch.cumprod does that at once.",
)
