"""Name another release."""


def edit(folder, notebook):
    notebook["metadata"]["course"]["release"] = "../../../answers/ch96_court"
