"""A mutant: one fragment of one file replaced, and the clause of the rules page that this breaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
CATALOGUE = Path(__file__).with_name("catalogue")
RANDOM = {  # after the tests a mutant names: markets at random
    "intraday": ("tests/oracles/test_oracle_intraday.py",),
    "screen": ("tests/oracles/test_oracle_after_close.py",),
    "none": (),
}


@dataclass(frozen=True)
class Mutant:
    """``old`` of ``file`` becomes ``new``, which breaks ``clause`` of ``rule``; ``at``: where, if it occurs often.

    ``scenes`` are the rules whose scenes are asked first, ``tests`` the test files after them, one after the other.
    """

    rule: str
    clause: str
    file: str
    old: str
    new: str
    scenes: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    equivalent: str = ""  # why no test can tell
    at: int | None = None

    def applied(self, text: str) -> str:
        """The file with the fault in it; raises ``ValueError`` where the fragment does not occur exactly once."""
        if self.at is not None:
            return text[: self.at] + self.new + text[self.at + len(self.old) :]
        if text.count(self.old) != 1:
            raise ValueError(f"stale: {self.old!r} occurs {text.count(self.old)} times in {self.file}")
        return text.replace(self.old, self.new)


@dataclass(frozen=True)
class Seen:
    """What became of a mutant: the first test that failed (empty: none did), with what, and seconds of processor."""

    mutant: Mutant
    killer: str = ""
    how: str = ""
    seconds: float = 0.0


def catalogue() -> list[Mutant]:
    """Every mutant written down by hand, in the order of the files.

    A file is a list of parts (rule, kind, file, scenes, tests) with ``mutants``: clause, old, new, and where no test
    can tell it from the code, why.
    """
    found = []
    for path in sorted(CATALOGUE.glob("*.yaml")):
        for part in yaml.safe_load(path.read_text(encoding="utf-8")):
            scenes = part.get("scenes", () if part["kind"] == "none" else [part["rule"]])
            tests = (*part.get("tests", ()), *RANDOM[part["kind"]])
            for clause, old, new, *equivalent in part["mutants"]:
                found.append(Mutant(part["rule"], clause, part["file"], old, new, tuple(scenes), tests, *equivalent))
    return found


def stale(mutants: Sequence[Mutant], root: Path = ROOT) -> list[str]:
    """What of the catalogue no longer fits the code; empty: every fragment occurs exactly once."""
    wrong = []
    for one in mutants:
        count = (root / one.file).read_text(encoding="utf-8").count(one.old)
        if count != 1 or one.new == one.old:
            wrong.append(f"{one.rule}, {one.clause}: {one.old!r} occurs {count} times in {one.file}")
    return wrong
