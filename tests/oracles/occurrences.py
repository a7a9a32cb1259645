"""occurrence 第几次: own breach days in a year, lifted by what the exchange told the broker."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta

from tests.oracles.counting import Alert
from tests.oracles.limits import Limits
from tests.oracles.market import Market

Ladder = tuple[str | None, str, str]  # exchange, rule, subject


def with_occurrences(alerts: list[Alert], market: Market, limits: Limits) -> list[Alert]:
    breached: dict[Ladder, set[date]] = defaultdict(set)
    for found in alerts:
        if found.level == "breach":
            breached[(found.exchange, found.rule_id, found.subject.id)].add(found.trading_day)
    for row in market.rows("alerts"):
        if row["level"] == "breach":
            breached[(row["exchange"], row["rule_id"], row["subject_id"])].add(row["trading_day"])
    return [replace(found, occurrence=_occurrence(found, breached, market, limits)) for found in alerts]


def _occurrence(found: Alert, breached: dict[Ladder, set[date]], market: Market, limits: Limits) -> int:
    ladder = (found.exchange, found.rule_id, found.subject.id)
    oldest = found.trading_day - timedelta(days=limits.occurrence_days)
    days = {day for day in breached[ladder] if oldest < day <= found.trading_day}
    if found.level == "warning":
        days.discard(found.trading_day)
    notices = [
        row
        for row in market.rows("notices")
        if (row["exchange"], row["rule_id"], row["subject_id"]) == ladder
        and oldest < row["trading_day"] <= found.trading_day
        and row["received_at"] <= found.triggered_at
    ]
    if not notices:
        return len(days)
    latest = max(notices, key=lambda row: (row["trading_day"], row["received_at"], row["occurrence"]))
    since = sum(1 for day in days if day > latest["trading_day"])
    return max(len(days), int(latest["occurrence"]) + since)
