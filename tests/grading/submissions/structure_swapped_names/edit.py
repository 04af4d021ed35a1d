"""Swap two sources."""


def edit(folder, notebook):
    cells = notebook["cells"]
    first, second = (c for c in cells if c["source"].startswith(("def weighted_mean", "def smooth")))
    first["source"], second["source"] = second["source"], first["source"]
