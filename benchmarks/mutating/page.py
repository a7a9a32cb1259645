"""What the page of the mutants says already: a run without a record begins with those it tells as judged."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from benchmarks.mutating.mutant import ROOT, Mutant, Seen
from benchmarks.mutating.table import cell, row

_COMMIT = re.compile(r"commit ([0-9a-f]{10})")
_HOW = re.compile(r" \(([A-Za-z]+ in [a-z]+)\)$")


def told(page: Path, mutants: Sequence[Mutant]) -> Iterator[Seen]:
    """Those of ``mutants`` that ``page`` tells as caught or equivalent, in files not changed since the page's commit.

    Nothing where there is no page, or where its commit is not in this repository.
    """
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    commit = _COMMIT.search(text)
    if commit is None:
        return
    caught = {}
    for line in text.splitlines():
        if line.startswith("| "):
            change, killer = line.removesuffix(" |").rsplit(" | ", 1)
            caught.setdefault(change, killer)  # of an equivalent one the first line says why, the second nothing
    for mutant in mutants:
        change = row(Seen(mutant)).removesuffix(" |").rsplit(" | ", 1)[0]
        killer = caught.get(change, "")
        same = mutant.equivalent and killer == cell(mutant.equivalent)
        if (same or ": " in killer) and not _changed(commit[1], mutant.file):
            yield Seen(mutant) if same else _seen(mutant, killer)


def _seen(mutant: Mutant, killer: str) -> Seen:
    how = _HOW.search(killer)
    file, name = killer[: how.start() if how else None].split(": ", 1)
    return Seen(mutant, f"tests/{file}.py::{name}", how[1] if how else "AssertionError in call")


@cache
def _changed(commit: str, file: str) -> bool:
    asked = subprocess.run(["git", "diff", "--quiet", commit, "--", file], cwd=ROOT, capture_output=True, check=False)
    return asked.returncode != 0
