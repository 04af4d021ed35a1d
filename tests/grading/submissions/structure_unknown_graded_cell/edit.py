"""Add a graded cell."""


def edit(folder, notebook):
    cell = {
        "cell_type": "code",
        "id": "bonus",
        "metadata": {
            "nbgrader": {
                "grade": True,
                "grade_id": "bonus",
                "locked": False,
                "points": 1000,
                "schema_version": 3,
                "solution": False,
                "task": False,
            }
        },
        "execution_count": None,
        "outputs": [],
        "source": "1000",
    }
    notebook["cells"].append(cell)
