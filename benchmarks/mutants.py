"""Break every clause of every rule, one at a time, and see which test notices: docs/verification/mutants.md.

``python -m benchmarks.mutants [--workers N] [--only PATTERN] [--record FILE] [--out FILE]``. The mutants are written
down in ``mutating/catalogue/*.yaml``. The repository is copied, a mutant is put into the copy, and first the scenes of
its rule, then the tests it names, then random markets are tried until one notices. The page is written for a whole run.
What the page tells as caught, in files that have not changed since its commit, is not judged again unless ``--afresh``.
With ``--record`` a run that was broken off goes on, and ``--scenes`` and ``--named`` are cheap first passes.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.mutating.judge import judged
from benchmarks.mutating.mutant import ROOT, Mutant, Seen, catalogue, stale
from benchmarks.mutating.page import told
from benchmarks.mutating.record import Record
from benchmarks.mutating.table import table

PAGE = ROOT / "docs" / "verification" / "mutants.md"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="", help="pattern found in rule, clause or file")
    parser.add_argument("--out", type=Path, help="page to write; a whole run writes docs/verification/mutants.md")
    parser.add_argument("--record", type=Path, help="file of what was caught: a later run begins where it stands")
    parser.add_argument("--afresh", action="store_true", help="judge what the page tells as caught, too")
    parser.add_argument("--scenes", action="store_true", help="try the scenes only: a second a mutant")
    parser.add_argument("--named", action="store_true", help="try only the first test that each mutant names")
    parser.add_argument("--known", action="store_true", help="judge nothing: write the page of what is known")
    return parser.parse_args()


def asked_of(left: Sequence[Mutant], asked: argparse.Namespace) -> list[Mutant]:
    """The mutants to judge, with the tests to try."""
    if asked.known:
        return []
    if asked.scenes:
        return [replace(one, tests=()) for one in left if one.scenes]
    return [replace(one, scenes=(), tests=one.tests[:1]) for one in left if one.tests] if asked.named else list(left)


def write(page: Path, seen: list[Seen], mutants: Sequence[Mutant], waiting: Sequence[Mutant]) -> None:
    order = {mutant: number for number, mutant in enumerate(mutants)}
    seen.sort(key=lambda one: order[one.mutant])
    commit = subprocess.run(
        ["git", "rev-parse", "--short=10", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    page.write_text(table(seen, commit.stdout.strip(), waiting), encoding="utf-8")


def main() -> int:
    asked = arguments()
    wrong = stale(catalogue())
    if wrong:
        print("the catalogue is stale:", *wrong, sep="\n")
        return 1
    mutants = [one for one in catalogue() if re.search(asked.only, f"{one.rule} {one.clause} {one.file}")]
    record = Record(asked.record)
    seen = list(record.known(mutants))
    done = {one.mutant for one in seen}
    if not asked.afresh:
        seen += [one for one in told(PAGE, mutants) if one.mutant not in done]
        done = {one.mutant for one in seen}
    left = [one for one in mutants if one not in done]
    for one in judged(asked_of(left, asked), asked.workers):
        seen.append(one)
        record.keep(one)
        state = one.killer.rsplit("::", 1)[-1] or ("equivalent" if one.mutant.equivalent else "SURVIVED")
        place = f"{len(seen)}/{len(mutants)} {one.mutant.rule} | {one.mutant.clause}"
        print(f"{place} | {state} {one.how} ({one.seconds:.1f} s)", file=sys.stderr, flush=True)
    part = asked.scenes or asked.named
    page = asked.out or (None if asked.only or part else PAGE)
    if page is not None and not part:
        write(page, seen, mutants, left if asked.known else ())
    survivors = [] if part else [one for one in seen if not one.killer and not one.mutant.equivalent]
    print(f"{len(seen)} mutants, {sum(bool(one.killer) for one in seen)} caught, {len(survivors)} survived")
    for one in survivors:
        print(f"survived: {one.mutant.rule}, {one.mutant.clause}")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
