"""What a worker needs, imported once: workers are forked from a process that has it."""

from __future__ import annotations

import gc
import sys

# jsonschema would compile the grammars of internet addresses, a second that no notebook needs.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

import torch  # noqa: E402

from grading.judge import classroom, judging, material  # noqa: E402, F401

torch.set_num_threads(1)  # there is a worker for every core
gc.freeze()
gc.set_threshold(50_000, 20)  # a judgement makes a hundred thousand objects, and no cycles
