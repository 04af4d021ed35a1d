"""hint(f): an exercise's hints, one more each time."""

from __future__ import annotations

from collections.abc import Callable

from course.checks.expected import Quiz, UnknownExercise, find, name_of

_shown: dict[str, int] = {}  # hints revealed so far in this session, by exercise


class Hint(str):
    """A sentence that shows itself without quotation marks."""

    def __repr__(self) -> str:
        return str(self)


def hint(exercise: Callable | str) -> Hint:
    """Reveal the next hint of an exercise; after the last one, all of them again.

    `exercise` is the function or its name.
    """
    name = exercise if type(exercise) is str else name_of(exercise)
    if name is None:
        return Hint("hint() takes your function, as in hint(elman).")
    try:
        found = find(name)
    except UnknownExercise as error:
        return Hint(error)
    if isinstance(found, Quiz):
        return Hint("A quiz has no hints; each wrong answer gets its own explanation.")
    count = len(found.hints)
    number = _shown[name] = _shown.get(name, 0) + 1
    if number > count:
        texts = [f"{i}. {text}" for i, text in enumerate(found.hints, 1)]
        return Hint("\n".join(["These are all the hints:", *texts]))
    more = f" (hint({name}) again for the next one)" if number < count else ""
    return Hint(f"Hint {number} of {count}: {found.hints[number - 1]}{more}")
