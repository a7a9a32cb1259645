"""How many findings answer HIT, MISS and UNKNOWN, and why those that do not know do not."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

ANSWERS = ("HIT", "MISS", "UNKNOWN")


@dataclass(frozen=True, slots=True)
class Unknown:
    """So many findings of a rule do not know, for this reason."""

    rule_id: str
    reason: str
    findings: int


@dataclass(frozen=True, slots=True)
class Answers:
    """Findings by answer (all three are there), and the UNKNOWN ones by rule and reason, most first."""

    counts: dict[str, int]
    unknown: tuple[Unknown, ...]


def answers_of(findings: pa.Table) -> Answers:
    """Count a table of findings (columns of ``findings.FINDINGS_SCHEMA``); zeros where it is empty."""
    counted = findings.group_by("answer").aggregate([([], "count_all")]).to_pylist()
    counts = dict.fromkeys(ANSWERS, 0) | {row["answer"]: row["count_all"] for row in counted}
    open_ones = findings.filter(pc.equal(findings["answer"], "UNKNOWN")).group_by(["rule_id", "reason"])
    rows = open_ones.aggregate([([], "count_all")]).to_pylist()
    unknown = [Unknown(row["rule_id"], row["reason"], row["count_all"]) for row in rows]
    return Answers(counts, tuple(sorted(unknown, key=lambda one: (-one.findings, one.rule_id, one.reason))))
