"""Write something else in the notebook's place."""

import json


def edit(folder, notebook):
    return json.dumps(notebook, indent=1).encode()[:2000]
