"""A command in a process of its own: what it printed, how long it took, and the peak of its memory.

Linux lets a process begin with the peak of the one that started it (``exec`` takes over the high-water mark of the
memory it replaces): a benchmark that has just made gigabytes of data would be measured in place of its command. A small
process stands between the two.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Finished:
    """Wall and processor seconds, peak bytes of resident memory, and the text of standard output."""

    wall: float
    processor: float
    peak: int
    printed: str


def measured(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Finished:
    """Run ``command`` below the repository's root; ends the benchmark with its errors where it fails."""
    with tempfile.TemporaryDirectory() as scratch:
        figures = Path(scratch) / "figures.json"
        between = [sys.executable, str(Path(__file__)), str(figures), *command]
        done = subprocess.run(between, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stderr)
        return Finished(*json.loads(figures.read_text()), printed=done.stdout)


def main(figures: str, *command: str) -> int:
    """Run the command and write down what it took."""
    began = time.perf_counter()
    status = subprocess.run(command, check=False).returncode
    wall, used = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    Path(figures).write_text(json.dumps([wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024]))
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
