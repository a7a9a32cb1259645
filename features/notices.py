"""Notices (交易所函件): whose they are, and what restrictions on opening they speak of."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from features.availability import available_column

FORGOTTEN_DAYS = 250  # calendar days after its end from which a restriction is no longer spoken of


def notices_of_accounts(notices: ir.Table, groups: ir.Table, memberships: ir.Table) -> ir.Table:
    """account_id, received_at, occurrence, restricted_until of every notice of an account.

    A subject that is a group of the raw table ``groups`` stands for its resolved members on the notice's trading day;
    any other subject is an account.
    """
    columns = ["received_at", "occurrence", "restricted_until"]
    named = notices.select("subject_id", "trading_day", *columns)
    own = named.anti_join(groups, named.subject_id == groups.group_id).select(account_id="subject_id", **_same(columns))
    valid = [
        named.subject_id == memberships.group_id,
        memberships.valid_from <= named.trading_day,
        memberships.valid_to.isnull() | (named.trading_day < memberships.valid_to),
    ]
    of_members = named.join(memberships, valid).select("account_id", *columns)
    return ibis.union(own, of_members)


def restriction_ends(notices: ir.Table) -> ir.TimestampValue:
    """The instant from whose close on a notice restricts no more: that of its last day, or of its receipt if later."""
    return ibis.greatest(notices.received_at, available_column(notices.restricted_until))


def days_after_end(notices: ir.Table, days: ir.Table) -> ir.Table:
    """account_id, event_timestamp of every close at which a known restriction is over for another day."""
    ended = notices.filter(notices.restricted_until.notnull())
    calendar = days.select("trading_day", close=available_column(days.trading_day))
    over = [
        calendar.trading_day > ended.restricted_until,
        calendar.trading_day < ended.restricted_until + ibis.interval(days=FORGOTTEN_DAYS),
        calendar.close >= ended.received_at,
    ]
    return ended.join(calendar, over).select("account_id", event_timestamp="close").distinct()


def forgotten_at(notices: ir.Table) -> ir.TimestampValue:
    """The instant from whose close on a restriction is no longer spoken of."""
    last = (notices.restricted_until + ibis.interval(days=FORGOTTEN_DAYS)).cast("date")
    return ibis.greatest(notices.received_at, available_column(last))


def days_since_restriction(rows: ir.Table, notices: ir.Table) -> ir.Table:
    """account_id, event_timestamp, days_since_restriction of every row (a close) that knows of a restriction."""
    told = notices.filter(notices.restricted_until.notnull())
    told = told.select(who="account_id", received_at="received_at", until="restricted_until")
    closes = rows.select("account_id", "event_timestamp").distinct()
    known = closes.join(told, [closes.account_id == told.who, told.received_at <= closes.event_timestamp])
    latest = known.group_by("account_id", "event_timestamp").aggregate(until=known["until"].max())
    since = ibis.greatest(latest.event_timestamp.date().delta(latest["until"], unit="day"), 0)
    return latest.select(
        "account_id", "event_timestamp", days_since_restriction=(since < FORGOTTEN_DAYS).ifelse(since, None)
    )


def _same(columns: list[str]) -> dict[str, str]:
    return {name: name for name in columns}
