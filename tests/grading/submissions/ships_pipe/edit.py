"""Make a pipe."""

import os


def edit(folder, notebook):
    os.mkfifo(folder / "ch96_court.ipynb")
    return ...
