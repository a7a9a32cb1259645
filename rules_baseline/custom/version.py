"""One dated version of a custom rule, with the two persons who stand for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise
from typing import Any

from alertgrade.errors import AlertError
from rules_baseline.after_close.choices import Choice
from rules_baseline.custom.conditions import Condition
from rules_baseline.custom.populations import Population

DEFAULT_GRADE = 4  # as the other after-close screens
GRADES = (1, 4)  # an alert is never grade 5
RULE_ID = re.compile(r"[a-z][a-z0-9_]{2,39}")


@dataclass(frozen=True, slots=True)
class Signed:
    """Where a rule comes from and who answers for it; ``grade`` is its baseline grade."""

    rule_id: str
    title_zh: str
    title_en: str
    basis: str
    author: str
    approver: str
    version: int
    grade: int
    starts: date
    ends: date | None
    file: str
    sha256: str
    where: str  # file and line, for errors

    def evidence(self) -> dict[str, Any]:
        """What an alert says of its rule; ``grade.py`` and ``explain.py`` read it."""
        return {
            "effective_from": self.starts.isoformat(),
            "effective_to": None if self.ends is None else self.ends.isoformat(),
            "source": self.basis,
            "title_zh": self.title_zh,
            "title_en": self.title_en,
            "author": self.author,
            "approver": self.approver,
            "version": self.version,
            "grade": self.grade,
            "file": self.file,
            "sha256": self.sha256,
        }


@dataclass(frozen=True, kw_only=True)
class RuleVersion(Choice):
    """One version of a YAML rule; ``values`` holds the trading days its conditions read as ``days``."""

    signed: Signed
    population: Population
    per_contract: bool
    condition: Condition

    def evidence(self) -> dict[str, Any]:
        """What an alert says of the version that raised it."""
        return self.signed.evidence()


def check_versions(versions: Sequence[Signed]) -> None:
    """Raise ``AlertError`` unless every id's versions rise with their dates and no two are in force on one day."""
    for rule_id, group in groupby(sorted(versions, key=lambda s: (s.rule_id, s.starts)), key=lambda s: s.rule_id):
        for one, two in pairwise(group):
            if two.version <= one.version:
                raise AlertError(
                    f"{two.where}: {rule_id} version {two.version} from {two.starts} follows version {one.version}",
                    "wanted a higher version for a later effective_from",
                )
            if two.starts < (one.ends or date.max):
                raise AlertError(
                    f"{two.where}: {rule_id} version {two.version} begins on {two.starts}, while version "
                    f"{one.version} is in force",
                    "wanted one version a day",
                    f"set effective_to of version {one.version} ({one.where}) to {two.starts}",
                )
