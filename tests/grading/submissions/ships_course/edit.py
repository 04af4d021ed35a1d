"""Hand in a package."""


def edit(folder, notebook):
    (folder / "course").mkdir()
    (folder / "course" / "__init__.py").write_text("check = quiz = finished = lambda function: 1000.0")
