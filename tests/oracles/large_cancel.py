"""large_cancel 大额报撤单: only the cancels that are large are counted."""

from __future__ import annotations

from datetime import date
from functools import partial

from tests.oracles.cancels import by_unit, count
from tests.oracles.counting import Alert, Finding, finding
from tests.oracles.limits import IN_FORCE, LARGE_LOTS, Limits, fee_aware
from tests.oracles.market import Market, Row, client_made, immediate

RULE = "large_cancel"


def large_cancel(market: Market, limits: Limits) -> tuple[list[Alert], list[Finding]]:
    alerts, findings = [], []
    for key, rows in by_unit(market, RULE).items():
        if key.day < IN_FORCE[key.exchange]:
            findings.append(finding(key, "MISS"))
            continue
        known = market.contract(key.exchange, str(key.contract), key.day)
        limit = limits.large_cancel_cffex if key.exchange == "CFFEX" else limits.large_cancel
        raised, found, _ = count(key, rows, partial(_counts, contract=known, day=key.day), limit)
        alerts += raised
        findings.append(found)
    return alerts, findings


def _counts(row: Row, contract: Row | None, day: date) -> bool | None:
    if row["hedge"] == "hedging":
        return False
    if immediate(row):
        if not fee_aware(row["exchange"], day):
            return False
    elif not client_made(row):
        return False
    if row["exchange"] in LARGE_LOTS:
        return bool(row["volume"] >= LARGE_LOTS[row["exchange"]])
    largest = None if contract is None else contract["max_order_volume"]
    return None if largest is None else bool(5 * row["volume"] >= 4 * largest)
