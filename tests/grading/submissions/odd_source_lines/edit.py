"""Write sources as lists."""

import json


def edit(folder, notebook):
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
        cell["colab"] = {"id": "x"}
    return b"\xef\xbb\xbf" + json.dumps(notebook).encode()
