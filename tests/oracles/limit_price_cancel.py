"""limit_price_cancel 停板报撤单 (CZCE): cancels at the limit price on a day that touched it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from tests.oracles.cancels import by_unit, count
from tests.oracles.counting import Alert, Finding, Key, alert, finding, leader
from tests.oracles.limits import LIMIT_PRICE_FROM, Limits
from tests.oracles.market import Market, Row, client_made

RULE = "limit_price_cancel"


def limit_price_cancel(market: Market, limits: Limits) -> tuple[list[Alert], list[Finding]]:
    alerts, findings = [], []
    for key, rows in by_unit(market, RULE).items():
        if key.exchange != "CZCE" or key.day < LIMIT_PRICE_FROM:
            findings.append(finding(key, "MISS"))
            continue
        known = market.contract(key.exchange, str(key.contract), key.day)
        day = market.contract_day(key.exchange, str(key.contract), key.day)
        tick = None if known is None else known["tick"]
        raised, found, counting = count(key, rows, partial(_counts, day=day, tick=tick), limits.limit_price_cancel)
        alerts += raised + _severe(key, counting, limits)
        findings.append(found)
    return alerts, findings


def _counts(row: Row, day: Row | None, tick: Decimal | None) -> bool | None:
    if not client_made(row) or row["price"] is None:
        return False
    if day is None or tick is None:
        return None
    limit, reached = ("upper_limit", "high_price") if row["side"] == "buy" else ("lower_limit", "low_price")
    if day[limit] is None:
        return None
    touched = day[reached] is None or _equal(day[reached], day[limit], tick)
    return touched and _equal(row["price"], day[limit], tick)


def _equal(one: Decimal, other: Decimal, tick: Decimal) -> bool:
    return 2 * abs(one - other) < tick


def _severe(key: Key, rows: Sequence[Row], limits: Limits) -> list[Alert]:
    """At the row where both the breach and the lots hold; the members weigh by the lots they cancelled."""
    lots, own = 0, Counter[str]()
    for number, row in enumerate(rows, 1):
        lots += row["volume"]
        own[row["account_id"]] += row["volume"]
        if number >= limits.limit_price_cancel and lots >= limits.limit_price_severe_lots:
            account = leader(own, key.subject)
            return [alert(key, "severe", row["event_time"], account, lots, limits.limit_price_severe_lots)]
    return []
