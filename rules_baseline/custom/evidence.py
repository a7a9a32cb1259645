"""The alert of a custom rule: each condition with its value, limit and result, the population, and who signed it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from rules_baseline.after_close.choices import Choice
from rules_baseline.after_close.records import CLOSE, plain, short
from rules_baseline.after_close.screen import Screen
from rules_baseline.alerts import alert_id
from rules_baseline.custom.conditions import Change, Leaf, Volatility, leaves
from rules_baseline.custom.version import RuleVersion
from rules_baseline.trigger import TriggerRecord

_RESULTS = {True: "HIT", False: "MISS", None: "UNKNOWN"}


def record(
    screen: Screen, choice: Choice, row: Mapping[str, Any], version: str, evidence: dict[str, Any]
) -> TriggerRecord:
    """The alert of a HIT; ``measured`` and ``threshold`` are of the first condition that is met."""
    assert isinstance(choice, RuleVersion)  # noqa: S101 -- the loader makes no other for this screen
    day: date = row["trading_day"]
    content = {
        **evidence,
        "conditions": [condition(leaf, row, number) for number, leaf in enumerate(leaves(choice.condition))],
        "logic": str(choice.condition),
        "population": choice.population.evidence(),
        "limit": row["_limit"],
        "parameter": choice.evidence(),
    }
    return TriggerRecord(
        alert_id=alert_id(screen.id, "breach", day.isoformat(), row["exchange"], row["contract"], row["subject_id"]),
        rule_id=screen.id,
        level="breach",
        exchange=row["exchange"],
        contract=row["contract"],
        trading_day=day,
        subject_type="account",
        subject_id=row["subject_id"],
        account_id=row["account_id"],
        triggered_at=datetime.combine(day, CLOSE).astimezone(UTC),
        measured=row["_value"],
        threshold=row["_limit"],
        occurrence=None,
        parameters_version=version,
        evidence=json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False),
    )


def condition(leaf: Leaf, row: Mapping[str, Any], number: int) -> dict[str, Any]:
    """One condition: as written, its value and limit as text without loss, and HIT, MISS or UNKNOWN."""
    told = {
        "condition": str(leaf),
        "kind": leaf.kind,
        "measure": leaf.measure.name,
        "unit": leaf.measure.unit,
        "result": _RESULTS[row[f"_met{number}"]],
    }
    if isinstance(leaf, Volatility):
        names = {"value": "value", "limit": "limit", "mean": "mean", "deviation": "sd", "past_days": "past"}
        return told | {name: _double(row.get(f"_{column}{number}")) for name, column in names.items()}
    value = _exact(row.get(f"_n{number}"), row.get(f"_d{number}"), "_d" in _names(row, number))
    if not isinstance(leaf, Change):
        return told | {"value": value, "limit": plain(Decimal(str(leaf.value)))}  # type: ignore[attr-defined]
    before = _exact(row.get(f"_pn{number}"), row.get(f"_pd{number}"), "_pd" in _names(row, number))
    ratio = row[f"_value{number}"]
    return told | {"value": value, "previous": before, "ratio": _double(ratio), "limit": plain(leaf.factor)}


def _names(row: Mapping[str, Any], number: int) -> set[str]:
    return {name for name in ("_d", "_pd") if f"{name}{number}" in row}


def _exact(count: Decimal | None, per: Decimal | None, divided: bool) -> Any:
    if count is None or (divided and (per is None or per <= 0)):
        return None
    if not divided or per is None:
        return plain(count)
    return short(Fraction(count) / Fraction(per))


def _double(value: Any) -> Any:
    return round(value, 9) if isinstance(value, float) else value
