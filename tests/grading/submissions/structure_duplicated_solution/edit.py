"""Put a wrong copy before the right cell."""


def edit(folder, notebook):
    cells = notebook["cells"]
    at = next(i for i, c in enumerate(cells) if "def weighted_mean" in c["source"])
    cells.insert(at, cells[at] | {"source": "def weighted_mean(x, w):\n    return x.mean()"})
