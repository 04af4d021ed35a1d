"""Name cells by paths."""


def edit(folder, notebook):
    for number, name in enumerate(("../../court_trace", "/etc/passwd", "a" * 10**5, "<script>")):
        cell = {"cell_type": "code", "outputs": [], "execution_count": None, "source": "1"}
        about = {"grade": True, "solution": True, "grade_id": name, "points": 5, "schema_version": 3}
        notebook["cells"].append(cell | {"id": name, "metadata": {"nbgrader": about | {"locked": False}}})
