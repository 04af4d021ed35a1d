"""Answer key of the quiz."""

from grading.keys import Question

questions = {
    1: Question(
        right="B",
        why={"A": "Only if every weight is 0.", "B": "It adds 0 above and below the line."},
    ),
    2: Question(
        right="A", why={"A": "Nothing of the input gets in.", "B": "That is a = 0."}
    ),
}
