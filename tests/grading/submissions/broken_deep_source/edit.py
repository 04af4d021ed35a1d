"""Write the brackets."""


def edit(folder, notebook):
    cell = next(c for c in notebook["cells"] if "def leaky" in c["source"])
    cell["source"] = "[" * 90_000 + "]" * 90_000
