"""A student's Markdown reaches feedback and formgrader as text, whatever it holds, and legible."""

import time

import nbformat
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from nbconvert import HTMLExporter

from grading.judge import markdown
from grading.judge.markdown import LONGEST, as_text, dangers, harmless

PAGE = HTMLExporter(template_name="basic")

# What Markdown itself makes; whatever else stands in the page came from a student's HTML.
TAGS = set(
    "p a em strong del code pre span div h1 h2 h3 h4 h5 h6 hr br ul ol li blockquote "
    "table thead tbody tr th td dl dt dd input".split()
)
ATTRIBUTES = {"class", "id", "href", "title", "start", "style", "type", "disabled", "checked"}
STYLES = {"text-align:left", "text-align:right", "text-align:center"}  # of a table's columns

PAYLOADS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//x.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)//",
    '<svg onload="alert(1)">',
    "<svg><script>alert(1)</script></svg>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<object data=x></object><embed src=x>",
    "<form action=/logout><input type=submit></form>",
    "<style>*{display:none}</style>",
    "<link rel=stylesheet href=//x.example>",
    "<meta http-equiv=refresh content='0;url=//x.example'>",
    "<base href=//x.example/>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<math><mtext></p><script>alert(1)</script>",
    "<!-- --><script>alert(1)</script><!-- -->",
    "<!--> <img src=x onerror=alert(1)> -->",
    "<?php <img src=x onerror=alert(1)> ?>",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<!DOCTYPE html>",
    "</div></div><p onclick=alert(1)>",
    "</textarea></title><script>alert(1)</script>",
    "<a href=javascript:alert(1)>x</a>",
    "<a\nonmouseover\n=\nalert(1)\n>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](\\javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "[x](//x.example)",
    "[x](/hub/logout)",
    "[x][r]\n\n[r]: javascript:alert(1)",
    "[r]\n\n[r]: <javascript:alert(1)> 'title'",
    "<javascript:alert(1)>",
    '[x](https://x.example "a\\" onclick=alert(1) b=\\"")',
    "![x](https://x.example/pixel.png)",
    "![x][r]\n\n[r]: https://x.example/pixel.png",
    "![x](attachment:missing.png)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "[![x](javascript:alert(1))](javascript:alert(1))",
    "```mermaid\n<img src=x onerror=alert(1)>\n```",
    "~~~mermaid\n<script>alert(1)</script>\n~~~",
    "> ```mermaid\n> <img src=x onerror=alert(1)>\n> ```",
    "```mer&#109;aid\n<img src=x onerror=alert(1)>\n```",
    "```\\mermaid\n<script>alert(1)</script>\n```",
    '```"onmouseover=alert(1)\nx\n```',
    "`code <b>\n\n<img src=x onerror=alert(1)>`",
    "$ a\n\n<img src=x onerror=alert(1)>\n\n$",
    "$$ a $$ <img src=x onerror=alert(1)> $$ b $$",
    "\\\\<img src=x onerror=alert(1)>",
    "\\begin{a}</script><img src=x onerror=alert(1)>\\end{a}",
    "\\begin{a}<img src=x onerror=alert(1)>\\end{b}",
    "- a\n\n      <b onclick=alert(1)>\n\n  <b onclick=alert(1)>",
    "| a |\n|---|\n| <img src=x onerror=alert(1)> |",
    "a\n: <img src=x onerror=alert(1)>",
    "# <img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)>\n=====",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;img src=x onerror=alert(1)&#62;",
    "~~<img src=x onerror=alert(1)>~~",
    "<a@b.example>",
]


def page(text: str) -> BeautifulSoup:
    """What nbconvert makes of one Markdown cell."""
    cell = nbformat.v4.new_markdown_cell(text)
    html, _ = PAGE.from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    return BeautifulSoup(html, "html.parser").select_one("div.text_cell_render")


def acting(html: BeautifulSoup) -> list[str]:
    """Whatever in a page is not plain Markdown's."""
    found = [tag.name for tag in html.find_all() if tag.name not in TAGS]
    for tag in html.find_all():
        found += [f"{tag.name} {name}" for name in tag.attrs if name not in ATTRIBUTES]
        if tag.get("type", "checkbox") != "checkbox" or tag.get("style", "") not in {"", *STYLES}:
            found.append(str(tag))
        href = tag.get("href", "#")
        if not href.startswith(("https://", "http://", "mailto:", "#")):
            found.append(href)
        if "mermaid" in str(tag.get("class", "")).lower():
            found.append(str(tag))
    return found


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_acts_in_the_page(payload):
    """Alone, amid text, in quotes, lists, tables and code, and as a raw cell."""
    wraps = ("{}", "Before {} after.", "> {}", "* a\n  {}", "    {}", "`a {} b`", "```\n{}\n```")
    for wrap in wraps:
        text = harmless(wrap.replace("{}", payload))
        assert acting(page(text)) == [], text
    assert acting(page(as_text(payload))) == []


def test_the_payloads_would_act():
    """The test above means something: left as they are, most of the payloads do act."""
    acts = [payload for payload in PAYLOADS if _acts(payload)]
    assert len(acts) > 40


def _acts(payload: str) -> bool:
    try:
        return bool(acting(page(payload)))
    except Exception:  # attachment:missing.png stops nbconvert
        return True


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(PAYLOADS)
        | st.sampled_from(
            ["\n", "\n\n", "    ", "\t", "`", "```", "~~~", "$", "$$", "\\", "\\\\(", "\\\\)", "<"]
            + ["> ", "- ", "[", "](", "]: ", "![", "!", "*", "_", "|", "\n|-|\n", "\\begin{a}"]
            + ["\\end{a}", "<!--", "-->", "mermaid", "a", " ", "\n: ", "\n---\n", "&", ";", "\x0b"]
        )
        | st.text(max_size=5),
        max_size=12,
    ).map("".join)
)
def test_no_mixture_acts(text):
    """No parser's corner lets anything through, for nbconvert's own parser has the last word."""
    text = text.encode("utf-8", "replace").decode()
    assert acting(page(harmless(text))) == []
    assert acting(page(as_text(text))) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("The gate is $f_t = \\sigma(W x)$.", "The gate is $f_t = \\sigma(W x)$."),
        ("If $|w|<1$ and $a < b$, then 3 < 4.", "If $|w|<1$ and $a < b$, then 3 < 4."),
        ("Since $a<b$, it holds.", "Since $a< b$, it holds."),
        ("$$\n\\sum_{i<n} x_i\n\\qquad x<y\n$$", "$$\n\\sum_{i< n} x_i\n\\qquad x< y\n$$"),
        ("I wrote x<y and a<-b there.", "I wrote x<y and a<-b there."),
        ("Use `List<int>` or ``a`<b``.", "Use List<int> or a`<b."),
        ("```python\nif a<b: pass\n```", "if a<b: pass"),
        ("~~~\n<b>\n~~~", "<b>"),
        ("It cost $5 and <b>bold</b> text.", "It cost $5 and <b>bold</b> text."),
        ("An \\<escaped> one.", "An <escaped> one."),
        ("> quoted *text*", "quoted text"),
        ("wow![not a picture", "wow![not a picture"),
        ("See <https://example.org/a>.", "See https://example.org/a."),
        ("See [the paper](https://example.org).", "See the paper."),
        ("x <3 y", "x <3 y"),
        ("```c++\na<b\n```", "a<b"),
        ("![curve](curve.png)", "![curve](curve.png)"),
        ("<script>", "<script>"),
        ("Hidden <!-- comment --> text", "Hidden <!-- comment --> text"),
    ],
)
def test_honest_text_looks_as_written(text, shown):
    """Mathematics, code, quotes, comparisons and links stay; HTML is shown as it was typed."""
    assert page(harmless(text)).get_text().strip() == shown


def test_markup_stays_markup():
    """Text that needs no change gets none."""
    table = "| a | b |\n|---|---|\n| 1 | 2 |"
    text = f"# Title\n\n1. *one*, **two**\n2. ~~three~~\n\n{table}\n\n- [x] done\n\n> quoted"
    assert harmless(text) == text


def test_a_raw_cell_is_shown_letter_by_letter():
    """Fences in the text do not end the box that it is shown in."""
    source = "# no title\n```\n*a* <b> $x$\n````\n&amp;"
    box = page(as_text(source))
    assert box.find("pre").get_text() == source + "\n"


def test_what_is_not_understood_is_broken_up(monkeypatch):
    """Where this module and nbconvert's parser disagree, the parser is right."""
    monkeypatch.setattr(markdown, "_escaped", lambda text: text)
    for payload in PAYLOADS:
        assert acting(page(harmless(payload))) == []
        assert harmless(payload) != markdown.HIDDEN


def test_a_text_that_stops_nbconvert_is_not_shown(monkeypatch):
    """One such cell would stop the feedback of a class."""
    assert dangers("![x](attachment:a.png)")
    monkeypatch.setattr(markdown, "MarkdownWithMath", lambda renderer: 1 / 0)
    assert dangers("text") == ["unreadable: ZeroDivisionError"]
    assert harmless("text") == markdown.HIDDEN


@pytest.mark.parametrize("piece", ["\\\\(", "\\\\[", "\\begin{a}", "$a", "[", "`a``", "<a ", "*a"])
def test_a_long_text_is_cut_before_it_takes_long(piece):
    """A parser's steps may grow with the square of the length."""
    started = time.process_time()
    text = harmless(piece * (200_000 // len(piece)))
    assert time.process_time() - started < 20
    assert len(text) < 3 * LONGEST and "more than 10,000 characters" in text
    assert len(as_text(piece * LONGEST)) < 3 * LONGEST
