"""Turn the order of all cells but the set-up around."""


def edit(folder, notebook):
    first, setup, *rest = notebook["cells"]
    notebook["cells"] = [first, setup, *reversed(rest)]
