"""Delete an exercise."""


def edit(folder, notebook):
    notebook["cells"] = [c for c in notebook["cells"] if "def leaky" not in c["source"]]
