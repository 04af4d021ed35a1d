"""Answer key of `graph_grad`: reverse-mode differentiation of a list of operations."""

import numpy as np
import torch

from grading.keys import Case, Mistake, Tolerance

tolerance = Tolerance(1e-4, "products of several numbers, and float32 shows it")
forbidden = ("autograd", "requires_grad", "requires_grad_")
criteria = {
    "a chain: every node is used once": 2,
    "nodes that are used twice": 3,
    "unused nodes, zeros, large numbers": 1,
}


def solution(x, ops):
    v = list(x)
    for name, *at in ops:
        a = v[at[0]]
        v.append(
            torch.tanh(a) if name == "tanh" else a + v[at[1]] if name == "add" else a * v[at[1]]
        )
    grad = [x.new_tensor(0.0) for _ in v[1:]] + [x.new_tensor(1.0)]
    for k in range(len(v) - 1, len(x) - 1, -1):  # from the last operation back to the first
        name, *at = ops[k - len(x)]
        i, j = at[0], at[-1]
        if name == "tanh":
            grad[i] = grad[i] + grad[k] * (1 - v[k] ** 2)
        elif name == "add":
            grad[i] = grad[i] + grad[k]
            grad[j] = grad[j] + grad[k]
        else:
            grad[i] = grad[i] + grad[k] * v[j]
            grad[j] = grad[j] + grad[k] * v[i]
    return torch.stack(grad)


def oracle(x, ops):
    leaves = [value.clone().requires_grad_() for value in x]
    nodes = list(leaves)
    do = {"add": torch.add, "mul": torch.mul, "tanh": torch.tanh}
    for name, *at in ops:
        nodes.append(do[name](*(nodes[i] for i in at)))
    found = torch.autograd.grad(nodes[-1], nodes, allow_unused=True)
    return torch.stack([torch.zeros_like(x[0]) if g is None else g for g in found])


def numbers(rng, m):
    """Numbers away from 0 and 1, of both signs."""
    return rng.uniform(0.4, 0.9, size=m) * rng.choice([-1, 1], size=m)


CHAINS = {
    "tanh(x0 x1 + x2)": (3, [["mul", 0, 1], ["add", 3, 2], ["tanh", 4]]),
    "x0 tanh(x1 + x2) x3": (4, [["add", 1, 2], ["tanh", 4], ["mul", 0, 5], ["mul", 6, 3]]),
}
SHARED = {
    "x0 x1 + x0": (2, [["mul", 0, 1], ["add", 2, 0]]),
    "x0 x0 x1": (2, [["mul", 0, 0], ["mul", 2, 1]]),
    "tanh(x0 x1) (x0 + x2), then its double": (
        3,
        [["mul", 0, 1], ["tanh", 3], ["add", 0, 2], ["mul", 4, 5], ["add", 6, 6]],
    ),
    "a net: two tanh units read x0 and x1": (
        6,
        [
            ["mul", 2, 0],
            ["mul", 3, 1],
            ["add", 6, 7],
            ["tanh", 8],
            ["mul", 4, 0],
            ["mul", 5, 1],
            ["add", 10, 11],
            ["tanh", 12],
            ["mul", 9, 13],
        ],
    ),
}


def cases(rng):
    chain, shared, special = criteria
    yield Case(
        chain,
        "x0 x1 + x2 at 2, 3, 4",
        {"x": np.array([2.0, 3.0, 4.0]), "ops": [["mul", 0, 1], ["add", 3, 2]]},
        False,
    )
    for label, (m, ops) in CHAINS.items():
        yield Case(chain, label, {"x": numbers(rng, m), "ops": ops})
    for label, (m, ops) in SHARED.items():
        yield Case(shared, label, {"x": numbers(rng, m), "ops": ops})
    yield Case(
        special,
        "x1 and the first sum are not used",
        {"x": numbers(rng, 3), "ops": [["add", 0, 1], ["mul", 0, 2]]},
        False,
    )
    yield Case(
        special,
        "tanh(0) times x1",
        {"x": np.array([0.0, *numbers(rng, 1)]), "ops": [["tanh", 0], ["mul", 2, 1]]},
        False,
    )
    yield Case(
        special,
        "tanh of a large number",
        {"x": 1000 * numbers(rng, 2), "ops": [["tanh", 0], ["add", 2, 1]]},
        False,
    )


mistakes = (
    Mistake(
        "overwritten",
        "a node that is used twice keeps only the last slope that comes in",
        "x0 stands in two places and acts on the result through both. What happens to the first "
        "contribution when the second arrives?",
        old="""            grad[i] = grad[i] + grad[k]
            grad[j] = grad[j] + grad[k]
        else:
            grad[i] = grad[i] + grad[k] * v[j]
            grad[j] = grad[j] + grad[k] * v[i]""",
        new="""            grad[i] = grad[k]
            grad[j] = grad[k]
        else:
            grad[i] = grad[k] * v[j]
            grad[j] = grad[k] * v[i]""",
    ),
    Mistake(
        "mul_own_value",
        "in a product every factor gets its own value as slope",
        "In a b the slope by a is b. With 2 times 3, by how much does the product grow when the "
        "2 becomes 2.1?",
        old="""grad[k] * v[j]
            grad[j] = grad[j] + grad[k] * v[i]""",
        new="""grad[k] * v[i]
            grad[j] = grad[j] + grad[k] * v[j]""",
    ),
    Mistake(
        "tanh_of_input",
        "the slope of tanh is taken as 1 - a^2 of what went in",
        "The formula 1 - t^2 wants the value that came out of tanh.",
        old="(1 - v[k] ** 2)",
        new="(1 - v[i] ** 2)",
    ),
    Mistake(
        "tanh_no_slope",
        "the error passes tanh as if its slope were 1",
        "tanh is flat far from 0. What does a flat curve pass back?",
        old=" * (1 - v[k] ** 2)",
        new="",
    ),
    Mistake(
        "tanh_sigmoid_slope",
        "the slope t (1 - t) of the sigmoid is used for tanh",
        "Which value has the slope of tanh at 0, 1 or 1/4?",
        old="(1 - v[k] ** 2)",
        new="v[k] * (1 - v[k])",
    ),
    Mistake(
        "no_chain",
        "local slopes are not multiplied by what has arrived at the node",
        "A local slope is one link. What must it be multiplied by to reach the end?",
        old="""            grad[i] = grad[i] + grad[k] * v[j]
            grad[j] = grad[j] + grad[k] * v[i]""",
        new="""            grad[i] = grad[i] + v[j]
            grad[j] = grad[j] + v[i]""",
    ),
    Mistake(
        "front_to_back",
        "the operations are visited from the first to the last",
        "When you reach a node, everything behind it must have sent its share. From which end "
        "must you start?",
        old="range(len(v) - 1, len(x) - 1, -1)",
        new="range(len(x), len(v))",
        combines_with=(),
    ),
    Mistake(
        "one_factor",
        "only the first factor of a product gets a slope",
        "Both factors move the product. Does the second one get its share?",
        old="\n            grad[j] = grad[j] + grad[k] * v[i]",
        new="",
        combines_with=(),
    ),
    Mistake(
        "one_summand",
        "only the first summand of a sum gets a slope",
        "Both summands move the sum. Does the second one get its share?",
        old="""            grad[j] = grad[j] + grad[k]
        else""",
        new="""        else""",
    ),
)


def forward_mode(x, ops):
    """Nudges every node by itself and follows the change to the end."""

    def run(at, nudge):
        v = []
        for k in range(len(x) + len(ops)):
            if k < len(x):
                node = [float(x[k]), 0.0]
            else:
                name, *args = ops[k - len(x)]
                a, b = v[args[0]], v[args[-1]]
                if name == "add":
                    node = [a[0] + b[0], a[1] + b[1]]
                elif name == "mul":
                    node = [a[0] * b[0], a[1] * b[0] + a[0] * b[1]]
                else:
                    node = [np.tanh(a[0]), a[1] / np.cosh(np.clip(a[0], -300, 300)) ** 2]
            if k == at:
                node[1] = nudge
            v.append(node)
        return v[-1][1]

    return [run(at, 1.0) for at in range(len(x) + len(ops))]


def with_dict(x, ops):
    v = dict(enumerate(x.tolist()))
    links = {}
    for k, (name, *at) in enumerate(ops, start=len(v)):
        if name == "add":
            v[k] = v[at[0]] + v[at[1]]
            links[k] = [(at[0], 1.0), (at[1], 1.0)]
        elif name == "mul":
            v[k] = v[at[0]] * v[at[1]]
            links[k] = [(at[0], v[at[1]]), (at[1], v[at[0]])]
        else:
            v[k] = float(np.tanh(v[at[0]]))
            links[k] = [(at[0], 1 - v[k] ** 2)]
    grad = dict.fromkeys(v, 0.0)
    grad[max(v)] = 1.0
    for k in sorted(links, reverse=True):
        for i, slope in links[k]:
            grad[i] += grad[k] * slope
    return torch.tensor([grad[k] for k in sorted(grad)], dtype=x.dtype)


alternatives = (forward_mode, with_dict)

hints = (
    "Two walks along the same list: forward to get every value, then backward. Begin the second "
    "with slope 1 at the last node (it moves itself by exactly as much) and 0 everywhere else.",
    "At a node with slope g, pass to each of its inputs g times the local slope: 1 for a sum, the "
    "other factor for a product, 1 - value^2 for tanh. Add, since others may have sent already.",
)
