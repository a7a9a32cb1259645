"""Devices and addresses (设备与地址): which are new, which are shared, and which orders come from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from features.windows import numbered

LENGTH, LOOK_BACK = 20, 60  # trading days: the window, and how long a device has to be unused to be new
DAY = ["account_id", "trading_day"]


def new_macs(table: ir.Table, days: ir.Table) -> ir.Table:
    """(account_id, trading_day), ``new_macs`` of that day and ``changed``: 1 where a password change came before one.

    A MAC is new on a day on which the account logs in from it, when it did not on the ``LOOK_BACK`` days before, but
    did from some MAC. Only days with a login from a known MAC have a row.
    """
    given = numbered(table.filter((table.event == "login") & table.mac.notnull()), days)
    used = given.group_by(*DAY, "day_no", "mac").aggregate(latest=given.event_time.max())
    before = {
        "own": used.day_no.lag().over(group_by=["account_id", "mac"], order_by="day_no"),
        "any": used.day_no.max().over(
            ibis.range_window(group_by="account_id", order_by="day_no", preceding=(LOOK_BACK, 1))
        ),
    }
    used = used.mutate(own_before=before["own"], any_before=before["any"])
    unused = used.own_before.isnull() | (used.own_before < used.day_no - LOOK_BACK)
    new = used.mutate(new=unused & used.any_before.notnull())
    daily = new.group_by(DAY).aggregate(
        new_macs=new["new"].cast("int64").sum(), latest_new=new.latest.max(where=new["new"])
    )
    changes = table.filter(table.event == "password_change")
    first = changes.group_by(DAY).aggregate(changed_at=changes.event_time.min())
    joined = daily.left_join(first, [daily[key] == first[key] for key in DAY])
    changed = (first.changed_at < daily.latest_new).fill_null(False)
    return joined.select(*[daily[key] for key in DAY], daily.new_macs, changed=changed.cast("int64"))


def shared_macs(table: ir.Table, days: ir.Table, known_macs: Sequence[str] = ()) -> tuple[ir.Table, ir.Table]:
    """Most accounts on one of an account's MACs over (day - 20, day], and the days on which that may change.

    The first table is (account_id, day_no, most_accounts) where the account has a MAC that no login of the window used
    through a relay and that is not among ``known_macs``. The second is (account_id, day_no): another account of one of
    its MACs came or went.
    """
    given = numbered(table.filter((table.event == "login") & table.mac.notnull()), days)
    if known_macs:
        given = given.filter(given.mac.notin(list(known_macs)))
    daily = given.group_by("account_id", "mac", "day_no").aggregate(relayed=given.via_relay.cast("int64").max())
    present = daily.mutate(offset=ibis.range(0, LENGTH).unnest())
    present = present.mutate(day_no=present.day_no + present.offset)
    present = present.group_by("account_id", "mac", "day_no").aggregate(relayed=present.relayed.max())
    by_mac = present.group_by("mac", "day_no").aggregate(accounts=present.count(), relayed=present.relayed.max())
    direct = by_mac.filter(by_mac.relayed == 0)
    seen = present.join(direct, ["mac", "day_no"]).select("account_id", "day_no", "accounts")
    most = seen.group_by("account_id", "day_no").aggregate(most_accounts=seen.accounts.max())
    moves = daily.select("mac", moved=daily.day_no)
    moves = ibis.union(moves, moves.mutate(moved=moves.moved + LENGTH)).distinct()
    touched = present.join(moves, [present.mac == moves.mac, present.day_no == moves.moved])
    return most, touched.select("account_id", "day_no").distinct()


def foreign_orders(addresses: ir.Table, table: ir.Table) -> ir.Table:
    """(account_id, trading_day), orders ``compared`` with the day's logins and those ``foreign`` to them.

    ``addresses`` are ``order_addresses.orders_by_address``. Accepted orders not sent through a relay, on days with a
    login: by MAC where both say one, by IP likewise.
    """
    login = table.filter(table.event == "login")
    seen = login.group_by(DAY).aggregate(macs=login.mac.count(), ips=login.ip.count())
    used = addresses.filter(~addresses.via_relay).select(*DAY, "mac", "ip", n=addresses.orders)
    rows = used.join(seen, DAY)
    for item in ("mac", "ip"):
        own = login.select(*DAY, item).distinct()
        joined = rows.left_join(own, [rows[key] == own[key] for key in (*DAY, item)])
        rows = joined.select(rows, **{f"known_{item}": own[item].notnull()})
    by_mac, by_ip = rows.mac.notnull() & (rows.macs > 0), rows.ip.notnull() & (rows.ips > 0)
    foreign = (by_mac & ~rows.known_mac) | (by_ip & ~rows.known_ip)
    return rows.group_by(DAY).aggregate(
        compared=(by_mac | by_ip).ifelse(rows.n, 0).sum(), foreign=foreign.ifelse(rows.n, 0).sum()
    )
