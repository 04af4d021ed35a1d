"""Add to the set-up cell."""


def edit(folder, notebook):
    cell = next(c for c in notebook["cells"] if "import check" in c["source"])
    cell["source"] += "\nimport numpy as np\n\ntorch.manual_seed(0)"
