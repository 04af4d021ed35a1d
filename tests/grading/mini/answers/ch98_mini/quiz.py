"""Answer key of the mini chapter's quiz."""

from grading.keys import Question

questions = {
    1: Question(
        right="B",
        why={"A": "Only if every weight is 0.", "B": "It adds 0 above and below the line."},
    ),
}
