"""Move the set-up cell to the end."""


def edit(folder, notebook):
    cells = notebook["cells"]
    cells.append(cells.pop(1))
