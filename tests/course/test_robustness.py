"""Whatever is handed to a check or returned to it, a report comes back."""

import functools
import itertools
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course import check, hint
from course.checks import Report

torch = pytest.importorskip("torch")


def explode(*args, **kwargs):
    raise RuntimeError("hostile")


METHODS = """array array_interface len eq ne hash repr str iter next bool float int index getitem
contains call copy deepcopy reduce abs add mul matmul format dir sizeof torch_function
array_ufunc array_function instancecheck""".split()
Hostile = type("Hostile", (), {f"__{name}__": explode for name in METHODS})
HostileTuple = type("HostileTuple", (tuple,), {"__len__": explode, "__iter__": explode})
HostileList = type("HostileList", (list,), {"__len__": explode, "__iter__": explode})
HostileDict = type(
    "HostileDict", (dict,), {n: explode for n in ("__iter__", "__getitem__", "keys", "__len__")}
)
HostileArray = type(
    "HostileArray",
    (np.ndarray,),
    {"__array_ufunc__": explode, "__eq__": explode, "__abs__": explode},
)
HostileTensor = type("HostileTensor", (torch.Tensor,), {"__torch_function__": classmethod(explode)})
HostileString = type("HostileString", (str,), {"__str__": explode, "__repr__": explode})
Nameless = type("Meta", (type,), {"__name__": property(explode), "__repr__": explode})(
    "Nameless", (), {}
)
Liar = type("Liar", (), {"__class__": property(lambda self: np.ndarray)})
LyingTensor = type("LyingTensor", (), {"__class__": property(lambda self: torch.Tensor)})
Fields = type("Fields", (tuple,), {"_fields": property(explode)})
Attributes = type("Attributes", (), {"__getattr__": explode, "__getattribute__": explode})


def hostile_array():
    array = np.empty((4, 1), dtype=object)
    for i in range(4):
        array[i, 0] = Hostile()
    return array


def itself():
    tree = []
    tree.append(tree)
    return tree


WEIRD = {
    "hostile object": Hostile,
    "hostile tuple": lambda: HostileTuple((1, 2)),
    "hostile list": lambda: HostileList([1, 2]),
    "hostile dict": lambda: HostileDict(H=1, Y=2),
    "hostile array": lambda: np.ones((4, 1)).view(HostileArray),
    "hostile tensor": lambda: torch.ones(4, 1).as_subclass(HostileTensor),
    "hostile string": lambda: HostileString("x"),
    "class without a name": Nameless,
    "liar about being an array": Liar,
    "liar about being a tensor": LyingTensor,
    "tuple with hostile fields": lambda: Fields((1, 2)),
    "hostile attributes": Attributes,
    "list of itself": itself,
    "endless iterator": itertools.count,
    "generator": lambda: (x for x in (1, 2)),
    "huge int": lambda: 10**5000,
    "huge ints": lambda: [10**400, -(10**400)],
    "lone surrogate": lambda: "\ud800",
    "nul": lambda: "\0",
    "bytes": lambda: b"\xff",
    "a class": lambda: int,
    "a module": lambda: np,
    "an exception": lambda: ValueError("x"),
    "not implemented": lambda: NotImplemented,
    "ellipsis": lambda: ...,
    "structured array": lambda: np.zeros(2, dtype=[("a", "f8")]),
    "masked array": lambda: np.ma.masked_all((4, 1)),
    "dates": lambda: np.array(["2020-01-01"], dtype="datetime64[D]"),
    "array of arrays": lambda: np.array([np.zeros(2), None], dtype=object),
    "0-d array of objects": lambda: np.full((), explode, dtype=object),
    "array of hostile objects": hostile_array,
    "empty array": lambda: np.zeros(0),
    "longdouble": lambda: np.ones((4, 1), dtype=np.longdouble) * np.longdouble("1e400"),
    "meta tensor": lambda: torch.zeros(4, 1, device="meta"),
    "sparse tensor": lambda: torch.ones(4, 1).to_sparse(),
    "sparse rows": lambda: torch.ones(4, 1).to_sparse_csr(),
    "quantized tensor": lambda: torch.quantize_per_tensor(torch.ones(4, 1), 0.1, 0, torch.qint8),
    "nested tensor": lambda: torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]),
    "float8": lambda: torch.ones(4, 1).to(torch.float8_e4m3fn),
    "uint16": lambda: torch.ones(4, 1).to(torch.uint16),
    "complex": lambda: torch.ones(4, 1) * 1j,
    "parameter": lambda: torch.nn.Parameter(torch.ones(4, 1)),
    "layer": lambda: torch.nn.Linear(1, 1),
    "smallest": lambda: np.full((4, 1), 5e-324),
    "largest": lambda: np.full((4, 1), 1.7e308),
    "most negative": lambda: np.full((4, 1), -1.7e308),
    "huge unsigned": lambda: np.full((4, 1), 2**64 - 1, dtype=np.uint64),
}


@pytest.mark.parametrize("name", ["elman", "clip_norm", "unroll_loss"])
@pytest.mark.parametrize("weird", WEIRD.values(), ids=WEIRD.keys())
def test_any_returned_thing_gives_a_report(named, name, weird):
    """Alone, as one of two results, in a list and in a dict: wrong, and shown."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns when it makes some of them
        thing = weird()
    for wrapped in (
        thing,
        (thing, thing),
        [[thing, thing], [thing]],
        {"H": thing, "Y": thing},
        [torch.ones(1), thing],
    ):
        report = check(named(lambda result=wrapped, **k: result, name))
        assert isinstance(report, Report)
        assert report.state == "wrong"
        assert report.html().encode("utf-8", "surrogatepass")
        assert str(report)


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=3),
    st.binary(max_size=3),
    st.sampled_from(["float16", "int8", "bool", "complex64", "object"]).map(
        lambda dtype: np.ones((4, 1)).astype(dtype)
    ),
    st.sampled_from([torch.float32, torch.bfloat16, torch.int32, torch.bool]).map(
        lambda dtype: torch.ones(4, 1).to(dtype)
    ),
)
THINGS = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.sampled_from(["H", "Y", "L", "total", 1, None]), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("name", ["elman", "clip_norm", "jordan", "unroll_loss"])
@settings(max_examples=30)
@given(thing=THINGS)
def test_any_nest_of_ordinary_things_gives_a_report(named, name, thing):
    """Lists, dicts and tuples of numbers, text and arrays of any dtype are wrong, and shown."""
    report = check(named(lambda **k: thing, name))
    assert report.state == "wrong"
    assert report.html()
    assert str(report)


@pytest.mark.parametrize("size", [5e-324, 1e-320, 2.3e-308, 1e-200, 1e200, 1e308, 1.7e308])
@pytest.mark.parametrize("sign", [-1, 1])
def test_any_number_of_the_right_shape_gives_a_report(solution, named, size, sign):
    """Overflow and underflow in the course's own arithmetic are nobody's business."""

    def filled(**inputs):
        return [v * 0 + sign * size for v in solution.elman(**inputs)]

    with np.errstate(all="raise"):
        assert check(named(filled, "elman")).state == "wrong"


def nameless():
    class Student:
        def __call__(self, **inputs):
            return 1

    return Student()


def with_name(name):
    student = nameless()
    student.__name__ = name
    return student


class HostileName:
    __repr__ = __str__ = explode
    __name__ = property(explode)

    def __call__(self, **inputs):
        return 1


class HostileHash(str):
    __hash__ = explode


STRANGERS = {
    "None": lambda: None,
    "a number": lambda: 3,
    "a string": lambda: "elman",
    "a list": lambda: [],
    "a lambda": lambda: lambda x: x,
    "a partial": lambda: functools.partial(print, 1),
    "a builtin": lambda: len,
    "a class": lambda: type("elman", (), {}),
    "a class with another name": lambda: int,
    "a method": lambda: [].append,
    "a layer": lambda: torch.nn.Linear(1, 1),
    "a callable": nameless,
    "a callable called elman": lambda: with_name("elman"),
    "a name that is a number": lambda: with_name(5),
    "a name that is a list": lambda: with_name([]),
    "an empty name": lambda: with_name(""),
    "a name of another alphabet": lambda: with_name("élman\u202e"),
    "a path for a name": lambda: with_name("../../elman"),
    "a name that cannot be hashed": lambda: with_name(HostileHash("elman")),
    "a hostile name": HostileName,
    "a hostile object": Hostile,
    "a result instead of the function": lambda: (torch.ones(1), torch.ones(1)),
    "a coroutine function": lambda: coroutine,
    "a report": lambda: Report("elman", "right"),
}


async def coroutine(**inputs):
    return 1


coroutine.__name__ = "elman"


@pytest.mark.parametrize("stranger", STRANGERS.values(), ids=STRANGERS.keys())
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")
def test_anything_handed_to_check_gives_a_report(stranger):
    """A sentence says what check() takes; nothing is raised in a student's notebook."""
    report = check(stranger())
    assert report.state == "wrong"
    assert report.messages
    assert report.html()
    assert str(report)


@pytest.mark.parametrize("stranger", STRANGERS.values(), ids=STRANGERS.keys())
def test_anything_handed_to_hint_gives_a_sentence(stranger):
    """Also what has no name."""
    assert str(hint(stranger()))


def test_a_near_miss_of_a_name_is_put_right(named):
    """The exercise that was probably meant is offered."""
    assert "Did you mean elman?" in check(named(print, "ellman")).messages[0]
    assert "Keep the name" in check(named(print, "zzz")).messages[0]


MISCHIEF = {
    "closes stdout": "import sys; sys.stdout.close()",
    "replaces stdout": "import sys; sys.stdout = None",
    "replaces stderr": "import sys; sys.stderr = None",
    "raises on every float error": "import numpy; numpy.seterr(all='raise')",
    "turns warnings into errors": "import warnings; warnings.simplefilter('error')",
    "turns gradients off": "torch.set_grad_enabled(False)",
    "sets the default dtype": "torch.set_default_dtype(torch.float16)",
}


@pytest.mark.parametrize("mischief", MISCHIEF.values(), ids=MISCHIEF.keys())
def test_a_function_that_changes_the_process_gets_its_report(cell, solution, mischief):
    """Settings changed by the student's function change neither the report nor the notebook."""
    before = (torch.is_grad_enabled(), torch.get_default_dtype(), np.geterr())
    source = (
        f"def unroll_loss(**inputs):\n    {mischief}\n    return [v + 1 for v in right(**inputs)]"
    )
    try:
        report = check(cell(source, "unroll_loss", right=solution.unroll_loss, torch=torch))
    finally:
        torch.set_grad_enabled(before[0])
        torch.set_default_dtype(before[1])
        np.seterr(**before[2])
    assert report.state == "wrong"
    assert report.failing
