"""Answer key of the quiz of $chapter."""

from grading.keys import Question

questions = {
    1: Question(
        right="A",
        why={
            "A": "Why it is right.",
            "B": "What is wrong with it, for someone who believed it.",
        },
    ),
}
