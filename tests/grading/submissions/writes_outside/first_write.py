import os
import site
import sys

import course

folders = [
    *("COURSE_FOLDER", "COURSE_FOLDER/submitted/honest_right/ch96_court", "COURSE_FOLDER/.judge"),
    *("/", "/usr", "/usr/lib", "/etc", "/var/tmp", "/run", "/opt", "/root", "/home", "/dev", "/proc"),
    *(sys.prefix, sys.base_prefix, os.path.dirname(course.__file__), *site.getsitepackages()),
    *(path for path in sys.path if path),
]
for folder in folders:
    try:
        with open(os.path.join(folder, "court_trace"), "w") as file:
            file.write("here")
        if not os.path.abspath(folder).startswith("/scratch"):
            print("written" + ":", folder)
    except OSError:
        pass
