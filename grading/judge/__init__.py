"""The judge: a score is never computed where student code runs.

`reading` restores a submitted notebook's structure; `sandbox` runs its cells and probes its
functions with inputs of the student's own; `judging` compares what came out with what the key's
oracle says; `gradebook` hands the verdicts to nbgrader.
"""
