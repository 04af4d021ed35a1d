"""Write something else in the notebook's place."""

import json


def edit(folder, notebook):
    text = json.dumps(notebook)
    return text.replace('"metadata": {}', '"metadata": ' + '{"a":' * 100_000 + "1" + "}" * 100_000, 1).encode()
