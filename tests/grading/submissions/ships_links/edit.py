"""Add links."""


def edit(folder, notebook):
    (folder / "answers").symlink_to(folder.parents[2] / "answers")
    (folder / "all").symlink_to("/")
