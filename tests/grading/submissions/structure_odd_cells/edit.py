"""Add what is no cell."""


def edit(folder, notebook):
    notebook["cells"] += [None, 7, {"cell_type": "evil", "source": "1"}, {"cell_type": "code", "source": [1, 2]}]
