"""What a worker needs, imported once: workers are forked from a process that has it."""

from __future__ import annotations

import gc

import torch

import grading.grammars  # noqa: F401 - before what imports nbformat
from grading.judge import classroom, judging, material  # noqa: F401

torch.set_num_threads(1)  # there is a worker for every core
gc.freeze()
gc.set_threshold(50_000, 20)  # a judgement makes a hundred thousand objects, and no cycles
