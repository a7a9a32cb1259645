"""group_trade 组内互为对手: a match in which one member of a declared group buys from another."""

from __future__ import annotations

from collections import defaultdict

from tests.oracles.counting import Alert, Finding, Key, Step, answer, climb, finding
from tests.oracles.limits import GROUP_TRADE_FROM, Limits
from tests.oracles.market import Market, Row, trade_place
from tests.oracles.matches import matches

RULE = "group_trade"
EXCHANGES = {"SHFE", "INE"}


def group_trade(market: Market, limits: Limits) -> tuple[list[Alert], list[Finding]]:
    steps: dict[Key, list[tuple[tuple[object, ...], Step]]] = defaultdict(list)
    for row in market.trades():
        steps[_key(market, row)]
    for rows in matches(market).values():
        groups = {market.group_of(row["trading_day"]).get(row["account_id"]) for row in rows} - {None}
        for group in groups:
            own = [r for r in rows if market.group_of(r["trading_day"]).get(r["account_id"]) == group]
            found = _counted(own)
            if found is not None:
                steps[_key(market, own[0])].append(found)
    alerts, findings = [], []
    for key, found_steps in steps.items():
        in_force = key.exchange in EXCHANGES and key.day >= GROUP_TRADE_FROM
        ordered = [step for _, step in sorted(found_steps, key=lambda pair: pair[0])] if in_force else []
        alerts += climb(key, ordered, limits.group_trade)
        unknown = in_force and not market.given("control_groups")
        findings.append(finding(key, answer(len(ordered), limits.group_trade, unknown), len(ordered)))
    return alerts, findings


def _key(market: Market, row: Row) -> Key:
    subject = market.subject(row["account_id"], row["trading_day"])
    return Key(RULE, row["exchange"], row["contract"], row["trading_day"], subject)


def _counted(own: list[Row]) -> tuple[tuple[object, ...], Step] | None:
    """At the first row that stands against an earlier row of another member."""
    for number, row in enumerate(own):
        for before in own[:number]:
            if before["side"] != row["side"] and before["account_id"] != row["account_id"]:
                accounts = (before["account_id"], row["account_id"])
                return trade_place(row), Step(row["event_time"], 1, accounts, row["trade_id"])
    return None
