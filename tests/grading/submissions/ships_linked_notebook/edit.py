"""Link to another notebook."""


def edit(folder, notebook):
    other = folder.parents[1] / "honest_right" / "ch96_court" / "ch96_court.ipynb"
    (folder / "ch96_court.ipynb").symlink_to(other)
    return ...
