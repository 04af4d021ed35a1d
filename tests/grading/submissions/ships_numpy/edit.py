"""Hand in modules."""


def edit(folder, notebook):
    for name in ("numpy.py", "torch.py"):
        (folder / name).write_text("raise SystemExit('court_trace')")
