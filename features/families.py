"""Every stored family as an expression over the raw tables: the one list of who makes what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import ibis
import ibis.expr.types as ir

from features.cancelling import cancelling
from features.catalogue import FAMILIES, STORED_FAMILIES
from features.compiled import fetch
from features.events.events import Events
from features.first_seen import first_seen
from features.funding import funding
from features.history import history
from features.holdings import holdings
from features.intraday import intraday
from features.logins import logins
from features.marks import INTRADAY_MARKS
from features.matched import matched_lots
from features.matches import possible_matches
from features.network import Relations, network
from features.network_settings import network_settings
from features.notices import notices_of_accounts
from features.order_addresses import orders_by_address
from features.order_book import order_book
from features.order_days import order_sums, trade_days
from features.order_limits import order_days, order_suspects, order_terms
from features.peers import peers
from features.profile import profile
from features.profit import profit
from features.shared_scans import once
from features.strategy import strategy
from features.strategy_styles import styles
from features.synchronous import GAP, LEVEL, candidates, crowded, filled, pairs_by_day
from features.trading import trading


@dataclass(frozen=True, slots=True)
class Family:
    """How a family is made.

    ``make`` gives (account_id, event_timestamp, features) from the raw tables; ``needs`` are the tables without which
    there is nothing to say. ``reach`` is how many trading days of dated raw rows, the day itself included, a value can
    depend on; ``None`` where it depends on everything known (small tables only).
    """

    make: Callable[[Events], ir.Table]
    needs: tuple[str, ...]
    reach: int | None


def _profile(events: Events) -> ir.Table:
    return profile(events.table("accounts"), events.trading_days())


def _trading(events: Events) -> ir.Table:
    return trading(_trade_days(events), _possible_matches(events), events.table("contracts"), events.trading_days())


def _cancelling(events: Events) -> ir.Table:
    return cancelling(_order_days(events), events.trading_days())


def _order_book(events: Events) -> ir.Table:
    given = events.table("orders"), events.table("contracts"), events.trading_days()
    return order_book(_order_days(events), _trade_days(events), *given)


def _profit(events: Events) -> ir.Table:
    return profit(events.table("account_days"), events.trading_days())


def _funding(events: Events) -> ir.Table:
    return funding(events.table("cash_flows"), events.table("account_days"), events.trading_days())


def _holdings(events: Events) -> ir.Table:
    held, limits = events.table("positions"), events.table("position_limits")
    terms = events.table("contracts"), events.table("contract_days")
    return holdings(held, events.table("account_days"), *terms, limits, events.trading_days())


def _order_days(events: Events) -> ir.Table:
    orders, contracts, contract_days = (events.table(name) for name in ("orders", "contracts", "contract_days"))
    sums = once(events, "order_sums", lambda: order_sums(orders))
    terms = once(events, "order_terms", lambda: order_terms(sums, contracts, contract_days))
    # kept, so that the engine knows how few they are
    suspects = once(events, "order_suspects", lambda: order_suspects(sums, terms))
    return once(events, "order_days", lambda: order_days(sums, terms, suspects, orders))


def _trade_days(events: Events) -> ir.Table:
    return once(events, "trade_days", lambda: trade_days(events.table("trades")))


def _possible_matches(events: Events) -> ir.Table:
    return once(events, "possible_matches", lambda: possible_matches(events.table("trades")))


def _logins(events: Events) -> ir.Table:
    return logins(events.table("logins"), _orders_by_address(events), events.trading_days())


def _history(events: Events) -> ir.Table:
    dispositions = events.table("dispositions") if events.has("dispositions") else None
    notices = None
    if events.has("notices"):
        groups = events.table("control_groups")
        notices = notices_of_accounts(events.table("notices"), groups, events.memberships())
    return history(first_seen(events), events.table("alerts"), dispositions, notices, events.trading_days())


def _intraday(events: Events) -> ir.Table:
    alerts = events.table("alerts")
    moments = alerts.select("account_id", "trading_day", moment=alerts.triggered_at)
    return intraday(events.table("orders"), events.table("trades"), moments)


def _given(events: Events, name: str) -> ir.Table | None:
    return events.table(name) if events.has(name) else None


def _orders_by_address(events: Events) -> ir.Table:
    return once(events, "orders_by_address", lambda: orders_by_address(events.table("orders")))


def _peers(events: Events) -> ir.Table:
    basis = _trade_days(events), _orders_by_address(events), _given(events, "logins")
    return peers(*basis, events.table("accounts"), events.trading_days())


def _strategy(events: Events) -> ir.Table:
    return strategy(_trade_days(events), _orders_by_address(events), events.trading_days(), styles())


def _network(events: Events) -> ir.Table:
    fills = filled(events.table("trades"))
    near = candidates(filled(crowded(events.table("trades"), GAP)), LEVEL, GAP)
    given = Relations(
        addresses=_orders_by_address(events),
        contracts=_trade_days(events),
        matched=once(events, "matched_lots", lambda: matched_lots(_possible_matches(events))),
        synchronous=ibis.memtable(pairs_by_day(fetch(near))),
        filled=fills.group_by("account_id", "trading_day").aggregate(trades=fills.count()),
        logins=_given(events, "logins"),
        cash_flows=_given(events, "cash_flows"),
        control_groups=_given(events, "control_groups"),
        memberships=events.memberships(),
    )
    return network(given, events.trading_days(), network_settings())


MAKERS: Mapping[str, Family] = MappingProxyType(
    {
        "profile": Family(_profile, ("accounts",), None),
        "trading": Family(_trading, ("trades",), 20),
        "cancelling": Family(_cancelling, ("orders",), 20),
        "order_book": Family(_order_book, ("orders",), 20),
        "profit": Family(_profit, ("account_days",), 20),
        "funding": Family(_funding, ("cash_flows",), 21),
        "holdings": Family(_holdings, (), 20),
        "logins": Family(_logins, ("logins",), 80),
        "history": Family(_history, ("alerts",), None),
        "intraday": Family(_intraday, ("alerts",), 1),
        "network": Family(_network, ("orders", "trades"), 20),
        "peers": Family(_peers, ("orders", "trades", "accounts"), 20),
        "strategy": Family(_strategy, ("orders", "trades"), 20),
    }
)


def families(events: Events) -> dict[str, ir.Table]:
    """Every stored family as an Ibis expression: (account_id, event_timestamp, features), in catalogue order.

    A family whose tables were not given has no rows, so that its features are null.
    """
    return {name: derived(name, events) for name in STORED_FAMILIES}


def derived(family: str, events: Events) -> ir.Table:
    """One stored family: (account_id, event_timestamp, features); no rows where a table it needs was not given."""
    maker = MAKERS[family]
    return maker.make(events) if all(events.has(table) for table in maker.needs) else _nothing(family)


def columns(family: str) -> list[str]:
    """Feature columns of a family's file, in catalogue order."""
    return [*FAMILIES[family], *(INTRADAY_MARKS if family == "intraday" else ())]


def _nothing(family: str) -> ir.Table:
    schema = {"account_id": "string", "event_timestamp": "timestamp(6)", **dict.fromkeys(columns(family), "float64")}
    return ibis.memtable([], schema=ibis.schema(schema))
