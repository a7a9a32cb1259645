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

    A validity from trading day d is in force from the evening before it: 20:30 of the preceding trading day, whose
    night session already belongs to d. Beyond the calendar's ends that is the preceding weekday. Of several changes
    that fall on one evening the last counts.
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
    beyond = keyed.previous.isnull() | (keyed.day > days.trading_day.max().as_scalar())
    evening = beyond.ifelse(_weekday_before(keyed.day), keyed.previous)
    timed = keyed.mutate(event_timestamp=available_column(evening))
    place = ibis.row_number().over(group_by=["account_id", "event_timestamp"], order_by=ibis.desc("day"))
    last = timed.mutate(place=place).filter(lambda t: t.place == 0)
    return as_features(last, {name: last[name] for name in NAMES})


def _weekday_before(day: ir.DateValue) -> ir.DateValue:
    index = day.day_of_week.index()  # Monday 0
    back = ibis.cases((index == 0, 3), (index == 6, 2), else_=1)
    return (day - back.as_interval("D")).cast("date")
