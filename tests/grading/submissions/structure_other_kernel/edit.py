"""Ask for another kernel."""


def edit(folder, notebook):
    notebook["metadata"]["kernelspec"] = {"name": "bash", "language": "bash", "display_name": "x"}
