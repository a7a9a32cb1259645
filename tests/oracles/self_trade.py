"""self_trade 自成交: matches in which the subject stands on both sides."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from tests.oracles.counting import Alert, Finding, Key, Step, answer, climb, finding
from tests.oracles.limits import IN_FORCE, SELF_TRADE_EXEMPT, Limits
from tests.oracles.market import Market, Row, immediate, trade_place
from tests.oracles.matches import matches

RULE = "self_trade"


def self_trade(market: Market, limits: Limits) -> tuple[list[Alert], list[Finding]]:
    steps: dict[Key, list[tuple[tuple[object, ...], Step]]] = defaultdict(list)
    for row in market.trades():
        steps[_key(market, row)]  # the rule looks at every trade row
    for rows in matches(market).values():
        for subject in {market.subject(row["account_id"], row["trading_day"]) for row in rows}:
            own = [r for r in rows if market.subject(r["account_id"], r["trading_day"]) == subject]
            counted = _counted(market, own)
            if counted is not None:
                steps[_key(market, own[0])].append(counted)
    alerts, findings = [], []
    for key, found in steps.items():
        in_force = key.day >= IN_FORCE[key.exchange]
        ordered = [step for _, step in sorted(found, key=lambda pair: pair[0])] if in_force else []
        alerts += climb(key, ordered, limits.self_trade)
        findings.append(finding(key, answer(len(ordered), limits.self_trade, open_rows=False), len(ordered)))
    return alerts, findings


def _key(market: Market, row: Row) -> Key:
    subject = market.subject(row["account_id"], row["trading_day"])
    return Key(RULE, row["exchange"], row["contract"], row["trading_day"], subject)


def _counted(market: Market, own: list[Row]) -> tuple[tuple[object, ...], Step] | None:
    """The place and the step of one match, at the row that brings the subject's second side; None: not counted."""
    legs = first_of_each_side(own)
    if legs is None:
        return None
    at: datetime = legs[1]["event_time"]
    known = [row for row in own if row["event_time"] <= at]
    exempt = SELF_TRADE_EXEMPT.get(legs[1]["exchange"], {"hedging"})
    if any(row["hedge"] in exempt for row in known):
        return None
    if legs[1]["exchange"] == "CFFEX" and any(_immediate_or_market(market, row, at) for row in known):
        return None
    accounts = (legs[0]["account_id"], legs[1]["account_id"])
    return trade_place(legs[1]), Step(at, 1, accounts, legs[1]["trade_id"])


def first_of_each_side(rows: list[Row]) -> tuple[Row, Row] | None:
    """The first row, and the first row of the other side; rows come in the order of events."""
    other = [row for row in rows if row["side"] != rows[0]["side"]]
    return (rows[0], other[0]) if other else None


def _immediate_or_market(market: Market, trade: Row, at: datetime) -> bool:
    same = ("order_id", "exchange", "trading_day")
    return any(
        order["event"] == "accepted"
        and order["event_time"] <= at
        and all(order[name] == trade[name] for name in same)
        and (immediate(order) or order["order_type"] == "market")
        for order in market.rows("orders")
    )
