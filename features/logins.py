"""Logins and devices (登录与设备): who seems to sit at the keyboard."""

from __future__ import annotations

from collections.abc import Sequence

import ibis.expr.types as ir

from features.availability import available_column
from features.devices import foreign_orders, new_macs, shared_macs
from features.night_session import at_night
from features.windows import Distinct, as_features, numbered, ratio, trailing

DAY = ["account_id", "trading_day"]
FROM_LOGINS = ("logins", "failed", "password_changes", "relayed", "nightly")
MEASURES = (*FROM_LOGINS, "new_macs", "changed", "compared", "foreign")


def logins(table: ir.Table, addresses: ir.Table, days: ir.Table, known_macs: Sequence[str] = ()) -> ir.Table:
    """Features of family ``logins`` (``features.specs.logins``), one row an account and day of change.

    Windows are (day - n, day] in trading days, known from 20:30 of that day; null where no login row of any event
    fell in. ``addresses`` are ``order_addresses.orders_by_address``. Devices and addresses counted are those of
    successful logins; no such value seen is zero of them. ``known_macs`` are shared by everybody (a trading room's),
    and say nothing.
    """
    most, moved = shared_macs(table, days, known_macs)
    seen = numbered(table.filter(table.event == "login").select(*DAY, "mac", "ip"), days)
    distinct = {f"{item}s_{n}": Distinct(seen, item, n) for item, n in (("mac", 5), ("mac", 20), ("ip", 5))}
    daily = numbered(_daily(table, addresses, days), days)
    rows = trailing(daily, days, MEASURES, also=moved, distinct=distinct)
    rows = rows.left_join(most, ["account_id", "day_no"]).drop("account_id_right", "day_no_right")
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
            "failed_login_share_20d": ratio(rows.failed_20, rows.failed_20 + rows.logins_20),
            "night_login_share_20d": ratio(rows.nightly_20, rows.logins_20),
            "new_macs_20d": rows.new_macs_20,
            "password_then_new_mac_days_20d": rows.changed_20,
            "max_accounts_per_mac_20d": rows.logins_20.notnull().ifelse(rows.most_accounts.fill_null(0), None),
            "foreign_address_order_share_20d": ratio(rows.foreign_20, rows.compared_20),
        },
    )


def _daily(table: ir.Table, addresses: ir.Table, days: ir.Table) -> ir.Table:
    login = table.event == "login"
    daily = table.group_by(DAY).aggregate(
        logins=login.cast("int64").sum(),
        failed=(table.event == "login_failed").cast("int64").sum(),
        password_changes=(table.event == "password_change").cast("int64").sum(),
        relayed=(login & table.via_relay).cast("int64").sum(),
        nightly=(login & at_night(table.event_time)).cast("int64").sum(),
    )
    for part in (new_macs(table, days), foreign_orders(addresses, table)):
        names = [name for name in part.columns if name not in DAY]
        joined = daily.left_join(part, [daily[key] == part[key] for key in DAY])
        daily = joined.select(daily, **{name: part[name].fill_null(0) for name in names})
    return daily
