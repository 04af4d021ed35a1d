"""Hand in start-up files."""


def edit(folder, notebook):
    for name in ("sitecustomize.py", "usercustomize.py", "ipython_config.py", "jupyter_config.py"):
        (folder / name).write_text("raise SystemExit('court_trace')")
    (folder / "nbgrader_config.py").write_text("c = get_config()")
    (folder / "evil.pth").write_text("import os; os._exit(0)")
