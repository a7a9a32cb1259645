"""How many findings answer what, and why some do not know."""

from __future__ import annotations

from datetime import date

import pyarrow as pa

from rules_baseline.answers import Answers, Unknown, answers_of
from rules_baseline.findings import FINDINGS_SCHEMA


def test_unknown_findings_are_told_by_rule_and_reason_most_first() -> None:
    def finding(rule_id: str, answer: str, reason: str) -> dict[str, object]:
        row = {"rule_id": rule_id, "answer": answer, "reason": reason, "trading_day": date(2026, 3, 2)}
        return {**row, "subject_type": "account", "subject_id": "A1"}

    rows = [
        finding("leverage", "UNKNOWN", "no table of positions"),
        finding("group_trade", "UNKNOWN", "no control_groups table"),
        finding("leverage", "UNKNOWN", "no table of positions"),
        finding("leverage", "UNKNOWN", "no price"),
        finding("self_trade", "HIT", "limit reached"),
    ]
    found = answers_of(pa.Table.from_pylist(rows, schema=FINDINGS_SCHEMA))
    assert found.counts == {"HIT": 1, "MISS": 0, "UNKNOWN": 4}
    assert found.unknown == (
        Unknown("leverage", "no table of positions", 2),
        Unknown("group_trade", "no control_groups table", 1),
        Unknown("leverage", "no price", 1),
    )


def test_no_findings_are_zeros() -> None:
    assert answers_of(FINDINGS_SCHEMA.empty_table()) == Answers({"HIT": 0, "MISS": 0, "UNKNOWN": 0}, ())
