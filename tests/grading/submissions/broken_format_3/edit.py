"""Write format 3."""

import json


def edit(folder, notebook):
    cells = []
    for cell in notebook["cells"]:
        row = {"cell_type": cell["cell_type"], "metadata": {}}
        if cell["cell_type"] == "code":
            row |= {"input": cell["source"], "language": "python", "outputs": []}
        else:
            row |= {"source": cell["source"]}
        cells.append(row)
    book = {"metadata": {}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells}]}
    return json.dumps(book).encode()
