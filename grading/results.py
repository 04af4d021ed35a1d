"""The right results of a key's cases: by the solution, or by the oracle."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from course.checks import expected
from course.checks.calls import Outcome, call, tensors
from course.checks.distributions import Categorical, Normal, Uniform
from course.checks.expected import Exercise
from course.checks.kinds import outcome_of
from course.checks.modules import build, load, renamed
from course.checks.returned import Refused, describe, is_tensor
from course.checks.returned import leaf as read_leaf
from course.checks.values import filled, leaves
from grading.answers import GENERATOR, Key
from grading.keys import Case

LAWS = (Categorical, Normal, Uniform)
MAX_NUMBERS = 100_000  # of all draws of a case: they travel out of the sandbox
REPEATED = 1e-9  # the chance, at most, that all draws of a right sampler are the same


def bare(key: Key, points: float) -> Exercise:
    """The exercise without cases."""
    settings: dict[str, Any] = {}
    if key.kind == "module":
        settings["forward"] = list(inspect.signature(key.solution.forward).parameters)[1:]
    if key.kind == "sampler":
        settings |= {"used": key.call.used, "possible": key.call.possible}
    if key.kind == "trained":
        settings["metric"] = key.call.metric
    return Exercise(
        name=key.name,
        chapter=key.path.parent.name,
        points=points,
        arguments=tuple(key.arguments),
        parts=key.parts,
        criteria=dict(key.criteria),
        hints=tuple(key.module.hints),
        relative=key.tolerance.relative,
        forbidden=key.forbidden,
        cases=(),
        mistakes=(),
        pairs=(),
        kind=key.kind,
        settings=settings,
    )


def draw(key: Key, points: float, rng: np.random.Generator) -> Exercise:
    """The exercise with cases freshly drawn from `rng` and what the oracle says of each.

    Such cases are for grading: nobody has seen them. Known mistakes are left out; `known` adds
    them. Raises `BuildError` where the key itself fails.
    """
    cases = tuple(by_oracle(key, case) for case in key.cases(rng))
    return replace(bare(key, points), cases=cases)


def by_solution(key: Key, case: Case) -> expected.Case:
    """The case with what the solution returns. Raises `BuildError`."""
    try:
        tree = _returned(key, case)
    except Exception as error:  # whatever the key's author did: name the case
        raise key.error(f"the solution fails on case {case.label!r}: {error}") from error
    right = _case(case, tree, case.gradients, getattr(key.call, "buffers", ()))
    if not right.gradients and not right.buffers:
        return right
    outcome = outcome_of(key.solution, bare(key, 0), right)
    if outcome.fault:
        raise key.error(f"the solution fails on case {case.label!r}: {outcome.fault.message}")
    return _with(right, outcome)


def by_oracle(key: Key, case: Case) -> expected.Case:
    """The case with what the oracle says, in the form of the solution's. Raises `BuildError`."""
    if key.kind == "trained":
        return _held_out(key, case)
    form = by_solution(key, case)
    if key.kind == "sampler":
        inputs = {name: value for name, value in case.inputs.items() if name != GENERATOR}
        try:
            answer = key.module.oracle(**{name: tensors(value) for name, value in inputs.items()})
        except Exception as error:  # whatever the key's author did: name the case
            raise key.error(f"the oracle fails on case {case.label!r}: {error}.") from error
        if rows := _laws(key, answer):
            return _random(key, form, answer, rows)
        outcome = call(lambda **_: answer, case.inputs, form.result, key.parts)
    else:
        outcome = by_function(key, form, key.module.oracle)
    if outcome.fault:
        raise key.error(f"the oracle fails on case {case.label!r}: {outcome.fault.message}")
    return _with(form, outcome)


def by_function(key: Key, form: expected.Case, oracle: Callable) -> Outcome:
    """The outcome of an oracle, which is a plain function of the inputs also for a module."""
    inputs = dict(form.inputs)
    if key.kind == "module" and "training" in inspect.signature(key.module.oracle).parameters:
        inputs.setdefault("training", False)
    after: dict[str, Any] = {}

    def result(**arguments: Any) -> Any:
        if not form.buffers:
            return oracle(**arguments)
        found, buffers = oracle(**arguments)
        after.update(buffers)
        return found

    outcome = call(result, inputs, form.result, key.parts, tuple(form.gradients))
    for name in form.buffers if not outcome.fault else ():
        outcome.values[f"{name} afterwards"] = read_leaf(after[name], np.zeros(0), name)
    return outcome


def plain(value: Any) -> Any:
    """What a solution returned as a value tree: tensors become float64 arrays, tuples lists."""
    if is_tensor(value):
        array = value.detach().numpy()
        return array.astype(np.float64) if array.dtype.kind == "f" else array
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return value.item()
    return value


def results(
    function: Callable, case: Case, parts: Sequence[str] = ()
) -> tuple[Any, dict[str, Any]]:
    """What a right function returns for a case: the value tree and the gradients by input."""
    arguments = {name: tensors(value) for name, value in case.inputs.items()}
    tree = plain(function(**arguments))
    if parts:
        tree = dict(zip(parts, tree, strict=True))
    if not case.gradients:
        return tree, {}
    outcome = call(function, case.inputs, tree, tuple(parts), case.gradients)
    if outcome.fault:
        raise ValueError(outcome.fault.message)
    return tree, {name: outcome.values[f"gradient of {name}"] for name in case.gradients}


def _case(
    case: Case, result: Any, gradients: Iterable[str] = (), buffers: Iterable[str] = ()
) -> expected.Case:
    return expected.Case(
        criterion=case.criterion,
        label=case.label,
        diagnostic=case.diagnostic,
        inputs=dict(case.inputs),
        result=result,
        gradients=dict.fromkeys(gradients),
        buffers=dict.fromkeys(buffers),
    )


def _held_out(key: Key, case: Case) -> expected.Case:
    """A case of a trained model: nothing has to be computed, the labels are there."""
    if not isinstance(case.labels, np.ndarray) or not case.labels.size:
        raise key.error(f"case {case.label!r} has no labels; they are an array.")
    form = _case(case, np.zeros(case.labels.shape))
    labels = case.labels.astype(np.float64)
    return replace(form, labels=labels, threshold=float(key.call.threshold))


def _returned(key: Key, case: Case) -> Any:
    """The value tree that the solution returns."""
    arguments = {name: tensors(value) for name, value in case.inputs.items()}
    if key.kind != "module":
        tree = plain(key.solution(**arguments))
    else:
        if lacking := [n for n in ("init", "weights", "call") if n not in case.inputs]:
            raise Refused(f"a module's inputs are init, weights and call; {lacking} is missing.")
        for name in key.call.buffers:
            if name not in case.inputs["weights"]:
                raise Refused(f"the buffer {name} is not among the weights.")
        network = build(key.solution, arguments)
        if other := renamed(load(network, arguments["weights"])):
            raise Refused(other)
        tree = plain(network(**arguments["call"]))
    return dict(zip(key.parts, tree, strict=True)) if key.parts else tree


def _with(form: expected.Case, outcome: Outcome) -> expected.Case:
    """The case with an outcome's values, in the solution's kinds of numbers."""
    values = {
        name: outcome.values[name].astype(leaf.dtype)  # an oracle may count in floats
        if isinstance(leaf, np.ndarray)
        else outcome.values[name]
        for name, leaf in leaves(form.result)
    }
    return replace(
        form,
        result=filled(form.result, values),
        gradients={name: outcome.values[f"gradient of {name}"] for name in form.gradients},
        buffers={name: outcome.values[f"{name} afterwards"] for name in form.buffers},
    )


def _laws(key: Key, answer: Any) -> list[tuple[tuple[str, ...], Any]]:
    """The distributions among what a sampler's oracle returned, with the results they describe."""
    if isinstance(answer, Categorical) and "" not in answer.values:
        return [(tuple(answer.values), answer)]
    if isinstance(answer, LAWS):
        return [(("result",), answer)]
    if isinstance(answer, tuple) and key.parts:
        answer = dict(zip(key.parts, answer, strict=True))
    if isinstance(answer, Mapping):
        return [((name,), law) for name, law in answer.items() if isinstance(law, LAWS)]
    return []


def _random(key: Key, form: expected.Case, answer: Any, rows: list) -> expected.Case:
    """A random case: a draw of the solution, and the distribution of what in it is random."""
    draws, found = key.call.draws, dict(leaves(form.result))
    described = [name for names, _ in rows for name in names]
    if unknown := set(described) - set(found):
        raise key.error(f"the oracle describes {unknown}, which the solution does not return.")
    if draws * sum(np.size(value) for value in found.values()) > MAX_NUMBERS:
        raise key.error(f"case {form.label!r} makes more than {MAX_NUMBERS} numbers; make it less.")
    if all(law.same_again() ** (draws - 1) > REPEATED for _, law in rows):
        raise key.error(f"case {form.label!r} is hardly random; return its values, not their law.")
    if isinstance(answer, tuple):
        answer = dict(zip(key.parts, answer, strict=True))
    for name in found:
        if name not in described:
            if not isinstance(answer, Mapping):
                raise key.error(f"the oracle does not say what {name} is.")
            found[name] = np.asarray(plain(answer[name]), dtype=float)
    law_rows = []
    for names, law in rows:
        if isinstance(law, Categorical) and "" in law.values:
            law = Categorical(law.probs, {names[0]: law.values[""]})
        law_rows.append({"of": list(names), "law": law.plain()})
        _check_shapes(key, form, names, law)
    return replace(form, result=filled(form.result, found), draws=draws, distribution=law_rows)


def _check_shapes(key: Key, form: expected.Case, names: tuple[str, ...], law: Any) -> None:
    found = dict(leaves(form.result))
    for name in names:
        value = law.values[name][0] if isinstance(law, Categorical) else law.moments()[0]
        if value.shape != np.shape(found[name]):
            raise key.error(
                f"the oracle describes {name} of shape {value.shape} on case {form.label!r}; the "
                f"solution returns {describe(found[name])}."
            )
