"""Write UTF-16."""

import json


def edit(folder, notebook):
    return json.dumps(notebook).encode("utf-16")
