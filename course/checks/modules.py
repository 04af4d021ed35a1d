"""Calling a student's nn.Module on one case: build it, load the given weights, go forward.

Weights are loaded by the names that the stub prescribes. Under other names they are loaded by shape
where only one way fits; anything else is refused with a sentence that says what is there and what
is asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from course.checks.calls import Outcome, gradients_of, observed, read, same, tensors
from course.checks.returned import Refused, describe, leaf
from course.checks.values import leaves


def call_module(
    module: type,
    inputs: Mapping[str, Any],
    expected: Any,
    parts: tuple[str, ...] = (),
    gradients: tuple[str, ...] = (),
    buffers: tuple[str, ...] = (),
) -> Outcome:
    """Make a network of `module` with `inputs["init"]`, load `inputs["weights"]`, call it.

    `inputs["call"]` are forward's arguments; the network is in evaluation mode unless
    `inputs["training"]`. `gradients` are names such as "weights.hidden.weight" and "call.x". For
    every name in `buffers` the outcome also holds "<name> afterwards". What the network draws at
    random does not disturb the caller's own draws.
    """
    import torch

    arguments = tensors(inputs)
    flat = dict(leaves(arguments["call"], "call"))
    sources = {n: flat[n].requires_grad_(True) for n in gradients if n.startswith("call.")}
    outcome, own, before = Outcome(), {}, {}
    with torch.random.fork_rng(devices=[]), observed(outcome, module, arguments["call"]):
        network = build(module, arguments)
        names = load(network, arguments["weights"])
        before = {n: t.detach().clone() for n, t in held(network, names).items()}
        raw = read(outcome, network(**arguments["call"]), expected, parts)
        outcome.loose = outcome.loose or renamed(names)
        own = held(network, names)  # a buffer may be another tensor now
        for name in buffers:
            outcome.values[f"{name} afterwards"] = leaf(own[name], np.zeros(0), name)
        if gradients:
            sources |= {n: own[n.removeprefix("weights.")] for n in gradients if n not in sources}
            outcome.values |= gradients_of(raw, {name: sources[name] for name in gradients})
    if not outcome.fault:
        outcome.changed += tuple(
            f"weights.{name}"
            for name, tensor in own.items()
            if isinstance(tensor, torch.nn.Parameter) and not same(before[name], tensor.detach())
        )
    return outcome


def build(module: type, arguments: Mapping[str, Any]) -> Any:
    """A network in the case's mode and in the dtype of its weights. Raises `Refused`."""
    import torch

    network = module(**arguments["init"])
    if not isinstance(network, torch.nn.Module):
        raise Refused(
            f"{module.__name__}(...) makes {describe(network)}, which is no network; begin with "
            f"class {module.__name__}(nn.Module)."
        )
    dtypes = [w.dtype for w in arguments["weights"].values() if w.is_floating_point()]
    if dtypes:
        network.to(dtypes[0])
    network.train(bool(arguments.get("training", False)))
    return network


def load(network: Any, weights: Mapping[str, Any]) -> dict[str, str]:
    """Copy `weights` into a network; return her names by the prescribed ones. Raises `Refused`."""
    import torch

    parameters = dict(network.named_parameters(remove_duplicate=False))
    there = _tensors(network)
    missing = [name for name in weights if name not in there]
    # Buffers that nobody asked for are the student's own constants.
    extra = [name for name in parameters if name not in weights]
    names = {name: name for name in weights} | _by_shape(missing, extra, weights, there)
    spare = [name for name in extra if name not in names.values()]
    if spare or any(name not in there for name in names.values()):
        raise Refused(_mismatch(network, parameters, weights, missing, spare))
    own = held(network, names)
    for name, tensor in own.items():
        if tensor.shape != weights[name].shape:
            raise Refused(
                f"{name} has shape {tuple(tensor.shape)}; expected {tuple(weights[name].shape)}. "
                "Are the sizes given to its layer in the right order?"
            )
    with torch.no_grad():
        for name, tensor in own.items():
            tensor.copy_(weights[name])
    return names


def held(network: Any, names: Mapping[str, str]) -> dict[str, Any]:
    """A network's tensors by their prescribed names."""
    there = _tensors(network)
    return {name: there[hers] for name, hers in names.items()}


def renamed(names: Mapping[str, str]) -> str:
    """A sentence on parameters that have other names than the stub's, "" if none has."""
    others = [f"{hers} for {name}" for name, hers in names.items() if hers != name]
    return f"It names its parameters {', '.join(others)}." if others else ""


def _tensors(network: Any) -> dict[str, Any]:
    return {
        **dict(network.named_parameters(remove_duplicate=False)),
        **dict(network.named_buffers(remove_duplicate=False)),
    }


def _by_shape(
    missing: list[str], extra: list[str], weights: Mapping[str, Any], there: Mapping[str, Any]
) -> dict[str, str]:
    """Prescribed name -> her name, where every shape occurs once on either side; else nothing."""
    wanted = Counter(tuple(weights[name].shape) for name in missing)
    found = {tuple(there[name].shape): name for name in extra}
    if len(found) < len(extra) or set(wanted) != set(found) or max(wanted.values(), default=0) > 1:
        return {}
    return {name: found[tuple(weights[name].shape)] for name in missing}


def _mismatch(
    network: Any, parameters: Mapping, weights: Mapping, missing: list[str], extra: list[str]
) -> str:
    """What she has, what the stub prescribes, and the likely reason."""
    text = f"Its parameters are {_listed(parameters)}; the stub prescribes {_listed(weights)}. "
    return text + _reason(network, missing, extra)


def _reason(network: Any, missing: list[str], extra: list[str]) -> str:
    import torch

    attributes = vars(network)
    layers = dict(network.named_children())
    for path in missing:
        name, _, rest = path.partition(".")
        if name in layers and rest:
            return f"self.{name} is there, but it has no {rest}."
    for name in dict.fromkeys(path.split(".")[0] for path in missing):
        if isinstance(attributes.get(name), torch.Tensor):
            return (
                f"self.{name} is a plain tensor, which no optimiser finds: wrap it in "
                "nn.Parameter(...)."
            )
    for name, value in attributes.items():
        held = value.values() if isinstance(value, dict) else value
        if isinstance(value, list | tuple | dict) and not name.startswith("_"):
            if any(isinstance(item, torch.nn.Module) for item in held):
                box = "nn.ModuleDict" if isinstance(value, dict) else "nn.ModuleList"
                return f"self.{name} is a plain {type(value).__name__}; {box} registers its layers."
            if any(isinstance(item, torch.Tensor) for item in held):
                return (
                    f"self.{name} is a plain {type(value).__name__}, which registers nothing: name "
                    "each parameter as the stub does."
                )
    if missing and not extra:
        return "Is each layer made in __init__, as an attribute of self?"
    if extra and not missing:
        return f"Too many: {_listed(extra)}."
    return "Use the stub's names."


def _listed(names: Any) -> str:
    return ", ".join(names) or "none"
