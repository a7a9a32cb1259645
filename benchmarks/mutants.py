"""Break every clause of every rule, one at a time, and see which test notices: docs/verification/mutants.md.

``python -m benchmarks.mutants [--workers N] [--only TEXT] [--derived] [--out FILE]``. The mutants are written down by
hand in ``mutating/catalogue/*.yaml``; ``--derived`` adds those that ``mutating.derived`` makes of each comparison and
each condition. The repository is copied, a mutant is put into the copy, and first the scenes of its rule, then the
named tests, then random markets are tried until one notices. The page is written for a whole run only.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from benchmarks.mutating.judge import judged
from benchmarks.mutating.mutant import ROOT, Mutant, catalogue, stale
from benchmarks.mutating.record import Record
from benchmarks.mutating.table import table

PAGE = ROOT / "docs" / "verification" / "mutants.md"


def wanted(asked: argparse.Namespace) -> list[Mutant]:
    mutants = catalogue()
    if asked.derived:
        from benchmarks.mutating.derived import derived

        mutants += derived(ROOT)
    return [one for one in mutants if asked.only in f"{one.rule} {one.clause} {one.file}"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="", help="text that rule, clause or file contains")
    parser.add_argument("--derived", action="store_true", help="also mutants made of the code")
    parser.add_argument("--out", type=Path, help="page to write; a whole run writes docs/verification/mutants.md")
    parser.add_argument("--record", type=Path, help="file of what was caught: a later run begins where it stands")
    parser.add_argument("--scenes", action="store_true", help="try the scenes only: seconds a mutant")
    asked = parser.parse_args()
    wrong = stale(catalogue())
    if wrong:
        print("the catalogue is stale:", *wrong, sep="\n")
        return 1
    mutants, record = wanted(asked), Record(asked.record)
    seen = list(record.known(mutants))
    done = {one.mutant for one in seen}
    left = [one for one in mutants if one not in done]
    if asked.scenes:
        left = [replace(one, tests=()) for one in left if one.scenes]
    for one in judged(left, asked.workers):
        seen.append(one)
        record.keep(one)
        state = one.killer.rsplit("::", 1)[-1] or ("equivalent" if one.mutant.equivalent else "SURVIVED")
        place = f"{len(seen)}/{len(mutants)} {one.mutant.rule} | {one.mutant.clause}"
        print(f"{place} | {state} {one.how} ({one.seconds:.1f} s)", file=sys.stderr, flush=True)
    if asked.scenes:
        return 0
    order = {mutant: number for number, mutant in enumerate(mutants)}
    seen.sort(key=lambda one: order[one.mutant])
    commit = subprocess.run(
        ["git", "rev-parse", "--short=10", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    page = asked.out or (None if asked.only else PAGE)
    if page is not None:
        page.write_text(table(seen, commit.stdout.strip()), encoding="utf-8")
    survivors = [one for one in seen if not one.killer and not one.mutant.equivalent]
    print(f"{len(seen)} mutants, {sum(bool(one.killer) for one in seen)} caught, {len(survivors)} survived")
    for one in survivors:
        print(f"survived: {one.mutant.rule}, {one.mutant.clause}")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
