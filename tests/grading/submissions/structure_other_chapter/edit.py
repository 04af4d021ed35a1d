"""Name another chapter."""


def edit(folder, notebook):
    notebook["metadata"]["course"]["chapter"] = "ch01_neuron"
