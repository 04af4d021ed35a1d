"""The exporter of the feedback pages: nbconvert's own, without what it does twice, and with the
exercises' names in nbgrader's list of scores."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbformat import NotebookNode

from grading.judge.feedback import CHECK

CELLS = 2000  # whose text is kept typeset: all that a class has in common
LISTED = re.compile(rf'<a href="#(\w+){re.escape(CHECK)}">Test cell</a>')


class PageExporter(HTMLExporter):
    """Makes a class's pages in a tenth of the time.

    nbconvert parses every finished page again, to describe pictures and for another template than
    nbgrader's; the judge describes its pictures itself. And most cells of a class are the released
    ones, which are coloured and typeset once.
    """

    def __init__(self, **kw: Any) -> None:
        super().__init__(**kw)
        self._coloured = functools.lru_cache(CELLS)(self._colour)
        self._typeset = functools.lru_cache(CELLS)(self._plain_markdown)

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page of a graded notebook."""
        about = nb.metadata.get("language_info", {})
        lexer = about.get("pygments_lexer", about.get("name"))

        def coloured(source: str, language: str | None = None, metadata: Any = None) -> str:
            magics = (metadata or {}).get("magics_language")
            return self._coloured(source, language or lexer, magics)

        self.register_filter("highlight_code", coloured)
        page, resources = TemplateExporter.from_notebook_node(self, nb, resources, **kw)
        return LISTED.sub(rf'<a href="#\1{CHECK}">\1</a>', page), resources

    @pass_context
    def markdown2html(self, context: Context, source: str) -> str:
        """A text cell or a comment as HTML."""
        if self.embed_images or context.get("cell", {}).get("attachments"):
            return super().markdown2html(context, source)
        return self._typeset(source)

    def _plain_markdown(self, source: str) -> str:
        nothing: Mapping[str, Any] = {"cell": {}, "resources": {}}
        return super().markdown2html(nothing, source)

    def _colour(self, source: str, language: str | None, magics: str | None) -> str:
        colours = Highlight2HTML(pygments_lexer=language, parent=self)
        return colours(source, metadata={"magics_language": magics} if magics else None)
