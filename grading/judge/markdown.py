"""A student's Markdown made harmless: it is shown to instructors as a web page.

nbconvert passes HTML in Markdown through to feedback and to formgrader, where a script could
change grades in the instructor's name. So HTML is made to appear as text, pictures become text,
and links lead to the web or nowhere. Two steps, since no scanner agrees with a Markdown parser in
every corner:

1. `_escaped` changes only what is prose, so that mathematics, code and a < b look as written.
2. nbconvert's own parser then reads the result. If it still finds anything that is not text,
   `_blunt` breaks up whatever such a thing could be made of, wherever it stands.
"""

from __future__ import annotations

import re
from typing import Any

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

# A fence's language picks the program that colours it: mermaid's lets HTML through, and some of
# the others take minutes for what a student can write on one line.
LANGUAGES = {"", "python", "py", "text"}
LINKS = ("https://", "http://", "mailto:", "#")
LONGEST = 10_000  # characters; a Markdown parser may need the square of it in steps
CUT = "\n\n*(The rest is not shown: the text has more than 10,000 characters.)*"
HIDDEN = "*This text can't be shown here; it stands in the file that was handed in.*"

# HTML starts so, and a link in angle brackets; `a < b` and `x <- 1` don't.
_OPENS = r"<(?=[A-Za-z/!?])"
_INLINE = r"(?:[^\n]|\n(?![ \t]*\n))+?"  # of one paragraph
_PIECE = re.compile(
    r"(?P<fence>^ {0,3}(?P<mark>`{3,}|~{3,})(?P<info>[^`\n]*)"
    r"(?:\n.*?^ {0,3}(?P=mark)[`~]*[ \t]*$|.*\Z))"
    rf"|(?P<code>(?P<ticks>`+)(?!`){_INLINE}(?<!`)(?P=ticks)(?!`))"
    rf"|(?P<math>\$\$.+?\$\$|\$(?!\$){_INLINE}(?<!\\)\$|\\\\\[.+?\\\\\]|\\\\\({_INLINE}\\\\\)"
    r"|\\begin\{(?P<name>[a-z]*\*?)\}.*?\\end\{(?P=name)\})"
    r"|(?P<kept>\\[!-/:-@\[-`{-~]|<https?://[^\s<>]*>)"
    rf"|(?P<html>{_OPENS})"
    r"|(?P<picture>!(?=\[))",
    re.MULTILINE | re.DOTALL,
)


def harmless(text: str) -> str:
    """A student's Markdown as text that no Markdown viewer turns into anything that acts.

    >>> harmless("If $a<b$, then <b onclick=steal()>a < b</b> is `a<b`.")
    'If $a< b$, then &lt;b onclick=steal()>a < b&lt;/b> is `a<b`.'
    """
    if len(text) > LONGEST:
        text = text[:LONGEST] + CUT
    for change in (_escaped, _blunt):
        changed = change(text)
        if not dangers(changed):
            return changed
    return HIDDEN


def as_text(source: str) -> str:
    """Markdown that shows any text as it is, in a box: for raw cells."""
    longest = max(map(len, re.findall(r"`+", source)), default=0)
    fence = "`" * max(3, longest + 1)
    return harmless(f"{fence}\n{source}\n{fence}")


def dangers(text: str) -> list[str]:
    """What nbconvert would make of a Markdown text beside text, in words; empty if nothing."""
    renderer = _Recorder()
    try:
        MarkdownWithMath(renderer=renderer).render(text)
    except Exception as error:  # whatever stops nbconvert would stop a class's feedback
        return [f"unreadable: {type(error).__name__}"]
    return renderer.found


class _Recorder(IPythonRenderer):
    """nbconvert's renderer, which notes what it is asked to show beside text."""

    def __init__(self) -> None:
        super().__init__(escape=False)
        self.found: list[str] = []

    def block_html(self, html: str) -> str:
        return self._note("html", html)

    def inline_html(self, html: str) -> str:
        return self._note("html", html)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return self._note("picture", url)

    def link(self, text: str, url: str, title: str | None = None) -> str:
        if not url.lower().startswith(LINKS):
            self._note("link", url)
        return super().link(text, url, title)

    def block_code(self, code: str, info: str | None = None) -> str:
        if (info or "").strip() not in LANGUAGES:
            self._note("language", info)
        return ""

    def _note(self, kind: str, what: Any) -> str:
        self.found.append(f"{kind}: {what}")
        return ""


def _escaped(text: str) -> str:
    """Prose with its HTML and pictures as text; code, mathematics and web links as they are."""
    return _PIECE.sub(_piece, text)


def _piece(match: re.Match[str]) -> str:
    piece = match[0]
    if match["fence"]:
        return _plain_fence(match)
    if match["math"]:  # a space means nothing to TeX, an entity would break the formula
        return _spaced(piece)
    return {"html": "&lt;", "picture": "!\\"}.get(match.lastgroup or "", piece)


def _plain_fence(match: re.Match[str]) -> str:
    if match["info"].strip() in LANGUAGES:
        return match[0]
    start, end = match.start("info") - match.start(), match.end("info") - match.start()
    return match[0][:start] + match[0][end:]


def _blunt(text: str) -> str:
    """A text in which nothing can start HTML, a picture, a link or a fence, wherever it stands."""
    return re.sub(r"[`~]{3,}", "'''", re.sub(r"\](?=[(\[:])", "] ", _spaced(text)))


def _spaced(text: str) -> str:
    return re.sub(_OPENS, "< ", text)
