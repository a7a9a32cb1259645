"""When an account is first heard of, in any raw table: from then on its empty past is a known zero."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from features.availability import available_column
from features.events.events import Events

BY_EVENT = {"orders": "event_time", "trades": "event_time", "logins": "event_time", "cash_flows": "event_time"}
BY_DAY = ("account_days", "positions")


def first_seen(events: Events) -> ir.Table:
    """(account_id, event_timestamp) of each account's first row.

    An event or an alert counts at its instant, a daily row from its availability, an ``accounts`` row from 20:30 of the
    calendar day before its validity.
    """
    seen = [events.table(name).select("account_id", event_timestamp=column) for name, column in BY_EVENT.items()]
    seen.append(events.table("alerts").select("account_id", event_timestamp="triggered_at"))
    for name in BY_DAY:
        rows = events.table(name)
        seen.append(rows.select("account_id", event_timestamp=available_column(rows.trading_day)))
    accounts = events.table("accounts")
    evening = (accounts.valid_from - ibis.interval(days=1)).cast("date")
    seen.append(accounts.select("account_id", event_timestamp=available_column(evening)))
    every = ibis.union(*[t.mutate(event_timestamp=t.event_timestamp.cast("timestamp(6)")) for t in seen])
    return every.group_by("account_id").aggregate(event_timestamp=every.event_timestamp.min())
