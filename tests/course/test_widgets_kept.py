"""A notebook with widgets that was run without a browser: what its readers see."""

import nbformat
import pytest

pytest.importorskip("torch")
nbclient = pytest.importorskip("nbclient")
nbconvert = pytest.importorskip("nbconvert")

CELLS = (
    "from course import widgets\ndef elman(**inputs):\n    raise NotImplementedError",
    "widgets.step_through_time(elman)",
    "w = widgets.neuron_dials(lambda x, w, b, phi: phi(w @ x + b))\nw",
    "w.state = w.state.__class__(w1=2.0)\nprint(w.state.right())",
)


@pytest.fixture(scope="module")
def book():
    """The notebook, run as nbconvert, nbval and nbgrader do, with the widgets' state kept."""
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    book = nbformat.v4.new_notebook(cells=cells)
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    return nbclient.NotebookClient(book, timeout=120, store_widget_state=True).execute()


def test_each_widget_leaves_a_picture_with_its_text(book):
    """An output of its own, for JupyterLab after a restart, GitHub and nbviewer."""
    for cell, words in (
        (book.cells[1], "elman is not written yet"),
        (book.cells[2], "AND: 4 of 4"),
    ):
        live, still = cell.outputs
        assert live.data["application/vnd.jupyter.widget-view+json"]["model_id"]
        assert words in still.data["text/plain"]
        assert 'src="data:image/png;base64,iVBOR' in still.data["text/html"]
        assert f'alt="{words}' in still.data["text/html"] or words in still.data["text/html"]
    assert book.cells[3].outputs[0].text == "3\n"


def test_nothing_is_written_to_stderr(book):
    """nbgrader reads it as a failure."""
    outputs = [output for cell in book.cells for output in cell.outputs]
    assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]


@pytest.mark.parametrize("kept", [True, False])
def test_nbconvert_exports_it_with_and_without_the_widgets_state(book, kept):
    """`metadata.widgets` may stay or be dropped; the picture is there in both."""
    copy = nbformat.from_dict(book)
    assert "widgets" in copy.metadata
    if not kept:
        copy.metadata = {k: v for k, v in copy.metadata.items() if k != "widgets"}
    nbformat.validate(copy)
    page, _ = nbconvert.HTMLExporter().from_notebook_node(copy)
    assert page.count('class="nnwo-still"') == 2
    assert "AND: 4 of 4 right" in page
