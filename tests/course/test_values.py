"""Value trees survive being stored, and nothing else can be stored."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from course.checks.given import FUNCTIONS, MAX_SEED
from course.checks.values import MAX_DEPTH, Given, Rng, filled, leaves, pack, unpack

pytestmark = pytest.mark.torch_free

DTYPES = ["float64", "float32", "float16", "int64", "int32", "uint8", "bool"]
ARRAYS = st.sampled_from(DTYPES).flatmap(
    lambda dtype: arrays.arrays(dtype, arrays.array_shapes(min_dims=0, min_side=0, max_side=4))
)
KEYS = st.text(max_size=5).filter(lambda key: not key.startswith("$"))
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
NAMED = st.sampled_from(FUNCTIONS).map(Given) | st.integers(0, MAX_SEED).map(Rng)
TREES = st.recursive(
    PLAIN | ARRAYS | NAMED,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
).filter(lambda tree: depth(tree) <= MAX_DEPTH)


def depth(tree):
    if isinstance(tree, dict):
        tree = list(tree.values())
    return 1 + max(map(depth, tree), default=0) if isinstance(tree, list) else 0


def same(a, b):
    """Equal in type, dtype, shape and bits, so that a NaN equals itself."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, float):
        return (math.isnan(a) and math.isnan(b)) or a.hex() == b.hex()
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


def stored(tree):
    """A tree after a trip through JSON text."""
    packed, flat = pack(tree)
    return unpack(json.loads(json.dumps(packed, allow_nan=False)), flat)


@given(TREES)
def test_every_value_comes_back_as_it_went(tree):
    """Dtype, shape, sign of zero, NaN, empty and 0-d arrays included; the JSON is standard."""
    assert same(stored(tree), tree)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, -0.0])
def test_special_floats_come_back(number):
    """Floats that JSON has no word for are kept, alone and in arrays."""
    assert same(stored([number, np.array([number])]), [number, np.array([number])])


def test_the_comparison_of_these_tests_tells_values_apart():
    """`same` sees another dtype, shape, type, sign of zero and order of keys."""
    pairs = [
        (np.zeros(2), np.zeros(2, "float32")),
        (np.zeros((1, 2)), np.zeros((2, 1))),
        (1, True),
        (1, 1.0),
        (0.0, -0.0),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ([1], [1, 2]),
    ]
    assert not any(same(a, b) for a, b in pairs)


@given(arrays.arrays("float64", (3, 4)))
def test_a_slice_or_a_transposed_view_is_stored_in_its_own_order(array):
    """The memory layout of an array makes no difference."""
    views = [array.T, array[:, ::-1], array[::2]]
    assert all(map(same, stored(views), map(np.array, views)))


def test_tuples_become_lists():
    """There is one kind of sequence."""
    assert stored({"pair": (1, (2.0,))}) == {"pair": [1, [2.0]]}


def test_what_is_unpacked_shares_no_memory():
    """Changing one unpacked array changes no other and not the stored one."""
    packed, flat = pack([np.zeros(3), np.ones(3)])
    first = unpack(packed, flat)
    first[0][:] = 7
    assert flat["float64"].tolist() == [0, 0, 0, 1, 1, 1]
    assert unpack(packed, flat)[0].tolist() == [0, 0, 0]


def test_many_small_arrays_cost_one_flat_array_a_dtype():
    """A thousand arrays of two dtypes are stored as two."""
    tree = [np.full(2, i, dtype) for i in range(500) for dtype in ("float64", "int64")]
    _, flat = pack(tree)
    assert {name: array.shape for name, array in flat.items()} == {
        "float64": (1000,),
        "int64": (1000,),
    }


def nested(levels):
    tree = 1
    for _ in range(levels):
        tree = [tree]
    return tree


def test_nesting_is_bounded():
    """The deepest value allowed is stored, one level more is refused."""
    assert stored(nested(MAX_DEPTH)) == nested(MAX_DEPTH)
    with pytest.raises(TypeError, match="deep"):
        pack(nested(MAX_DEPTH + 1))


def test_a_tree_that_holds_itself_is_refused():
    """The bound also ends an endless tree."""
    tree = []
    tree.append(tree)
    with pytest.raises(TypeError, match="deep"):
        pack(tree)


@pytest.mark.parametrize("seed", [-1, 2**63, 1.0, True, "7", None])
def test_what_is_no_seed_is_refused(seed):
    """A seed is a whole number that torch takes."""
    with pytest.raises(ValueError, match="is no seed"):
        Rng(seed)


def test_a_function_that_nobody_knows_is_refused():
    """Only what stands in the registry can be sent by name."""
    with pytest.raises(ValueError, match="no given function"):
        Given("system")


@given(TREES)
def test_a_tree_is_filled_with_its_own_leaves(tree):
    """Form and leaves together are the tree; keys with dots or brackets are not told apart."""
    names = [name for name, _ in leaves(tree)]
    if len(set(names)) == len(names):
        assert same(filled(tree, dict(leaves(tree))), tree)


FLAT = {"float64": np.arange(6.0)}
# What no honest sender writes: (JSON tree, flat arrays, what is said of it)
HOSTILE = {
    "negative size": ({"$array": ["float64", 0, [-1]]}, FLAT, "none below 0"),
    "negative offset": ({"$array": ["float64", -2, [2]]}, FLAT, "none below 0"),
    "offset past the end": ({"$array": ["float64", 7, [0]]}, FLAT, "larger than"),
    "more than there is": ({"$array": ["float64", 0, [7]]}, FLAT, "larger than"),
    "product of sizes": ({"$array": ["float64", 0, [2**20, 2**20]]}, FLAT, "larger than"),
    "overflowing product": ({"$array": ["float64", 0, [2**30] * 4]}, FLAT, "larger than"),
    "size of a float": ({"$array": ["float64", 0, [2.0]]}, FLAT, "whole numbers"),
    "size of a bool": ({"$array": ["float64", 0, [True]]}, FLAT, "whole numbers"),
    "size of a text": ({"$array": ["float64", 0, ["2"]]}, FLAT, "whole numbers"),
    "offset of None": ({"$array": ["float64", None, [2]]}, FLAT, "whole numbers"),
    "too many axes": ({"$array": ["float64", 0, [1] * 40]}, FLAT, "whole numbers"),
    "endless size": ({"$array": ["float64", 0, [10**400]]}, FLAT, "whole numbers"),
    "shape that is no list": ({"$array": ["float64", 0, "ab"]}, FLAT, "offset, shape"),
    "place of four": ({"$array": ["float64", 0, [1], 1]}, FLAT, "offset, shape"),
    "place that is no list": ({"$array": 3}, FLAT, "offset, shape"),
    "dtype that did not come": ({"$array": ["int64", 0, [1]]}, FLAT, "did not come"),
    "dtype of objects": ({"$array": ["O", 0, [1]]}, {"O": np.array([1])}, "did not come"),
    "dtype that is a list": ({"$array": [[], 0, [1]]}, FLAT, "did not come"),
    "array of two axes": ({"$array": ["float64", 0, [1]]}, {"float64": np.ones((2, 2))}, "flat"),
    "array of another dtype": (
        {"$array": ["float64", 0, [1]]},
        {"float64": np.ones(2, int)},
        "flat",
    ),
    "the same numbers over and over": ([{"$array": ["float64", 0, [6]]}] * 2, FLAT, "larger than"),
    "mark among others": ({"$array": ["float64", 0, [1]], "x": 1}, FLAT, "no mark"),
    "unknown mark": ({"$pickle": "gASV"}, FLAT, "no mark"),
    "empty mark": ({"$": 1}, FLAT, "no mark"),
    "float of another text": ({"$float": "1e3"}, FLAT, "nan, inf or -inf"),
    "float of a list": ({"$float": []}, FLAT, "nan, inf or -inf"),
    "function that nobody knows": ({"$given": "exec"}, FLAT, "no given function"),
    "function of a list": ({"$given": ["tanh"]}, FLAT, "no given function"),
    "negative seed": ({"$rng": -1}, FLAT, "no seed"),
    "seed of a text": ({"$rng": "1"}, FLAT, "no seed"),
}


@pytest.mark.parametrize("fault", HOSTILE)
def test_what_pack_never_writes_is_refused(fault):
    """One sentence, and nothing built; also deep inside a tree."""
    tree, flat, said = HOSTILE[fault]
    for wrapped in (tree, [tree], {"inside": [tree]}):
        with pytest.raises(ValueError, match=said) as error:
            unpack(wrapped, flat)
        assert "\n" not in str(error.value)


def test_a_stored_tree_may_not_be_deeper_than_pack_makes_it():
    """A text of brackets alone ends the unpacking, not the interpreter."""
    assert unpack(nested(MAX_DEPTH), {}) == nested(MAX_DEPTH)
    with pytest.raises(ValueError, match="deep"):
        unpack(nested(MAX_DEPTH + 1), {})
    with pytest.raises(ValueError, match="deep"):
        unpack(nested(100_000), {})


def test_empty_arrays_take_no_room():
    """Any number of arrays without numbers fits."""
    packed, flat = pack([np.zeros((0, 3)), np.zeros((2, 0)), np.ones(2)])
    assert [array.shape for array in unpack(packed, flat)] == [(0, 3), (2, 0), (2,)]


class Reduced:
    """Something whose unpickling would run code."""

    def __reduce__(self):
        return (pytest.fail, ("a value was pickled",))


REFUSED = {
    "objects": np.array([object()]),
    "complex array": np.array([1j]),
    "array of text": np.array(["text"]),
    "dates": np.array(["2020-01-01"], dtype="datetime64[D]"),
    "records": np.zeros(2, dtype=[("a", "f8")]),
    "complex": 1j,
    "bytes": b"bytes",
    "set": {1, 2},
    "number as key": {1: "one"},
    "posing as an array": {"$array": ["float64", 0, [1]]},
    "$ in front of a key": {"$rng": 1},
    "a mark's key": {"$given": "tanh"},
    "range": range(3),
    "function": len,
    "unpickles to code": Reduced(),
}


@pytest.mark.parametrize("value", REFUSED.values(), ids=REFUSED.keys())
def test_anything_else_is_refused(value):
    """Objects, complex numbers, dates and keys that could pass for a stored array are refused."""
    for tree in (value, [value], {"inside": value}):
        with pytest.raises(TypeError):
            pack(tree)


@given(TREES)
def test_leaves_have_one_name_each(tree):
    """Every leaf is listed once; a bare value is called "result"."""
    found = list(leaves(tree))
    assert all(not isinstance(value, dict | list) for _, value in found)
    assert len(found) == count(tree)


def count(tree):
    if isinstance(tree, dict):
        return sum(map(count, tree.values()))
    return sum(map(count, tree)) if isinstance(tree, list) else 1


def test_names_of_leaves_lead_to_them():
    """A name reads like the expression that reaches the leaf."""
    tree = {"H": 1.0, "gates": [2, {"f": 3}]}
    assert dict(leaves(tree)) == {"H": 1.0, "gates[0]": 2, "gates[1].f": 3}
    assert dict(leaves([4, 5])) == {"result[0]": 4, "result[1]": 5}
    assert dict(leaves(6)) == {"result": 6}
