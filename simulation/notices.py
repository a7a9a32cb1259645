"""What exchanges write to the broker after clear breaches: rows of the `notices` table, by breach and not by intent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.calendar import MINUTE, SECOND, midnight
from simulation.ids import account_id
from simulation.seeds import Stream, child

if TYPE_CHECKING:
    from simulation.contracts import Contract
    from simulation.day import Intent
    from simulation.people import People
    from simulation.scenario import Scenario
    from simulation.world import Market

_CLEAR = 1.1  # of the limit: from there the exchange has no doubt
_RESTRICTED = 3  # occurrence from which opening is restricted
_MONTH = timedelta(days=30)
_ELSEWHERE = 0.1  # chance that the exchange has also seen it at another broker
_WAITING = 0.05  # share that is not passed on to the client yet
_EVENING = (1050, 1140)  # minutes after midnight between which an exchange writes
_PASSED_ON = (10, 180)  # minutes until the client has it
_LIMITS = MappingProxyType({"self_trade": 5.0, "limit_price_cancel": 100.0})
_COLUMNS = ("exchange", "rule_id", "subject_id", "trading_day", "occurrence", "received_at", "delivered_at")
_RULES: Mapping[str, str] = MappingProxyType(  # which exchange rule a kind would break
    {
        "self_trading": "self_trade",
        "group_trading": "self_trade",
        "two_strategies": "self_trade",
        "clumsy_crossing": "self_trade",
        "cancel_flooding": "frequent_cancel",
        "fak_flooding": "frequent_cancel",
        "programme_bug": "frequent_cancel",
        "fak_arbitrage": "frequent_cancel",
        "large_order_cancelling": "large_cancel",
        "large_retreat": "large_cancel",
        "opening_over_limit": "intraday_open",
        "busy_opening": "intraday_open",
        "limit_price_cancelling": "limit_price_cancel",
        "limit_day_queue": "limit_price_cancel",
    }
)


def notice_rows(people: People, market: Market, scenario: Scenario, intents: Iterable[Intent]) -> dict[str, list[Any]]:
    """Columns of the `notices` table: on a share of clear breaches the exchange writes, the evening after.

    The exchange counts what it has seen at all brokers, so an occurrence may be higher than ours; from the third on
    opening is restricted for a month. A notice about a member of a declared group names the group.
    """
    groups = {member: unit.name for unit in people.units if unit.declared for member in unit.members}
    breaches: dict[tuple[str, str, str], list[int]] = {}
    rows: list[tuple[Any, ...]] = []
    for one in sorted(intents, key=lambda i: (i.day, int(people.account_no[i.account]), i.kind)):
        number, terms, rule = int(people.account_no[one.account]), market.contracts[one.contract], _RULES.get(one.kind)
        if rule is None or one.planned < _CLEAR * _limit(rule, terms):
            continue
        key = (terms.exchange, rule, groups.get(one.account, account_id(number)))
        if one.day in breaches.setdefault(key, []):
            continue
        breaches[key].append(one.day)
        rng = child(market.seed, Stream.NOTICE, number, one.day)
        if rng.random() < scenario.broker.notice:
            occurrence = len(breaches[key]) + int(rng.random() < _ELSEWHERE)
            day = market.days[one.day]
            rows.append((*key, day, occurrence, *_times(rng, midnight(day))))
    until = [row[3] + _MONTH if row[4] >= _RESTRICTED else None for row in rows]
    return {name: [row[n] for row in rows] for n, name in enumerate(_COLUMNS)} | {"restricted_until": until}


def _times(rng: np.random.Generator, start: int) -> tuple[datetime, datetime | None]:
    """When it came, and when it was passed on to the client, if it was."""
    came = datetime.fromtimestamp((start + int(rng.integers(*_EVENING)) * MINUTE) // SECOND, UTC)
    passed = came + timedelta(minutes=int(rng.integers(*_PASSED_ON)))
    return came, None if rng.random() < _WAITING else passed


def _limit(rule: str, terms: Contract) -> float:
    if rule == "intraday_open":
        return terms.opening_limit or float("inf")
    return _LIMITS.get(rule) or (terms.large_limit if rule == "large_cancel" else terms.cancel_limit)
