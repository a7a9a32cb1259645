"""Profile (账户属性): what the accounts table said of an account, as valid on the trading day."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from features.availability import available_column
from features.windows import as_features

TYPES = ("individual", "institution", "product")
NAMES = ("account_type_code", "is_programmatic", "is_market_maker", "is_employee", "via_introducing_broker")


def profile(accounts: ir.Table, days: ir.Table) -> ir.Table:
    """Features of family ``profile``: a row where a validity begins, a null row where one ends without a successor.

    A validity from trading day d is in force from the evening before it (20:30 of the preceding trading day, whose
    night session already belongs to d); before the calendar begins, from the preceding calendar day.
    """
    starts = accounts.select(
        "account_id",
        day=accounts.valid_from,
        account_type_code=ibis.cases(
            *[(accounts.account_type == t, code) for code, t in enumerate(TYPES)], else_=None
        ).cast("float64"),
        is_programmatic=accounts.is_programmatic.cast("float64"),
        is_market_maker=accounts.is_market_maker.cast("float64"),
        is_employee=accounts.is_employee.cast("float64"),
        via_introducing_broker=(accounts.channel == "introducing_broker").cast("float64"),
    )
    ended = accounts.filter(accounts.valid_to.notnull()).select("account_id", day=accounts.valid_to)
    ends = ended.anti_join(starts, ["account_id", "day"]).mutate(**{n: ibis.null("float64") for n in NAMES})
    rows = ibis.union(starts, ends)
    in_calendar = days.select(known=days.trading_day)
    before = rows.left_join(in_calendar, in_calendar.known < rows.day)
    keyed = before.group_by(*rows.columns).aggregate(previous=before.known.max())
    evening = keyed.previous.fill_null((keyed.day - ibis.interval(days=1)).cast("date"))
    timed = keyed.mutate(event_timestamp=available_column(evening))
    return as_features(timed, {name: timed[name] for name in NAMES})
