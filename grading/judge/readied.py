"""What a worker needs, imported once: workers are forked from a process that has it."""

from __future__ import annotations

import gc

gc.disable()  # a sixth of the time that importing takes, and it finds next to nothing

import torch  # noqa: E402

import grading.grammars  # noqa: E402, F401 - before what imports nbformat
from grading.judge import classroom, judging, material  # noqa: E402, F401

torch.set_num_threads(1)  # there is a worker for every core
gc.freeze()
gc.enable()
gc.set_threshold(50_000, 20)  # a judgement makes a hundred thousand objects, and no cycles
