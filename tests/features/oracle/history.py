"""History, from the words of features/specs/history.py.

Readings: a row of ``control_groups`` does not make an account heard of (it is neither event, alert, daily row nor
accounts row); without a dispositions table what is counted of dispositions is null (DESIGN 3: never zero).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from features.availability import available_at
from features.catalogue import FAMILIES
from features.events.schema import OUTCOMES
from tests.features.oracle.market import Market
from tests.features.oracle.numbers import Values, distinct, share
from tests.features.oracle.rows import Row

LONG = 250


def history(market: Market, account: str, day: date) -> Values:
    close = available_at(day)
    heard = min(_heard_of(market, account), default=None)
    if not market.given("alerts") or heard is None or heard > close:
        return dict.fromkeys(FAMILIES["history"])
    month = _within(_own(market, "alerts", account), "triggered_at", close, 30)
    alerts = _within(_own(market, "alerts", account), "triggered_at", close, LONG)
    decided = _within(_own(market, "dispositions", account), "decided_at", close, LONG)
    notices = _within(notices_of(market, account), "received_at", close, LONG)
    disposed = market.given("dispositions")
    occurrences = [r["occurrence"] for r in (*alerts, *notices) if r["occurrence"] is not None]
    return {
        "alerts_30d": len(month),
        "alerts_250d": len(alerts),
        "breaches_250d": sum(r["level"] == "breach" for r in alerts),
        "dispositions_250d": len(decided) if disposed else None,
        "sanctions_250d": sum(r["outcome"] in ("restricted", "referred") for r in decided) if disposed else None,
        "worst_outcome_250d": max((OUTCOMES.index(r["outcome"]) + 1 for r in decided), default=0) if disposed else None,
        "distinct_rules_alerted_250d": distinct(alerts, "rule_id"),
        "no_action_share_250d": share(sum(r["outcome"] == "no_action" for r in decided), len(decided)),
        "highest_occurrence_250d": max(occurrences, default=0),
        "notices_250d": len(notices) if market.given("notices") else None,
        **_restriction(market, account, day),
    }


def _restriction(market: Market, account: str, day: date) -> Values:
    if not market.given("notices"):
        return {"restricted_now": None, "days_since_restriction": None}
    known = [r for r in notices_of(market, account) if r["received_at"] <= available_at(day)]
    ends = [r["restricted_until"] for r in known if r["restricted_until"] is not None]
    since = (day - max(ends)).days if ends else LONG
    return {
        "restricted_now": int(any(end > day for end in ends)),
        "days_since_restriction": max(since, 0) if since < LONG else None,
    }


def notices_of(market: Market, account: str) -> list[Row]:
    """Its own, and those of the declared group it was in on the notice's trading day."""
    groups = {row["group_id"] for row in market.rows("control_groups")}
    return [
        row
        for row in market.rows("notices")
        if row["subject_id"] == account
        or (row["subject_id"] in groups and market.group_of(row["trading_day"]).get(account) == row["subject_id"])
    ]


def _own(market: Market, table: str, account: str) -> list[Row]:
    return market.by(table, "account_id").get((account,), [])


def _within(rows: list[Row], moment: str, close: datetime, days: int) -> list[Row]:
    return [r for r in rows if close - timedelta(days=days) < r[moment] <= close]


def _heard_of(market: Market, account: str) -> list[datetime]:
    """Instants from which the account is heard of."""
    at: list[datetime] = []
    for table in ("orders", "trades", "logins", "cash_flows"):
        at += [r["event_time"] for r in _own(market, table, account)]
    for table in ("account_days", "positions"):
        at += [available_at(r["trading_day"]) for r in _own(market, table, account)]
    at += [available_at(r["valid_from"] - timedelta(days=1)) for r in _own(market, "accounts", account)]
    at += [r["triggered_at"] for r in _own(market, "alerts", account)]
    at += [r["decided_at"] for r in _own(market, "dispositions", account)]
    return at + [r["received_at"] for r in notices_of(market, account)]
