"""What stands for `course.worked` and `course.widgets` where notebooks are graded: nothing to see.

Chapters import them at their top. The real ones would compute some exercises' answers.
"""

from __future__ import annotations

from typing import Any


class Nothing:
    """Whatever a derivation or a widget is asked for.

    >>> Nothing()("elman")["h_1"]
    (grading.judge.inside.nothing shows nothing while a notebook is graded)
    """

    def __call__(self, *arguments: Any, **named: Any) -> Nothing:
        return self

    def __getitem__(self, name: Any) -> Nothing:
        return self

    def __getattr__(self, name: str) -> Nothing:
        if name.startswith("_"):  # IPython asks for dozens of ways to show it
            raise AttributeError(name)
        return self

    def __repr__(self) -> str:
        return f"({__name__} shows nothing while a notebook is graded)"


def __getattr__(name: str) -> Nothing:
    if name.startswith("_"):
        raise AttributeError(name)
    return Nothing()
