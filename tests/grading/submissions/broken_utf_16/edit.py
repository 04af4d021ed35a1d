"""Write something else in the notebook's place."""

import json


def edit(folder, notebook):
    return json.dumps(notebook).encode("utf-16")[:1001]
