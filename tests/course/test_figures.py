"""A figure is shown once, with its text for those who can't see it."""

import base64
import html.parser
import re

import pytest

pytest.importorskip("matplotlib")
import matplotlib

matplotlib.use("agg")

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from matplotlib import pyplot
from matplotlib.figure import Figure

from course import show

ALT = "A line from 1 to 2."


@pytest.fixture
def notebook():
    """IPython as in a notebook."""
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


@pytest.fixture
def figure():
    figure, axes = pyplot.subplots(figsize=(3, 2))
    axes.plot([1, 2])
    yield figure
    pyplot.close("all")


class Image(html.parser.HTMLParser):
    """The tags of an HTML fragment and the attributes of its only image."""

    def __init__(self, fragment):
        super().__init__()
        self.tags, self.attributes = [], {}
        self.feed(fragment)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes |= dict(attrs)


def shown(figure, alt):
    """What a notebook's front end gets."""
    with capture_output() as captured:
        assert show(figure, alt=alt) is None
    (output,) = captured.outputs
    assert captured.stdout == captured.stderr == ""
    return output.data


def test_a_notebook_gets_a_picture_with_its_text(notebook, figure):
    """One PNG, as wide as the figure says, its alt text beside it and alone for plain readers."""
    data = shown(figure, ALT)
    image = Image(data["text/html"])
    assert image.tags == ["img"]
    assert image.attributes["alt"] == data["text/plain"] == ALT
    assert image.attributes["width"] == "300"
    kind, content = image.attributes["src"].split(",", 1)
    assert kind == "data:image/png;base64"
    assert base64.b64decode(content).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "alt", ['"><script>alert(1)</script>', "h < 0 & 'y' > 1", '" onerror="alert(1)', "σ × −1"]
)
def test_the_text_is_escaped(notebook, figure, alt):
    """Quotes and brackets stay what they are."""
    image = Image(shown(figure, alt)["text/html"])
    assert image.tags == ["img"]
    assert image.attributes["alt"] == alt
    assert set(image.attributes) == {"src", "width", "style", "alt"}


@pytest.mark.parametrize("alt", ["", " ", "\n\t"])
def test_an_empty_text_is_refused(figure, alt):
    """With a sentence that says what is missing."""
    with pytest.raises(ValueError, match=re.escape("empty alt")):
        show(figure, alt=alt)


def test_the_text_cannot_be_left_out(figure):
    """alt has no default."""
    with pytest.raises(TypeError):
        show(figure)


def test_the_figure_is_closed(notebook, figure):
    """pyplot forgets it, so it is not shown twice; other figures stay."""
    other = pyplot.figure()
    shown(figure, ALT)
    assert pyplot.get_fignums() == [other.number]


def test_a_figure_without_pyplot_is_shown_all_the_same(notebook):
    """A bare Figure is no concern of pyplot's."""
    bare = Figure()
    bare.subplots().plot([1, 2])
    kept = pyplot.figure()
    assert shown(bare, ALT)["text/plain"] == ALT
    assert pyplot.get_fignums() == [kept.number]
    pyplot.close("all")


def test_outside_a_notebook_the_text_is_printed(figure, capsys):
    """A plain interpreter has no place for a picture."""
    show(figure, alt=ALT)
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == (f"{ALT}\n", "")
    assert pyplot.get_fignums() == []
