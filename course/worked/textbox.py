"""The box of a practice in a notebook: plain ipywidgets, usable with the keyboard alone."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from course.worked.step import aligned

if TYPE_CHECKING:
    from course.worked.tutor import Practice, Reply


def box(practice: Practice) -> Any:
    """Return a widget that asks the questions of a practice, or None where there is no front end.

    Enter sends an answer, and so does leaving the box. What `practice.answer` and `practice.show`
    say in other cells appears here too.
    """
    try:
        import ipywidgets
        from IPython import get_ipython
    except ImportError:
        return None
    if getattr(get_ipython(), "kernel", None) is None:
        return None  # a terminal

    said = ipywidgets.HTMLMath()
    # Sent as a whole: with every key, Enter could overtake the last ones on a slow line.
    field = ipywidgets.Text(
        description="Answer", placeholder="a number, then Enter", continuous_update=False
    )
    reveal = ipywidgets.Button(description="Show this step")

    def tell(reply: Reply) -> None:
        steps = practice.found()
        found = f"<p>{html.escape(aligned(steps))}</p>" if steps else ""
        said.value = found + reply.html()
        field.disabled = reveal.disabled = practice.done
        if reply.steps:  # on to the next number
            field.value = ""

    def send(_: Any) -> None:
        if not field.value.strip():
            return
        try:
            practice.answer(field.value)
        except ValueError as error:
            said.value = f"<p>{html.escape(str(error))}</p>{practice.asking().html()}"

    field.observe(send, "value")
    reveal.on_click(lambda _: practice.show())
    practice.listen(tell)
    tell(practice.asking())
    return ipywidgets.VBox([said, ipywidgets.HBox([field, reveal])])
