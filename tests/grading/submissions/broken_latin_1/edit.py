"""Write Latin-1."""

import json


def edit(folder, notebook):
    notebook["cells"][1]["source"] += "\n# gr\u00f6\u00dfe"
    return json.dumps(notebook, ensure_ascii=False).encode("latin-1", "replace")
