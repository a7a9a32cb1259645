"""Every stored family as an expression over the raw tables: the one list of who makes what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import ibis
import ibis.expr.types as ir

from features.cancelling import cancelling
from features.catalogue import FAMILIES, STORED_FAMILIES
from features.daily import orders_by_address, trades_by_contract
from features.definitions import INTRADAY_MARKS
from features.events.events import Events
from features.first_seen import first_seen
from features.history import history
from features.intraday import intraday
from features.kept import kept
from features.logins import logins
from features.matched import matched_lots
from features.network import Relations, network
from features.network_settings import network_settings
from features.notices import notices_of_accounts
from features.peers import peers
from features.profile import profile
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
    return trading(events.table("trades"), events.trading_days(), _trades_by_contract(events))


def _cancelling(events: Events) -> ir.Table:
    return cancelling(events.table("orders"), events.trading_days())


def _logins(events: Events) -> ir.Table:
    return logins(events.table("logins"), events.trading_days())


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
    return kept(events, "orders by address", lambda: orders_by_address(events.table("orders")))


def _trades_by_contract(events: Events) -> ir.Table:
    return kept(events, "trades by contract", lambda: trades_by_contract(events.table("trades")))


def _peers(events: Events) -> ir.Table:
    basis = _trades_by_contract(events), _orders_by_address(events), _given(events, "logins")
    return peers(*basis, events.table("accounts"), events.trading_days())


def _strategy(events: Events) -> ir.Table:
    return strategy(_trades_by_contract(events), _orders_by_address(events), events.trading_days(), styles())


def _network(events: Events) -> ir.Table:
    once = filled(events.table("trades"))
    near = candidates(filled(crowded(events.table("trades"), GAP)), LEVEL, GAP)
    given = Relations(
        addresses=_orders_by_address(events),
        contracts=_trades_by_contract(events),
        matched=kept(events, "matched lots", lambda: matched_lots(events.table("trades"))),
        synchronous=ibis.memtable(pairs_by_day(events.backend.to_pyarrow(near))),
        filled=once.group_by("account_id", "trading_day").aggregate(trades=once.count()),
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
        "logins": Family(_logins, ("logins",), 20),
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
    given = {name: maker for name, maker in MAKERS.items() if all(events.has(table) for table in maker.needs)}
    return {name: given[name].make(events) if name in given else _nothing(name) for name in STORED_FAMILIES}


def columns(family: str) -> list[str]:
    """Feature columns of a family's file, in catalogue order."""
    return [*FAMILIES[family], *(INTRADAY_MARKS if family == "intraday" else ())]


def _nothing(family: str) -> ir.Table:
    schema = {"account_id": "string", "event_timestamp": "timestamp(6)", **dict.fromkeys(columns(family), "float64")}
    return ibis.memtable([], schema=ibis.schema(schema))
