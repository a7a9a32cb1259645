"""frequent_cancel 频繁报撤单, by regime."""

from __future__ import annotations

from datetime import date
from functools import partial

from tests.oracles.cancels import by_unit, count
from tests.oracles.counting import Alert, Finding, finding
from tests.oracles.limits import IN_FORCE, RELEASES_LIMIT_ORDERS_ONLY, Limits, fee_aware
from tests.oracles.market import Market, Row, client_made, immediate

RULE = "frequent_cancel"
EXEMPT = {"hedging", "market_making"}


def frequent_cancel(market: Market, limits: Limits) -> tuple[list[Alert], list[Finding]]:
    alerts, findings = [], []
    for key, rows in by_unit(market, RULE).items():
        if key.day < IN_FORCE[key.exchange]:
            findings.append(finding(key, "MISS"))
            continue
        known = market.contract(key.exchange, str(key.contract), key.day)
        index = key.exchange == "CFFEX" and known is not None and known["kind"] == "index_future"
        limit = limits.frequent_cancel_index_future if index else limits.frequent_cancel
        raised, found, _ = count(key, rows, partial(_counts, contract=known, day=key.day), limit)
        alerts += raised
        findings.append(found)
    return alerts, findings


def _counts(row: Row, contract: Row | None, day: date) -> bool | None:
    if row["hedge"] in EXEMPT:
        return False
    if not fee_aware(row["exchange"], day):
        if immediate(row) or not client_made(row):
            return False
        # CFFEX's limit depends on the kind: without it nothing can be said
        return None if row["exchange"] == "CFFEX" and contract is None else True
    if immediate(row):
        return True  # with the fee or without it
    if not client_made(row):
        return False
    if row["exchange"] in RELEASES_LIMIT_ORDERS_ONLY and row["order_type"] != "limit":
        return True
    return None if contract is None else not contract["has_order_fee"]
