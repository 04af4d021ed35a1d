"""Make a large notebook; it has a hole and takes no room on the disk."""


def edit(folder, notebook):
    with (folder / "ch96_court.ipynb").open("wb") as file:
        file.truncate(100 * 2**20)
    return ...
