"""Take the marks off every test cell."""


def edit(folder, notebook):
    checks = [c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("locked")]
    for cell in checks:
        cell["metadata"]["nbgrader"] |= {"grade": False, "locked": False}
