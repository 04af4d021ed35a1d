"""Write a huge number."""

import json


def edit(folder, notebook):
    text = json.dumps(notebook)
    return text.replace('"nbformat": 4', '"nbformat": 4' + "0" * 10**6).encode()
