"""Write the sum."""


def edit(folder, notebook):
    cell = next(c for c in notebook["cells"] if "ones(2)" in c["source"])
    cell["source"] = "+".join(["1"] * 30_000)
