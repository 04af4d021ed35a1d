"""Break the set-up cell."""


def edit(folder, notebook):
    cell = next(c for c in notebook["cells"] if "import check" in c["source"])
    cell["source"] = "import einops_of_mine\n" + cell["source"]
