"""programme_reporting 程序化报告: calendar seconds with many messages, over all contracts of an exchange."""

from __future__ import annotations

from collections import Counter, defaultdict

from tests.oracles.counting import Alert, Finding, Key, alert, answer, finding, leader
from tests.oracles.limits import PROGRAMME_FROM, Limits, warning_at
from tests.oracles.market import Market, Row, whole_second

RULE = "programme_reporting"


def programme_reporting(market: Market, limits: Limits) -> tuple[list[Alert], list[Finding]]:
    messages: dict[Key, list[Row]] = defaultdict(list)
    for row in market.orders():
        if row["event"] in {"accepted", "cancelled"}:
            subject = market.subject(row["account_id"], row["trading_day"])
            messages[Key(RULE, row["exchange"], None, row["trading_day"], subject)].append(row)
    alerts, findings = [], []
    for key, rows in messages.items():
        if key.day < PROGRAMME_FROM:
            findings.append(finding(key, "MISS"))
            continue
        silent = not market.given("accounts") or _all_programmatic(market, key)
        raised, bursts = _climb(key, rows, limits)
        alerts += [] if silent else raised
        unknown = not market.given("accounts")
        findings.append(finding(key, answer(0 if silent else bursts, limits.bursts, unknown), bursts))
    return alerts, findings


def _all_programmatic(market: Market, key: Key) -> bool:
    group = key.subject.type == "group"
    accounts = market.members(key.subject.id, key.day) if group else {key.subject.id}
    rows = [market.account(account, key.day) for account in accounts]
    return all(row is not None and row["is_programmatic"] for row in rows)


def _climb(key: Key, rows: list[Row], limits: Limits) -> tuple[list[Alert], int]:
    """Alerts at the tenth message of a burst, and the number of bursts of the day."""
    in_second: Counter[object] = Counter(whole_second(row["event_time"]) for row in rows)
    so_far: Counter[object] = Counter()
    own: Counter[str] = Counter()
    bursts, alerts = 0, []
    levels = (("warning", warning_at(limits.bursts)), ("breach", limits.bursts))
    for row in rows:
        second = whole_second(row["event_time"])
        if in_second[second] < limits.burst_messages:
            continue
        so_far[second] += 1
        own[row["account_id"]] += 1  # the messages of its bursts, up to the trigger
        if so_far[second] == limits.burst_messages:
            bursts += 1
            for level in (name for name, reach in levels if reach == bursts):
                account = leader(own, key.subject)
                alerts.append(alert(key, level, row["event_time"], account, bursts, limits.bursts))
    return alerts, bursts
