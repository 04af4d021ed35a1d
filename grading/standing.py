"""How one student stands on a chapter: her scores, the verdicts, and why a person must look.

Texts are passed on as they are; whoever shows them escapes them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from grading.judge.escaping import line
from grading.judge.feedback import CHECK
from grading.judge.verdict import INTERNAL, Judgement, Verdict

LONGEST = 400  # characters of a reason


@dataclass(frozen=True)
class Part:
    """One grade of a submission: `score` is None while nobody has given one.

    `written` is an answer in words, `untouched` one that was left as it was released; `open` means
    that the gradebook asks a person to look, `by_hand` that a person gave the score.
    """

    name: str
    score: float | None
    max_score: float
    written: bool = False
    untouched: bool = False
    open: bool = False
    by_hand: bool = False

    @property
    def exercise(self) -> str:
        """What the grade is for, by the name that a verdict has."""
        return self.name.removesuffix(CHECK)


@dataclass(frozen=True)
class Row:
    """One student: `parts` is empty where there is no grade, `judgement` None where none is kept.

    `score` is None while the judge owes one. `name` is what the students' table calls her.
    """

    student: str
    name: str = ""
    handed_in: bool = True
    score: float | None = None
    late: float = 0.0
    parts: tuple[Part, ...] = ()
    judgement: Judgement | None = None

    @property
    def graded(self) -> bool:
        """Whether the gradebook knows a submission."""
        return bool(self.parts)

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdicts on what could be read."""
        judgement = self.judgement
        return judgement.verdicts if self.graded and judgement and not judgement.problem else ()

    @property
    def counts(self) -> Counter[str]:
        """How many exercises ended how."""
        return Counter(verdict.verdict for verdict in self.verdicts)

    @property
    def unanswered(self) -> bool:
        """Whether an answer in words still waits, so that the score will change."""
        return any(part.written and part.score is None for part in self.parts)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why a person must look at the submission, a sentence each; none if there is no need."""
        if not self.handed_in:
            return ()
        if not self.graded:
            return ("Handed in, but not graded yet.",)
        open_ = [part for part in self.parts if part.open or part.score is None]
        if self.judgement is None:
            return ("Its judgement can't be found; grade it again.",)
        if self.judgement.problem and open_:
            return (_short(self.judgement.problem),)
        found = {verdict.name: verdict for verdict in self.judgement.verdicts}
        return tuple(_short(text) for part in open_ for text in _reasons(part, found))


def _reasons(part: Part, verdicts: dict[str, Verdict]) -> list[str]:
    """Why a person must look at one grade that is open."""
    verdict = verdicts.get(part.exercise)
    if part.written and part.score is None:
        return [f"{part.exercise}: an answer in words waits for its score."]
    if verdict and verdict.verdict == INTERNAL and part.score is None:
        why = f" ({'; '.join(verdict.review)})" if verdict.review else ""
        return [f"{part.exercise}: a fault of the grader, no zero{why}."]
    if verdict and verdict.review:
        return [f"{part.exercise}: {text}" for text in verdict.review]
    if part.by_hand:
        return [f"{part.exercise}: it was graded again; does the score given by hand still hold?"]
    return [f"{part.exercise}: waits for a score."]


def _short(text: str) -> str:
    text = line(text)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
