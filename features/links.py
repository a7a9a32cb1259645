"""What two accounts can have in common on a day: addresses, bank accounts, control groups."""

from __future__ import annotations

from collections.abc import Collection

import ibis
import ibis.expr.types as ir

from features.windows import numbered


def spread(rows: ir.Table, days: ir.Table, length: int) -> ir.Table:
    """``rows`` once for every trading day ``day_no`` in whose window (day - length, day] they are."""
    wide = rows.mutate(ahead=ibis.range(0, length).unnest())
    wide = wide.mutate(day_no=wide.day_no + wide.ahead).drop("ahead")
    return wide.semi_join(days, "day_no")


def addresses_used(addresses: ir.Table, logins: ir.Table | None, days: ir.Table) -> ir.Table:
    """account_id, day_no, ip, mac, via_relay of successful logins (where given) and of ``orders_by_address``."""
    columns = ("account_id", "trading_day", "ip", "mac", "via_relay")
    seen = [addresses.select(*columns)]
    if logins is not None:
        seen.append(logins.filter(logins.event == "login").select(*columns).distinct())
    return numbered(ibis.union(*seen), days).drop("trading_day")


def linking_addresses(
    used: ir.Table, days: ir.Table, length: int, most_users: int, whitelist: Collection[str]
) -> ir.Table:
    """account_id, day_no, key: the uses in (day - length, day] of every address that links on the day.

    Left out: an address that any row of the window carries through a relay, those of the ``whitelist``, and those of
    one account or of more than ``most_users``. An ip and a mac of one text are two addresses.
    """
    kinds = [
        used.filter(used[kind].notnull() & ~used[kind].isin(list(whitelist))).select(
            "account_id", "day_no", "via_relay", key=f"{kind} " + used[kind]
        )
        for kind in ("ip", "mac")
    ]
    uses = ibis.union(*kinds, distinct=True)
    ever = uses.group_by("key").aggregate(accounts=uses.account_id.nunique())
    uses = uses.semi_join(ever.filter(ever.accounts > 1), "key")  # before days multiply the rows
    wide = spread(uses, days, length)
    here = wide.group_by("account_id", "day_no", "key").aggregate(relayed=wide.via_relay.cast("int8").max())
    users = here.group_by("day_no", "key").aggregate(accounts=here.count(), relayed=here.relayed.max())
    linking = users.filter((users.relayed == 0) & users.accounts.between(2, most_users))
    return here.semi_join(linking, ["day_no", "key"]).select("account_id", "day_no", "key")


def linking_banks(cash_flows: ir.Table, days: ir.Table, length: int, most_users: int) -> ir.Table:
    """account_id, day_no, key: the bank accounts in (day - length, day] that link on the day."""
    used = cash_flows.filter(cash_flows.bank_account.notnull())
    uses = used.select("account_id", "trading_day", key="bank " + used.bank_account).distinct()
    here = spread(numbered(uses, days).drop("trading_day"), days, length).distinct()
    users = here.group_by("day_no", "key").aggregate(accounts=here.count())
    linking = users.filter(users.accounts.between(2, most_users))
    return here.semi_join(linking, ["day_no", "key"]).select("account_id", "day_no", "key")


def members_of_day(groups: ir.Table, days: ir.Table) -> ir.Table:
    """account_id, day_no, group_id of every membership (valid_from, valid_to) valid on the day."""
    valid = [
        groups.valid_from <= days.trading_day,
        groups.valid_to.isnull() | (days.trading_day < groups.valid_to),
    ]
    return groups.join(days, valid).select("account_id", "day_no", "group_id").distinct()
