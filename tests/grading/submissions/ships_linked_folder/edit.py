"""Link to another folder."""


def edit(folder, notebook):
    folder.rmdir()
    folder.symlink_to(folder.parents[1] / "honest_right" / "ch96_court")
    return ...
