"""Write something else in the notebook's place."""


def edit(folder, notebook):
    return b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"
