"""intraday_open 日内开仓: lots opened, buys and sells together, against the loaded limits."""

from __future__ import annotations

from collections import defaultdict

from tests.oracles.counting import Alert, Finding, Key, Step, climb, finding
from tests.oracles.limits import Limits
from tests.oracles.market import Market, Row, valid

RULE = "intraday_open"
EXEMPT = {"hedging", "market_making"}


def intraday_open(market: Market, _limits: Limits) -> tuple[list[Alert], list[Finding]]:
    alerts: list[Alert] = []
    findings: list[Finding] = []
    for key, (limit, steps) in _by_limit_row(market).items():
        if limit is None:
            findings.append(finding(key, _unlimited(market, key)))
            continue
        raised = climb(key, steps, limit, above=True)
        alerts += raised
        findings.append(
            finding(
                key, "HIT" if any(a.level == "breach" for a in raised) else "MISS", sum(step.amount for step in steps)
            )
        )
    return alerts, findings


def _unlimited(market: Market, key: Key) -> str:
    """Without a limit row it is a miss, unless the table, or the product that may be limited, is not known."""
    if not market.given("opening_limits"):
        return "UNKNOWN"
    wider = [
        limit
        for limit in market.rows("opening_limits")
        if limit["exchange"] == key.exchange and limit["scope"] != "contract" and valid(limit, key.day)
    ]
    known = market.contract(key.exchange, str(key.contract), key.day)
    return "UNKNOWN" if known is None and wider else "MISS"


def _by_limit_row(market: Market) -> dict[Key, tuple[int | None, list[Step]]]:
    found: dict[Key, tuple[int | None, list[Step]]] = {}
    rows: dict[tuple[str, object], list[Row]] = defaultdict(list)
    for limit in market.rows("opening_limits"):
        rows[(limit["exchange"], limit["key"])].append(limit)
    for trade in market.trades():
        if trade["offset"] != "open" or trade["hedge"] in EXEMPT:
            continue
        day = trade["trading_day"]
        subject = market.subject(trade["account_id"], day)
        limited = False
        for scope, name in _names(market, trade):
            for limit in rows[(trade["exchange"], name)]:
                if limit["scope"] == scope and valid(limit, day):
                    key = Key(RULE, trade["exchange"], name, day, subject)
                    step = Step(trade["event_time"], trade["volume"], (trade["account_id"],), trade["trade_id"])
                    found.setdefault(key, (limit["limit"], []))[1].append(step)
                    limited = True
        if not limited:
            found[Key(RULE, trade["exchange"], trade["contract"], day, subject)] = (None, [])
    return found


def _names(market: Market, trade: Row) -> list[tuple[str, str]]:
    """The (scope, key) pairs under which a trade may be limited."""
    names = [("contract", trade["contract"])]
    known = market.contract(trade["exchange"], trade["contract"], trade["trading_day"])
    if known is not None:
        names.append(("product", known["product"]))
        if known["option_month"] is not None:
            names.append(("month", known["product"] + known["option_month"]))
    return names
