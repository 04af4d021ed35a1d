"""What runs inside the sandbox: this folder is copied there beside `course`, without answers.

`zygote` is a warm Python that forks one `room` a submission; in a room `runner` runs the cells in
a `shell` and forks one `probe` an exercise. `frames` is how a room talks with the judge outside.
All of it shares a process with student code sooner or later, so nothing here decides anything.
"""
