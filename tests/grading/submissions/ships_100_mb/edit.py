"""Make a large file; it has a hole and takes no room on the disk."""


def edit(folder, notebook):
    with (folder / "data.bin").open("wb") as file:
        file.truncate(100 * 2**20)
