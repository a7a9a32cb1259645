"""Logins and devices (登录与设备): who seems to sit at the keyboard."""

from __future__ import annotations

import ibis.expr.types as ir

from features.availability import available_column
from features.windows import as_features, numbered, ratio, spine, trailing_distinct, trailing_sums

MEASURES = ("logins", "failed", "password_changes", "relayed")


def logins(table: ir.Table, days: ir.Table) -> ir.Table:
    """Features of family ``logins``, one row an account and day of change.

    Windows are (day - n, day] in trading days, known from 20:30 of that day; null where no login row of any event
    fell in. Devices and addresses are those of successful logins; no such value seen is zero of them.
    """
    daily = _daily(table, days)
    on = spine(daily, days)
    rows = trailing_sums(on, daily, MEASURES)
    seen = numbered(table.filter(table.event == "login").select("account_id", "trading_day", "mac", "ip"), days)
    for item, length, name in (("mac", 5, "macs_5"), ("mac", 20, "macs_20"), ("ip", 5, "ips_5")):
        counted = trailing_distinct(on, seen, item, length, name)
        rows = rows.left_join(counted, ["account_id", "day_no"]).drop("account_id_right", "day_no_right")
    rows = rows.join(days, "day_no").mutate(event_timestamp=lambda t: available_column(t.trading_day))
    return as_features(
        rows,
        {
            "logins_5d": rows.logins_5,
            "failed_logins_5d": rows.failed_5,
            "distinct_macs_5d": rows.logins_5.notnull().ifelse(rows.macs_5.fill_null(0), None),
            "distinct_ips_5d": rows.logins_5.notnull().ifelse(rows.ips_5.fill_null(0), None),
            "logins_20d": rows.logins_20,
            "distinct_macs_20d": rows.logins_20.notnull().ifelse(rows.macs_20.fill_null(0), None),
            "password_changes_20d": rows.password_changes_20,
            "relay_login_share_20d": ratio(rows.relayed_20, rows.logins_20),
        },
    )


def _daily(table: ir.Table, days: ir.Table) -> ir.Table:
    login = table.event == "login"
    daily = table.group_by("account_id", "trading_day").aggregate(
        logins=login.cast("int64").sum(),
        failed=(table.event == "login_failed").cast("int64").sum(),
        password_changes=(table.event == "password_change").cast("int64").sum(),
        relayed=(login & table.via_relay).cast("int64").sum(),
    )
    return numbered(daily, days)
