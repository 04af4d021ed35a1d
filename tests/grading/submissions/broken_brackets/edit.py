"""Write something else in the notebook's place."""


def edit(folder, notebook):
    return b"[" * 200_000 + b"]" * 200_000
