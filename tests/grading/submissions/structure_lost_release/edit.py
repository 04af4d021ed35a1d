"""Drop the notebook's metadata."""


def edit(folder, notebook):
    notebook["metadata"] = {}
