"""What a student may return: everything that can only be meant one way; the rest is refused."""

import collections

import numpy as np
import pytest

from course.checks.calls import call
from course.checks.compare import agree
from course.checks.returned import Refused, fit, leaf
from course.checks.values import leaves

torch = pytest.importorskip("torch")

H = np.arange(1.0, 7.0).reshape(3, 2) / 4
Y = np.array([[0.5], [-2.0], [1.25]])
WANTED = {"H": H, "Y": Y}
PARTS = ("H", "Y")
tensor = torch.from_numpy

Named = collections.namedtuple("Named", "Y H")
Other = collections.namedtuple("Other", "states outputs")


def read(got, expected, parts=()):
    """The leaves of `got`, or the sentence with which it is refused."""
    try:
        raw = fit(got, expected, parts)
        return {name: leaf(raw[name], want, name) for name, want in leaves(expected)}
    except Refused as refusal:
        return str(refusal)


def accepted(got, expected, parts=(), itemsize=8):
    found = read(got, expected, parts)
    assert not isinstance(found, str), found
    return all(agree(found[n], want, itemsize=itemsize) for n, want in leaves(expected))


PAIRS = {
    "tuple of tensors": (tensor(H), tensor(Y)),
    "list of tensors": [tensor(H), tensor(Y)],
    "tuple of arrays": (H, Y),
    "a tensor and an array": (tensor(H), Y),
    "lists of rows as tensors": (list(tensor(H)), list(tensor(Y))),
    "lists of rows as arrays": (list(H), list(Y)),
    "lists of lists of numbers": (H.tolist(), Y.tolist()),
    "tuples of lists of 0-d tensors": ([tuple(row) for row in tensor(H)], list(tensor(Y))),
    "lists of rows, tensors beside lists": ([tensor(H)[0], *H[1:].tolist()], Y),
    "dict": {"H": tensor(H), "Y": tensor(Y)},
    "dict in another order": {"Y": tensor(Y), "H": H},
    "ordered dict": collections.OrderedDict(Y=Y, H=H),
    "named tuple in another order": Named(Y=tensor(Y), H=tensor(H)),
    "named tuple with other names": Other(H, Y),
    "float32": (tensor(H).float(), tensor(Y).float()),
    "one float32, one float64": (tensor(H).float(), tensor(Y)),
    "bfloat16": (tensor(H).bfloat16(), tensor(Y).bfloat16()),
    "float16": (tensor(H).half(), Y.astype("float16")),
    "with a graph": (tensor(H).clone().requires_grad_(), tensor(Y)),
    "views": (tensor(H.T.copy()).T, tensor(Y)),
    "Fortran order": (np.asfortranarray(H), Y),
    "sparse": (tensor(H).to_sparse(), tensor(Y)),
    "negated view": (torch.complex(tensor(H), -tensor(H)).conj().imag, tensor(Y)),
}


@pytest.mark.parametrize("got", PAIRS.values(), ids=PAIRS.keys())
def test_two_results_may_come_in_any_form(got):
    """Tensors, arrays, lists, dicts, named tuples and less precise floats all pass."""
    assert accepted(got, WANTED, PARTS)


def test_names_decide_where_there_are_any_and_the_order_elsewhere():
    """Two results in the wrong order are not put right by guessing."""
    assert not accepted((Y[:, [0, 0]], H[:, :1]), WANTED, PARTS)
    assert not accepted(Other(Y, H), WANTED, PARTS)


@pytest.mark.parametrize(
    "got", [2.5, np.float64(2.5), np.float32(2.5), np.array(2.5), torch.tensor(2.5)], ids=repr
)
def test_a_single_number_may_come_in_any_form(got):
    """A Python float, a NumPy number and a 0-d tensor are the same result, either way round."""
    assert accepted(got, np.array(2.5))
    assert accepted(got, 2.5)


def test_a_whole_number_is_accepted_where_a_float_is_expected():
    """A loss of exactly 4 may be the int 4."""
    assert accepted(4, 4.0)
    assert accepted(4, np.array(4.0))
    assert accepted(torch.tensor(4), np.array(4.0))


def test_a_list_of_results_may_be_a_tuple():
    """Where a list is expected, a tuple will do, and a tensor with the items as rows will not."""
    wanted = [H[0], H[1]]
    assert accepted((H[0], tensor(H[1])), wanted)
    assert read(tensor(H[:2]), wanted) == (
        "The result is a tensor of shape (2, 2); expected a list of 2."
    )
    assert "expected the list alone" in read(([H[0], H[1]], 5.0), wanted)


def test_bfloat16_keeps_its_range():
    """Numbers beyond float16's 65504, or below its smallest, are read as they are."""
    for size in (4e6, 1e30, 1e-20):
        assert accepted(torch.tensor([size]).bfloat16(), np.array([size]), itemsize=2)


REFUSED = {
    "nothing": (None, ["None", "return", "2 results", "H, Y"]),
    "one tensor": (tensor(H), ["a tensor of shape (3, 2)", "2 results"]),
    "a number": (3, ["the number 3", "2 results"]),
    "a string": ("H and Y", ["a str", "2 results"]),
    "one of two": ([tensor(H)], ["1 results", "2 results"]),
    "three": ((H, Y, Y), ["3 results", "2 results"]),
    "a dict with one": ({"H": H}, ["a dict with H", "H, Y"]),
    "a dict with three": ({"H": H, "Y": Y, "c": Y}, ["a dict with H, Y, c", "2 results"]),
    "an empty dict": ({}, ["nothing", "2 results"]),
    "one is None": ((H, None), ["Y is None", "return"]),
    "one is complex": ((H, torch.complex(tensor(Y), tensor(Y))), ["Y", "complex"]),
    "one is an array of objects": ((H, np.array([object()])), ["Y", "numbers"]),
    "one is a string": ((H, "Y"), ["Y", "a str", "numbers"]),
    "one is an array of strings": ((H, Y.astype(str)), ["Y", "numbers"]),
    "one is a dict": ((H, {"Y": Y}), ["Y", "a dict"]),
    "one is a function": ((H, len), ["Y", "numbers"]),
    "ragged list of tensors": (([tensor(H)[0], tensor(Y)[0]], Y), ["H", "(2,), (1,)"]),
    "ragged list of lists": (([[1.0], [1.0, 2.0]], Y), ["H", "numbers"]),
    "rows one of which is None": (([None, tensor(H)[0], tensor(H)[1]], Y), ["H", "None"]),
    "rows one of which is text": (([*tensor(H)[:2], "x"], Y), ["H"]),
}


@pytest.mark.parametrize(("got", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_read_is_refused_with_its_own_sentence(got, words):
    """The sentence says what came and, where the form is wrong, what was expected."""
    outcome = call(lambda: got, {}, WANTED, PARTS)
    assert outcome.fault is not None
    assert outcome.fault.kind == "returned", outcome.fault
    for word in words:
        assert word in outcome.fault.message
    assert outcome.fault.message.endswith((".", "?"))
    assert "\n" not in outcome.fault.message


def test_no_two_refusals_share_a_sentence():
    """The sentences tell the faults apart."""
    sentences = [read(got, WANTED, PARTS) for got, _ in list(REFUSED.values())[:14]]
    assert len(set(sentences)) == len(sentences)


DICT = {"loss": 0.5, "grads": {"W": Y, "b": H}}
DICTS = {
    "lacks a key": ({"loss": 0.5}, "The result lacks grads; expected loss, grads."),
    "has one too many": (DICT | {"acc": 1}, "also holds acc; expected loss, grads."),
    "is no dict": ((0.5, Y), "The result is a tuple of 2; expected a dict with loss, grads."),
    "lacks a key inside": (DICT | {"grads": {"W": Y}}, "grads lacks b; expected W, b."),
    "a number that is none": (DICT | {"loss": "low"}, "loss is a str; expected the number 0.5."),
    "a number that is many": (DICT | {"loss": H}, "loss is an array of shape (3, 2); expected"),
}


@pytest.mark.parametrize(("got", "sentence"), DICTS.values(), ids=DICTS.keys())
def test_a_dict_must_hold_what_was_asked_for(got, sentence):
    """Missing, surplus and unreadable entries are named."""
    assert accepted({"grads": {"b": tensor(H), "W": Y}, "loss": torch.tensor(0.5)}, DICT)
    assert sentence in read(got, DICT)


def test_a_list_must_hold_as_many_as_were_asked_for():
    """Both counts are told."""
    assert read([Y], [Y, H]) == "The result holds 1 items; expected 2."
    assert read(3.0, [Y, H]) == "The result is the number 3.0; expected a list of 2."
    assert "a generator" in read((g for g in (Y, H)), [Y, H])


def test_text_and_truth_are_not_numbers():
    """A bool is no float, a number no bool, and a string is compared as one."""
    assert accepted("gru", "gru")
    assert accepted(np.bool_(True), True)
    assert accepted(torch.tensor(True), True)
    assert "True" in read(True, 1.0)
    assert "the number 1" in read(1, True)
    assert "the number 0" in read(0, "gru")


def test_the_precision_of_an_answer_is_that_of_its_least_precise_number():
    """It decides how much rounding is forgiven and whether a note is due."""
    for got, size in (((H, Y), 8), ((tensor(H).float(), Y), 4), ((tensor(H).bfloat16(), Y), 2)):
        assert call(lambda got=got: got, {}, WANTED, PARTS).itemsize == size


def test_an_outcome_keeps_its_values_when_the_function_reuses_its_memory():
    """What came back first is not overwritten by what comes back later."""
    buffer = torch.zeros(2, dtype=torch.float64)

    def refill(x):
        return buffer.copy_(x)

    wanted = np.zeros(2)
    first = call(refill, {"x": np.array([1.0, 2.0])}, wanted)
    call(refill, {"x": np.array([3.0, 4.0])}, wanted)
    assert first.values["result"].tolist() == [1.0, 2.0]
