"""What is said of accounts in the dense market: who they are, their groups, alerts, notices and dispositions."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random

from features.availability import available_at
from tests.features.oracle.rows import Row, Tables

MICRO, DAY = timedelta(microseconds=1), timedelta(days=1)
STEPS = (-MICRO, 0 * MICRO, MICRO)
OUTCOMES = ("no_action", "no_action", "educated", "enhanced_review", "restricted", "referred")
RULES = ("self_trade", "frequent_cancel", "large_cancel")


def said(rng: Random, days: list[date], accounts: list[str]) -> Tables:
    """``accounts``, ``control_groups``, ``alerts``, ``dispositions`` and ``notices``."""
    alerts = alerts_of(rng, days, accounts)
    return {
        "accounts": _accounts(rng, days, accounts),
        "control_groups": _groups(rng, days, accounts),
        "alerts": alerts,
        "dispositions": dispositions_of(rng, days, alerts),
        "notices": [_notice(rng, days, (*accounts, "G1", "G2", "G3", "U1", "nobody")) for _ in range(40)],
    }


def alerts_of(rng: Random, days: list[date], accounts: list[str], *, rate: float = 0.1) -> list[Row]:
    """Alerts at moments of the days, of the closes, and of long ago, so that they leave their windows."""
    rows = []
    for account in accounts[:-1]:
        for day in days:
            if rng.random() < rate:
                base = datetime.combine(day, time(1), UTC) + timedelta(seconds=rng.randrange(21600))
                rows.append(_alert(rng, account, day, rng.choice((base, base, base, available_at(day) - MICRO))))
        for _ in range(rng.randrange(3)):
            past = available_at(rng.choice(days)) - rng.choice((0, 30, 250)) * DAY + rng.choice(STEPS)
            rows.append(_alert(rng, account, _day_of(past, days), past))
    return [row | {"alert_id": f"alert{n}"} for n, row in enumerate(rows)]


def _day_of(t: datetime, days: list[date]) -> date:
    """The day an alert belongs to: the first of the days not yet closed; before the first day, a date of that time."""
    after = [d for d in days if available_at(d) > t]
    return after[0] if after and t > available_at(days[0]) else (t + DAY).date()


def dispositions_of(rng: Random, days: list[date], alerts: list[Row]) -> list[Row]:
    return [_disposition(rng, days, row) for row in alerts if rng.random() < 0.7]


def _around_a_close(days: list[date], rng: Random) -> datetime:
    """Around a close, or around what is 250 days before one."""
    return available_at(rng.choice(days)) - rng.choice((0, 0, 1, 30, 250)) * DAY + rng.choice(STEPS)


def _alert(rng: Random, account: str, day: date, at: datetime) -> Row:
    return {
        "rule_id": rng.choice(RULES),
        "level": rng.choice(("warning", "breach", "severe")),
        "exchange": "SHFE",
        "contract": "cu2605",
        "trading_day": day,
        "subject_type": "account",
        "subject_id": account,
        "account_id": account,
        "triggered_at": at,
        "measured": 5.0,
        "threshold": 5.0,
        "occurrence": rng.choice((None, 0, 1, 2, 7)),
    }


def _disposition(rng: Random, days: list[date], alert: Row) -> Row:
    return {
        "alert_id": alert["alert_id"],
        "account_id": alert["account_id"],
        "rule_id": alert["rule_id"],
        "alerted_at": alert["triggered_at"],
        "decided_at": _around_a_close(days, rng)
        if rng.random() < 0.5
        else alert["triggered_at"] + timedelta(hours=rng.randrange(99)),
        "outcome": rng.choice(OUTCOMES),
        "decided_by": "r1",
    }


def _notice(rng: Random, days: list[date], subjects: tuple[str, ...]) -> Row:
    at, day = _around_a_close(days, rng), rng.choice(days)
    until = rng.choice((None, day, day - DAY, day + DAY, day + 30 * DAY, day - 230 * DAY, day - 249 * DAY))
    return {
        "exchange": rng.choice(("SHFE", "DCE")),
        "rule_id": rng.choice(RULES),
        "subject_id": rng.choice(subjects),
        "trading_day": rng.choice((day, day, day, day - 365 * DAY)),
        "occurrence": rng.randrange(5),
        "received_at": at,
        "restricted_until": until,
    }


def _accounts(rng: Random, days: list[date], accounts: list[str]) -> list[Row]:
    """Some end, some change type or branch, some begin later; the last but one has none, one has nothing else."""
    rows: list[Row] = []
    for account in [*(a for a in accounts if a != accounts[-2]), "only-an-account"]:
        base = {
            "account_id": account,
            "account_type": rng.choice(("individual", "institution", "product")),
            "branch": rng.choice(("B1", "b1", "B2")),
            "channel": rng.choice(("direct", "introducing_broker")),
            "is_employee": rng.random() < 0.3,
            "is_programmatic": rng.random() < 0.5,
            "is_market_maker": rng.random() < 0.2,
            "opened_on": "2020-01-01",
        }
        turn = rng.choice(days[1:]) + rng.choice((0, 0, 1)) * DAY
        match rng.randrange(4):
            case 0:
                rows.append(base | {"valid_from": turn})
            case 1:
                rows.append(base | {"valid_from": "2020-01-01", "valid_to": turn})
            case 2:
                rows.append(base | {"valid_from": "2020-01-01", "valid_to": turn})
                rows.append(base | {"valid_from": turn, "account_type": "product", "branch": "B1"})
            case _:
                rows.append(base | {"valid_from": "2020-01-01"})
    return rows


def _groups(rng: Random, days: list[date], accounts: list[str]) -> list[Row]:
    """Three declared groups that overlap, begin and end, and an undeclared one; one member is heard of nowhere else."""
    rows = [{"group_id": "G2", "account_id": "silent", "declared": True, "valid_from": "2020-01-01"}]
    for group, declared in (("G1", True), ("G2", True), ("G3", True), ("U1", False), ("U2", False)):
        for account in rng.sample(accounts, 4):
            begins, ends = sorted(rng.sample(days, 2))
            span = rng.choice(
                ({"valid_from": "2020-01-01"}, {"valid_from": begins}, {"valid_from": begins, "valid_to": ends})
            )
            rows.append({"group_id": group, "account_id": account, "declared": declared} | span)
    return rows
