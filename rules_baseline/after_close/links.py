"""Linked accounts: by any group, a cluster of shared addresses, or a bank account; and all that hangs together."""

from __future__ import annotations

from typing import Any

import ibis
import pyarrow as pa

from features.components import components
from rules_baseline.after_close import shared_address
from rules_baseline.after_close.choices import Choice
from rules_baseline.after_close.closing import Closing

# one of them missing may hide a link
LINKS = ("control_groups", *shared_address.ADDRESSES, "cash_flows", "cash_flows.bank_account")


def groups_of_day(closing: Closing) -> Any:
    """day_no, account_id, key: every group, declared or not, on every day to answer for on which it is valid.

    An account is in one declared group a day at most, and in any number of others.
    """
    columns = ("account_id", "group_id", "valid_from", "valid_to")
    other = closing.session.raw("control_groups").filter(~ibis._.declared)
    groups, run = ibis.union(closing.session.memberships().select(*columns), other.select(*columns)), closing.run
    valid = [
        groups.valid_from <= run.trading_day,
        groups.valid_to.isnull() | (run.trading_day < groups.valid_to),
    ]
    rows = groups.join(run, valid)
    return rows.select("day_no", "account_id", key=ibis.literal("group ") + rows.group_id).distinct()


def shared_addresses_of_day(closing: Closing) -> Any:
    """day_no, account_id, key: the clusters of shared addresses."""
    rows = closing.on_run_days(shared_address.clusters(closing))
    return rows.select("day_no", "account_id", key=ibis.literal("address ") + rows.cluster).distinct()


def banks_of_day(closing: Closing, days: int) -> Any:
    """day_no, account_id, key: bank accounts used within ``days``."""
    rows = closing.rows("cash_flows", days)
    used = rows.filter(rows.bank_account.notnull()).select("account_id", "bank_account", "day_no").distinct()
    wide = closing.spread(used, days)
    return wide.select("day_no", "account_id", key=ibis.literal("bank ") + wide.bank_account).distinct()


def keys_of_day(closing: Closing, choice: Choice) -> Any:
    """day_no, account_id, key: everything that links, by the entry of ``matched_orders``; keys of one account too."""
    parts = groups_of_day(closing), shared_addresses_of_day(closing), banks_of_day(closing, choice.count("bank_days"))
    return ibis.union(*parts, distinct=True)


def linked_accounts(closing: Closing) -> Any:
    """day_no, account_id, cluster (its smallest account) of every account linked with another; computed once.

    For every day to answer for on which ``matched_orders`` is in force; links are those valid on that day.
    """
    return closing.once("linked", lambda: _linked(closing))


def link_keys(closing: Closing) -> Any:
    """day_no, account_id, key behind ``linked_accounts``: only keys of two or more accounts; computed once."""
    return closing.once("link_keys", lambda: _keys(closing))


def _keys(closing: Closing) -> Any:
    schema = pa.schema([("day_no", pa.int64()), ("account_id", pa.string()), ("key", pa.string())])
    parts = [schema.empty_table()]
    for choice, part in closing.periods("matched_orders"):
        rows = part.keep(keys_of_day(part, choice))
        several = rows.group_by("day_no", "key").aggregate(accounts=rows.account_id.nunique())
        shared = rows.semi_join(several.filter(several.accounts > 1), ["day_no", "key"])
        parts.append(closing.fetch(shared.select(*schema.names)).cast(schema))
    return closing.put(pa.concat_tables(parts))


def _linked(closing: Closing) -> Any:
    links = closing.fetch(link_keys(closing)).rename_columns({"account_id": "node"})
    found = links.append_column("component", pa.array(components(links), pa.int64()))
    rows = closing.put(found.select(["day_no", "node", "component"]).rename_columns({"node": "account_id"}))
    smallest = rows.account_id.min().over(ibis.window(group_by="component"))
    return closing.keep(rows.mutate(cluster=smallest).drop("component").distinct())
