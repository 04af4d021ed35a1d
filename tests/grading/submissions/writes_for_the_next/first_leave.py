import os
from pathlib import Path

evil = "raise SystemExit('court_trace')"
startup = Path.home() / ".ipython/profile_default/startup"
startup.mkdir(parents=True, exist_ok=True)
for path in (
    startup / "00_court_trace.py",
    Path.home() / "usercustomize.py",
    Path.home() / "numpy.py",
    Path("/tmp/court_trace.py"),
    Path("/dev/shm/court_trace"),
    Path(os.environ["TMPDIR"]) / "court_trace",
):
    path.write_text(evil)
