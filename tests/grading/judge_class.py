"""Grade a class in one process and print the judgements as JSON lines: `judge_class.py COURSE`.

A program of its own, so that a test can run it as root and as an ordinary user.
"""

import json
import sys
import time
import traceback
from pathlib import Path

from grading.judge import judging, warm
from grading.judge.judging import judge
from grading.judge.material import CourseFolder
from grading.judge.reading import read
from grading.judge.releases import Releases
from grading.judge.sandbox import Limits

# Shorter and smaller than in earnest: many of these submissions do nothing but wait for their end.
LIMITS = Limits(
    cell_seconds=8, probe_seconds=2, probe_wall=8, total_seconds=120, room_memory=700 * 2**20
)
GRACE = 4.0


def main(root: Path, chapter: str, students: list[str]) -> None:
    judging.GRACE = GRACE
    course, releases = CourseFolder(root), Releases(root)
    for student in students:
        started, plain = time.monotonic(), None
        try:
            restored = read(root / "submitted" / student / chapter, chapter, releases)
            plain = judge(restored.notebook, student, course, LIMITS).plain()
        except Exception:  # the class goes on, as it does under nbgrader
            print(student, file=sys.stderr)
            traceback.print_exc()
        seconds = round(time.monotonic() - started, 2)
        print(json.dumps({"student": student, "seconds": seconds, "judgement": plain}), flush=True)
    warm.cool()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
