"""Network (关联网络): whom an account shares devices and bank accounts with, trades with, and trades in step with."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from features.availability import available_column
from features.compiled import fetch
from features.links import addresses_used, linking_addresses, linking_banks, members_of_day, spread
from features.neighbours import neighbours, together
from features.network_settings import NetworkSettings
from features.windows import as_features, numbered, ratio, trailing

SHORT, LONG = 5, 20  # trading days
_KEY = ["account_id", "day_no"]
_LINKS = pa.schema([("day_no", pa.int64()), ("account_id", pa.string()), ("key", pa.string())])


@dataclass(frozen=True, slots=True)
class Relations:
    """What the family is made of; null: the table was not given.

    ``addresses`` are ``order_addresses.orders_by_address``, ``contracts`` are ``order_days.trade_days``; ``matched``
    (account_id, other, trading_day, lots) of ``features.matched``; ``synchronous`` (account_id, other, trading_day,
    pairs) and ``filled`` (account_id,
    trading_day, trades) of ``features.synchronous``; the others raw tables, ``memberships`` the resolved groups.
    """

    addresses: ir.Table
    contracts: ir.Table
    matched: ir.Table
    synchronous: ir.Table
    filled: ir.Table
    logins: ir.Table | None
    cash_flows: ir.Table | None
    control_groups: ir.Table | None
    memberships: ir.Table


def network(given: Relations, days: ir.Table, settings: NetworkSettings) -> ir.Table:
    """Features of family ``network`` (see ``features.specs.network``), a row on every day with a row in 20 days.

    Windows are (day - n, day] in trading days, known from 20:30 of that day. Reads the links between accounts (few) to
    finish the graphs outside the database, the rest stays an expression.
    """
    rows = trailing(_daily(given, days), days, ("seen", "known", "banked", "trades", "lots"), every=True)
    address = _fetched(_addresses(given, days, settings))
    bank = _fetched(_banks(given, days, settings))
    linked = together(pa.concat_tables([address, bank, _fetched(_groups(given, days))]))
    parts = [
        _memory(neighbours(address), shared="accounts", centrality="centrality"),
        _memory(together(address), cluster="accounts"),
        _memory(neighbours(bank), banking="accounts"),
        _memory(linked, component="accounts"),
        _group_sizes(given, days),
        _matched(given, days, _memory(linked, component="component")),
        _in_step(given, days, settings),
    ]
    for part in parts:
        rows = rows.left_join(part, _KEY).drop("account_id_right", "day_no_right")
    rows = rows.join(days, "day_no").mutate(event_timestamp=lambda t: available_column(t.trading_day))
    return as_features(rows, _features(rows, given))


def _features(rows: ir.Table, given: Relations) -> dict[str, ir.Value]:
    def where(known: ir.BooleanValue, value: ir.NumericValue, otherwise: int = 0) -> ir.Value:
        return (known & (rows.seen_20 > 0)).ifelse(value.fill_null(otherwise), None)

    def share(value: ir.NumericValue, whole: ir.NumericValue) -> ir.Value:
        return ratio(ibis.least(value.fill_null(0), whole), whole)

    grouped = ibis.literal(given.control_groups is not None)
    links = ibis.literal(any(t is not None for t in (given.logins, given.cash_flows, given.control_groups)))
    address, traded, recently = rows.known_5 > 0, rows.lots_20 > 0, rows.trades_5 > 0
    return {
        "shared_device_accounts_5d": where(address, rows.shared),
        "shared_device_component_5d": where(address, rows.cluster, 1),
        "shared_device_centrality_5d": where(address, rows.centrality),
        "synchronous_partners_5d": where(recently, rows.partners),
        "top_synchronous_share_5d": where(recently, share(rows.pairs, rows.trades_5)),
        "matched_counterparties_20d": where(traded, rows.counterparties),
        "top_counterparty_lot_share_20d": where(traded, share(rows.top_lots, rows.lots_20)),
        "own_group_lot_share_20d": where(traded & grouped, share(rows.group_lots, rows.lots_20)),
        "money_linked_accounts_20d": where(rows.banked_20 > 0, rows.banking),
        "declared_group_accounts": where(grouped, rows.members),
        "linked_component_accounts_20d": where(links, rows.component, 1),
        "linked_lot_share_20d": where(traded & links, share(rows.linked_lots, rows.lots_20)),
    }


def _daily(given: Relations, days: ir.Table) -> ir.Table:
    """account_id, day_no and, of an active day: a known address, a bank account, trades (orders filled) and lots."""
    zero, one = ibis.literal(0, "int64"), ibis.literal(1, "int64")
    measures = ("seen", "known", "banked", "trades", "lots")

    def part(table: ir.Table, **values: ir.Value) -> ir.Table:
        values = {"seen": one, **values}
        columns = {m: values.get(m, zero).cast("int64") for m in measures}
        return table.select("account_id", "trading_day", **columns)

    def known(table: ir.Table) -> ir.Value:
        return (table.ip.notnull() | table.mac.notnull()).cast("int64")

    parts = [part(given.addresses, known=known(given.addresses)), part(given.contracts, lots=given.contracts.lots)]
    parts.append(part(given.filled, trades=given.filled.trades))
    if given.logins is not None:
        login = given.logins.event == "login"
        parts.append(part(given.logins, known=login.ifelse(known(given.logins), 0)))
    if given.cash_flows is not None:
        parts.append(part(given.cash_flows, banked=given.cash_flows.bank_account.notnull().cast("int64")))
    every = ibis.union(*parts)
    sums = {m: every[m].sum().cast("int64") for m in measures}
    return numbered(every.group_by("account_id", "trading_day").aggregate(**sums), days)


def _addresses(given: Relations, days: ir.Table, settings: NetworkSettings) -> ir.Table:
    used = addresses_used(given.addresses, given.logins, days)
    return linking_addresses(used, days, SHORT, settings.most_users, settings.whitelist)


def _banks(given: Relations, days: ir.Table, settings: NetworkSettings) -> ir.Table | None:
    return None if given.cash_flows is None else linking_banks(given.cash_flows, days, LONG, settings.most_users)


def _groups(given: Relations, days: ir.Table) -> ir.Table | None:
    """account_id, day_no, key of every group, declared (resolved) or not."""
    if given.control_groups is None:
        return None
    other = given.control_groups.filter(~given.control_groups.declared)
    columns = ("account_id", "group_id", "valid_from", "valid_to")
    rows = members_of_day(ibis.union(given.memberships.select(*columns), other.select(*columns)), days)
    return rows.select("account_id", "day_no", key="group " + rows.group_id)


def _group_sizes(given: Relations, days: ir.Table) -> ir.Table:
    rows = members_of_day(given.memberships, days)
    sizes = rows.group_by("day_no", "group_id").aggregate(members=rows.count())
    return rows.join(sizes, ["day_no", "group_id"]).select(*_KEY, "members")


def _matched(given: Relations, days: ir.Table, linked: ir.Table) -> ir.Table:
    """Counterparties of the long window: how many, lots with the first of them, in the group, among linked accounts."""
    wide = spread(numbered(given.matched, days).drop("trading_day"), days, LONG)
    pairs = wide.group_by("account_id", "other", "day_no").aggregate(lots=wide.lots.sum().cast("int64"))
    for name, table in (("group_id", members_of_day(given.memberships, days)), ("component", linked)):
        other = table.select("day_no", other="account_id", **{f"other_{name}": table[name]})
        pairs = pairs.left_join(table, _KEY).drop("account_id_right", "day_no_right")
        pairs = pairs.left_join(other, ["day_no", "other"]).drop("day_no_right", "other_right")
    stranger = pairs.other != pairs.account_id
    inside = ~stranger | (pairs.group_id == pairs.other_group_id).fill_null(False)
    near = ~stranger | (pairs.component == pairs.other_component).fill_null(False)
    return pairs.group_by(_KEY).aggregate(
        counterparties=stranger.cast("int64").sum(),
        top_lots=pairs.lots.max(where=stranger),
        group_lots=pairs.lots.sum(where=inside),
        linked_lots=pairs.lots.sum(where=near),
    )


def _in_step(given: Relations, days: ir.Table, settings: NetworkSettings) -> ir.Table:
    """Accounts it trades in step with in the short window: how many, and the most pairs with one."""
    wide = spread(numbered(given.synchronous, days).drop("trading_day"), days, SHORT)
    pairs = wide.group_by("account_id", "other", "day_no").aggregate(pairs=wide.pairs.sum().cast("int64"))
    return pairs.group_by(_KEY).aggregate(
        partners=(pairs.pairs >= settings.least_pairs).cast("int64").sum(), pairs=pairs.pairs.max()
    )


def _fetched(links: ir.Table | None) -> pa.Table:
    return _LINKS.empty_table() if links is None else fetch(links).select(_LINKS.names).cast(_LINKS)


def _memory(table: pa.Table, **columns: str) -> ir.Table:
    """The key and ``columns`` (new name: old name) of a finished graph, back among the expressions."""
    names = [*_KEY, *columns.values()]
    return ibis.memtable(table.select(names).rename_columns([*_KEY, *columns]))
