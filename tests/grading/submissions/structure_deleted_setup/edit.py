"""Delete the set-up cell."""


def edit(folder, notebook):
    notebook["cells"] = [c for c in notebook["cells"] if "import check" not in c["source"]]
