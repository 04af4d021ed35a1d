"""Make many files."""


def edit(folder, notebook):
    for number in range(3000):
        (folder / f"file_{number}.txt").touch()
