"""Write something else in the notebook's place."""


def edit(folder, notebook):
    notebook["cells"] = []
