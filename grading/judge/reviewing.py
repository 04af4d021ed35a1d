"""What a person should look at in a verdict: calls that the exercise asks to do without."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from grading.judge import forbidden
from grading.judge.cells import Script
from grading.judge.parsing import TooLarge
from grading.judge.verdict import Verdict


def reviewed(
    verdict: Verdict,
    reply: Mapping[str, Any],
    names: Sequence[str],
    script: Script,
    released: Collection[str],
) -> Verdict:
    """The verdict with a note on the `names` that were called: by the look of the code, or as the
    probe's `reply` says that it saw. It takes no points by itself.

    `released` is the text of every cell that students are given.
    """
    if not names:
        return verdict
    source = script.sources.get(verdict.name, "")
    try:
        called = [
            name
            for text in (source, *script.helpers_of(source, released))
            for name in forbidden.used(text, script.imports, names)
        ]
    except TooLarge as reason:
        return replace(verdict, review=(f"{reason} for what the exercise rules out",))
    ran = [name for name in reply.get("used") or () if type(name) is str]
    called += [name for name in names if name in ran and name not in called]
    if not called:
        return verdict
    listed = ", ".join(f"`{name}`" for name in dict.fromkeys(called))
    text = f"It calls {listed}; the exercise asks you to do without."
    return replace(verdict, notes=(*verdict.notes, text), review=(f"calls {listed}",))
