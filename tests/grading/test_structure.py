"""Whatever a student did to the cells, the graded ones come out once each, as released."""

import copy
import dataclasses

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode, v4

from grading.judge.structure import Submitted, restore, unsolved

SETUP = "import torch"
STUB = "def {}(x):\n    raise NotImplementedError"
SOLVED = "def {}(x):\n    return x.mean()"
QUESTION = "**Why** divide by n?"
ANSWER_STUB = "*Write your answer here.*"


def graded(cell: NotebookNode, grade_id: str, *, grade: bool, solution: bool) -> NotebookNode:
    about = {"grade": grade, "solution": solution, "locked": grade and not solution, "task": False}
    cell.metadata["nbgrader"] = {"grade_id": grade_id, "schema_version": 3, **about}
    if grade:
        cell.metadata["nbgrader"]["points"] = 4
    return cell


def code(source: str, name: str, tags: tuple[str, ...] = ()) -> NotebookNode:
    return v4.new_code_cell(source, id=name, metadata={"tags": list(tags)} if tags else {})


def text(source: str, name: str) -> NotebookNode:
    return v4.new_markdown_cell(source, id=name)


# A small chapter; the index in the list is the cell's place in it.
RELEASED = [
    text("# Means", "title"),
    code(SETUP, "setup", ("setup",)),
    code("plot()", "plot", ("demo",)),
    graded(code(STUB.format("mean"), "a"), "mean", grade=False, solution=True),
    graded(code("check(mean)", "b"), "mean-check", grade=True, solution=False),
    text("Now the *median*.", "between"),
    graded(code(STUB.format("median"), "c"), "median", grade=False, solution=True),
    graded(code("check(median)", "d"), "median-check", grade=True, solution=False),
    text(QUESTION, "question"),
    graded(text(ANSWER_STUB, "e"), "essay", grade=True, solution=True),
]
GRADED = {c.metadata.nbgrader.grade_id: c for c in RELEASED if "nbgrader" in c.metadata}


def submission(*changes: tuple[int, str]) -> list[Submitted]:
    """The release as a student hands it in, with some cells' sources replaced."""
    cells = [
        Submitted(c.cell_type, c.source, c.id, c.metadata.get("nbgrader", {}).get("grade_id", ""))
        for c in RELEASED
    ]
    for place, source in changes:
        cells[place] = dataclasses.replace(cells[place], source=source)
    return cells


def bare(cells: list[Submitted], ids: bool = False) -> list[Submitted]:
    """The cells without what nbgrader wrote into them, as some front ends save them."""
    return [
        dataclasses.replace(cell, grade_id="", id=f"new-{n}" if not ids else cell.id)
        for n, cell in enumerate(cells)
    ]


def sound(cells: list[NotebookNode]) -> dict[str, NotebookNode]:
    """Check what must hold of every restored notebook; return the graded cells by name."""
    nbformat.validate(v4.new_notebook(cells=cells))
    assert len({cell.id for cell in cells}) == len(cells)
    found = {}
    for cell in cells:
        if "nbgrader" in cell.metadata:
            name = cell.metadata.nbgrader.grade_id
            assert name not in found
            found[name] = cell
        else:
            assert set(cell.metadata) <= {"tags"}
        assert not cell.get("outputs") and "attachments" not in cell
    assert set(found) == set(GRADED)
    for name, cell in found.items():
        released = GRADED[name]
        metadata = {key: value for key, value in cell.metadata.items() if key != "course"}
        assert (metadata, cell.id, cell.cell_type) == (
            released.metadata,
            released.id,
            released.cell_type,
        )
        if not cell.metadata.nbgrader.solution:
            assert cell.source == released.source
    return found


def sources(cells: list[NotebookNode]) -> list[str]:
    return [cell.source for cell in cells]


def test_an_untouched_notebook_comes_out_as_released():
    cells, repairs = restore(submission(), RELEASED)
    assert (cells, repairs) == (RELEASED, [])


def test_the_release_itself_is_never_changed():
    """One release serves a class."""
    before = copy.deepcopy(RELEASED)
    cells, _ = restore(submission((3, "x = 1"))[:6], RELEASED)
    for cell in [*cells, *unsolved(RELEASED)]:
        cell.metadata["course"] = "changed"
    assert before == RELEASED


def test_solved_cells_keep_the_students_sources():
    cells, repairs = restore(submission((3, SOLVED.format("mean")), (9, "Because.")), RELEASED)
    found = sound(cells)
    assert (found["mean"].source, found["essay"].source) == (SOLVED.format("mean"), "Because.")
    assert repairs == []


def test_what_can_not_be_read_has_no_solution_to_run():
    cells = unsolved(RELEASED)
    found = sound(cells)
    assert [name for name, cell in found.items() if cell.metadata.get("course")] == [
        "mean",
        "median",
        "essay",
    ]
    assert found["mean"].metadata.course == {"run": False}
    assert sources(cells) == sources(RELEASED)


@pytest.mark.parametrize("ids", [True, False])
def test_cells_without_metadata_are_known_by_id_then_by_content(ids):
    """Some front ends drop metadata, some ids as well."""
    mine = submission(
        (2, "plot()  # mine" if ids else "plot()"),
        (3, "import math\n\n" + SOLVED.format("mean")),
        (6, "    \nasync  def median(x)  # a syntax error"),
        (7, "check(median)\n"),
        (9, "Because I say so."),
    )
    cells, repairs = restore(bare(mine, ids), RELEASED)
    found = sound(cells)
    assert found["mean"].source == mine[3].source
    assert found["median"].source == mine[6].source
    assert found["essay"].source == "Because I say so."
    assert [cell.id for cell in cells] == [cell.id for cell in RELEASED]
    assert cells[2].metadata.tags == ["demo"]
    assert repairs == []


def test_the_text_after_a_question_is_no_answer_if_it_is_another_cell():
    released = [*RELEASED, text("## Recap", "recap")]
    mine = bare([*submission()[:9], Submitted("markdown", "## Recap")])
    cells, repairs = restore(mine, released)
    assert sound(cells)["essay"].source == ANSWER_STUB
    assert [cell.id for cell in cells[-2:]] == ["e", "recap"]
    assert repairs == ["The cell essay was deleted; it was put back, empty."]


def test_an_id_counts_less_than_what_nbgrader_wrote():
    """A cell of one exercise with another's id stays the exercise's."""
    mine = submission((3, SOLVED.format("mean")))
    mine[3] = dataclasses.replace(mine[3], id="c")
    mine[6] = dataclasses.replace(mine[6], id="a")
    cells, repairs = restore(mine, RELEASED)
    assert sound(cells)["mean"].source == SOLVED.format("mean")
    assert repairs == []
    del mine[6]
    cells, _ = restore(mine, RELEASED)
    assert sound(cells)["median"].metadata.course == {"run": False}


def test_text_that_is_no_definition_is_not_taken_for_a_solution():
    mine = bare([cell for cell in submission() if cell.id not in "ac"])
    lines = ["defmean(x)", "#def mean(x)", "  def mean(x):", "def mean_(x):", "x = mean", "mean(1)"]
    mine += [Submitted("code", line) for line in lines]
    mine += [Submitted("markdown", "def median(x):")]
    cells, repairs = restore(mine, RELEASED)
    assert sound(cells)["mean"].source == STUB.format("mean")
    assert sound(cells)["median"].source == STUB.format("median")
    assert "The cell mean was deleted; it was put back, empty." in repairs


def test_a_deleted_solution_comes_back_empty_and_is_not_run():
    """The function may stand in another cell; the stub must not define it anew."""
    cells, repairs = restore([c for c in submission() if c.id != "a"], RELEASED)
    assert sources(cells) == sources(RELEASED)
    assert sound(cells)["mean"].metadata.course == {"run": False}
    assert "course" not in sound(cells)["median"].metadata
    assert repairs == ["The cell mean was deleted; it was put back, empty."]


@pytest.mark.parametrize("kept", [{0, 1, 9}, {5}, {3, 6}, {2, 8}])
def test_deleted_cells_come_back_after_the_cells_before_them(kept):
    """In the released order; of the ordinary cells, only the set-up is put back."""
    mine = [cell for place, cell in enumerate(submission()) if place in kept]
    cells, repairs = restore(mine, RELEASED)
    sound(cells)
    order = [cell.id for cell in RELEASED]
    back = kept | {1, 3, 4, 6, 7, 9}
    assert {cell.id for cell in cells} == {order[place] for place in back}
    if 0 not in kept:
        assert [order.index(cell.id) for cell in cells] == sorted(back)
    assert len(repairs) == len(back - kept)


def test_the_set_up_comes_back_before_all_else():
    """Also where its predecessor was moved to the end."""
    mine = [cell for cell in submission() if cell.id != "setup"]
    cells, repairs = restore(mine[1:] + mine[:1], RELEASED)
    assert (cells[0].id, cells[0].source, cells[0].metadata.tags) == ("setup", SETUP, ["setup"])
    assert repairs == ["The cell that imports what the chapter needs was put back first."]


@pytest.mark.parametrize(
    ("source", "said"),
    [("check(mean) ", False), ("check (mean)", True), ("check(lambda x: 0)", True)],
)
def test_a_locked_cell_is_put_back(source, said):
    """Silently, if only white space differs."""
    cells, repairs = restore(submission((4, source)), RELEASED)
    assert sound(cells)["mean-check"].source == "check(mean)"
    assert repairs == (
        ["The locked cell mean-check was changed; it was put back as released."] if said else []
    )


def test_of_several_solutions_the_last_is_graded_and_all_are_run():
    mine = submission((3, SOLVED.format("mean") + "  # first"))
    copies = [
        dataclasses.replace(mine[3], source=f"{SOLVED.format('mean')}  # {n}") for n in (1, 2)
    ]
    blank = dataclasses.replace(mine[3], source="")
    loose = dataclasses.replace(mine[3], source="print(1)")
    shown = dataclasses.replace(mine[3], kind="markdown", source=SOLVED.format("mean"))
    cells, repairs = restore([*mine, *copies, shown, loose, blank], RELEASED)
    assert sound(cells)["mean"].source == copies[1].source
    assert sources(cells)[-6:] == [
        ANSWER_STUB,
        copies[0].source,
        copies[1].source,
        shown.source,
    ] + [
        "print(1)",
        "",
    ]
    assert repairs == [
        "The cell mean was there 6 times; one of them is graded, and the others are kept as "
        "ordinary cells."
    ]


def test_of_several_answers_the_last_that_says_something_is_graded():
    mine = submission((9, "First."))
    more = [dataclasses.replace(mine[9], source=s) for s in ("Second.", ANSWER_STUB, " ")]
    cells, _ = restore([*mine, *more], RELEASED)
    assert sound(cells)["essay"].source == "Second."


def test_a_copied_check_runs_as_the_students_own():
    """The one that is as released stays locked; what else bears its name is kept."""
    mine = submission((4, "mine = 1"))
    mine.insert(6, dataclasses.replace(mine[4], source="check(mean)"))
    cells, repairs = restore(mine, RELEASED)
    assert [c.source for c in cells[4:7:2]] == ["mine = 1", "check(mean)"]
    assert "nbgrader" not in cells[4].metadata and cells[6].id == "b"
    assert len(repairs) == 1 and "there 2 times" in repairs[0]
    sound(cells)


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_a_retyped_cell_has_its_type_again(kind):
    mine = [dataclasses.replace(cell, kind=kind) for cell in submission((3, SOLVED.format("mean")))]
    cells, repairs = restore(mine, RELEASED)
    assert sound(cells)["mean"].source == SOLVED.format("mean")
    assert f"The cell mean had become a {kind} cell; it is a code cell again." in repairs
    mine = submission((9, "<b>Because</b>"))
    mine[9] = dataclasses.replace(mine[9], kind="code")
    cells, repairs = restore(mine, RELEASED)
    assert sound(cells)["essay"].source == "&lt;b>Because&lt;/b>"


def test_names_that_the_release_does_not_have_are_dropped():
    """A graded cell of the student's invention is an ordinary one."""
    mine = [*submission(), Submitted("code", "free_points()", "x", "mean-bonus")]
    cells, repairs = restore(mine, RELEASED)
    assert cells[-1].metadata == {} and cells[-1].source == "free_points()"
    assert repairs == []
    sound(cells)


def test_tags_are_the_releases():
    """An edited demonstration still demonstrates, and so does a copy; nothing else does."""
    mine = submission((1, SETUP + "\nimport math"), (2, "plot(color='red')"))
    mine += [Submitted("code", "plot()"), Submitted("code", SETUP), Submitted("markdown", "plot()")]
    cells, repairs = restore(mine, RELEASED)
    assert [cell.metadata.get("tags") for cell in cells[:3]] == [None, ["setup"], ["demo"]]
    assert [cell.metadata.get("tags") for cell in cells[-3:]] == [["demo"], None, None]
    assert sources(cells)[1:3] == [SETUP + "\nimport math", "plot(color='red')"]
    assert repairs == []


def test_a_retyped_demonstration_is_an_ordinary_cell():
    """Its id alone does not make text of the student's a demonstration."""
    mine = submission()
    mine[2] = dataclasses.replace(mine[2], kind="markdown")
    cells, _ = restore(mine, RELEASED)
    assert cells[2].metadata == {} and cells[2].id != "plot"


def test_the_students_own_cells_keep_their_place():
    own = Submitted("code", "helper = 1", "not an id!")
    mine = submission()
    cells, _ = restore([*mine[:3], own, *mine[3:5], own, own, *mine[5:]], RELEASED)
    assert [n for n, cell in enumerate(cells) if cell.source == "helper = 1"] == [3, 6, 7]
    sound(cells)


def test_the_students_text_is_made_harmless():
    """All but what stands so in the release."""
    html = "<b>bold</b>"
    released = [text(html, "html"), *RELEASED]
    mine = [Submitted("markdown", html, "html"), *submission((0, html + "!"), (9, html + "?"))]
    cells, _ = restore([*mine, Submitted("markdown", html), Submitted("raw", html)], released)
    assert [cell.source for cell in (cells[0], cells[1], cells[10])] == [
        html,
        "&lt;b>bold&lt;/b>!",
        "&lt;b>bold&lt;/b>?",
    ]
    assert cells[-2].source == html
    assert (cells[-1].cell_type, cells[-1].source) == ("markdown", f"```\n{html}\n```")
    own, _ = restore([*mine, Submitted("markdown", html * 2)], released)
    assert own[-1].source == "&lt;b>bold&lt;/b>" * 2
    empty, _ = restore([*mine, Submitted("raw", " \n")], released)
    assert len(empty) == len(mine)


def test_cells_that_nbgrader_only_named_are_ordinary():
    """Its editor leaves a name in cells that it neither grades nor locks."""
    released = copy.deepcopy(RELEASED)
    graded(released[2], "cell-1f", grade=False, solution=False)
    cells, repairs = restore(submission((2, "plot(2)")), released)
    assert (cells[2].source, repairs) == ("plot(2)", [])


def test_another_notebook_is_called_so():
    """Not with a list of all that is missing."""
    cells, repairs = restore([Submitted("code", "1 + 1")], RELEASED)
    assert repairs == ["No cell of this notebook is one of the chapter's; is it the right one?"]
    assert all(name in sound(cells) for name in GRADED)


OWN = st.builds(
    Submitted,
    st.sampled_from(["code", "markdown", "raw"]),
    st.sampled_from(["", SETUP, "plot()", "check(mean)", STUB.format("mean"), QUESTION, "<b>"])
    | st.text(alphabet="ab <>$`\n", max_size=9),
    st.sampled_from(["", "a", "b", "e", "setup", "student-1", "x" * 65, "é", "a b"]),
    st.sampled_from(["", "mean", "mean-check", "essay", "unknown"]),
)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_rearrangement_gives_each_graded_cell_once(data):
    """Shuffled, deleted, copied, retyped, stripped of metadata or ids, mixed with others."""
    mine = data.draw(st.lists(st.sampled_from(submission()) | OWN, max_size=25))
    for n in data.draw(st.sets(st.integers(0, 24))):
        if n < len(mine):
            change = data.draw(
                st.sampled_from([{"grade_id": ""}, {"id": ""}, {"kind": "raw"}, {"kind": "code"}])
                | st.just({"source": SOLVED.format("mean")})
            )
            mine[n] = dataclasses.replace(mine[n], **change)
    cells, repairs = restore(mine, RELEASED)
    sound(cells)
    assert any(cell.get("metadata", {}).get("tags") == ["setup"] for cell in cells)
    assert restore(mine, RELEASED) == (cells, repairs)  # the same each time
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    locked = {cell.source for cell in RELEASED}
    for cell in mine:  # no line of code is lost but in locked cells
        assert cell.kind != "code" or cell.source in [*code, *locked] or _covered(cell)


def _covered(cell: Submitted) -> bool:
    """Whether a cell may vanish: it stands in a locked or a text cell's place."""
    places = [("mean-check", "b"), ("median-check", "d"), ("essay", "e")]
    return any(cell.grade_id == name or cell.id == place for name, place in places)
