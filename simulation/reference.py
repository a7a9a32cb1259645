"""The tables that describe the market and its clients: accounts, groups, contracts, their days and their limits."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from features.events.schema import Kind
from simulation.accounts import Account, control_groups
from simulation.contracts import Contract, opening_limits, position_limit
from simulation.roles import Role
from simulation.turn import Market
from simulation.writer import decimals, named

_LISTED_FROM = date(2020, 1, 2)
Columns = dict[str, Any]


def account_columns(accounts: tuple[Account, ...]) -> Columns:
    """The `accounts` table; names are plainly synthetic."""
    return {
        "account_id": [a.account_id for a in accounts],
        "account_type": [a.account_type for a in accounts],
        "branch": [a.branch for a in accounts],
        "channel": [a.channel for a in accounts],
        "is_employee": [a.is_employee for a in accounts],
        "is_programmatic": [a.is_programmatic for a in accounts],
        "is_market_maker": [a.role is Role.MARKET_MAKER for a in accounts],
        "opened_on": [a.opened_on for a in accounts],
        "name": [f"synthetic client {a.index}" for a in accounts],
        "valid_from": [a.opened_on for a in accounts],
        "valid_to": [None] * len(accounts),
    }


def group_columns(accounts: tuple[Account, ...]) -> Columns:
    """The `control_groups` table: declared groups, and rings the broker knows of but that are not declared."""
    rows = control_groups(accounts)
    group, account, declared, since = ([row[n] for row in rows] for n in range(4))
    return {
        "group_id": group,
        "account_id": account,
        "declared": np.array(declared, dtype=np.bool_),
        "valid_from": since,
        "valid_to": [None] * len(rows),
    }


def contract_columns(contracts: tuple[Contract, ...]) -> Columns:
    """The `contracts` table."""
    return {
        "exchange": [c.exchange for c in contracts],
        "contract": [c.code for c in contracts],
        "product": [c.product for c in contracts],
        "kind": [c.kind for c in contracts],
        "multiplier": decimals(np.array([c.multiplier * 1_000_000 for c in contracts]), Kind.PRICE),
        "tick": decimals(np.array([c.tick_micro for c in contracts]), Kind.PRICE),
        "max_order_volume": [c.max_order_volume for c in contracts],
        "has_order_fee": [c.has_order_fee for c in contracts],
        "option_month": [c.option_month for c in contracts],
        "valid_from": [_LISTED_FROM] * len(contracts),
        "valid_to": [None] * len(contracts),
    }


def contract_day_columns(market: Market) -> Columns:
    """The `contract_days` table: settlement, price limits and range of every contract and day."""
    prices, shape = market.prices, market.prices.settlement.shape
    contract, day = (axis.ravel(order="F") for axis in np.indices(shape))
    ticks = np.array([c.tick_micro for c in market.contracts])[contract]
    marks = {
        "settlement_price": prices.settlement,
        "upper_limit": prices.upper,
        "lower_limit": prices.lower,
        "high_price": prices.high,
        "low_price": prices.low,
    }
    return {
        "trading_day": np.array(market.days, dtype="datetime64[D]")[day],
        "exchange": named(contract, [c.exchange for c in market.contracts]),
        "contract": named(contract, [c.code for c in market.contracts]),
    } | {name: decimals(mark.ravel(order="F") * ticks, Kind.PRICE) for name, mark in marks.items()}


def opening_limit_columns(contracts: tuple[Contract, ...]) -> Columns:
    """The `opening_limits` table."""
    rows = opening_limits(contracts)
    exchange, scope, key, limit = ([row[n] for row in rows] for n in range(4))
    validity = {"valid_from": [_LISTED_FROM] * len(rows), "valid_to": [None] * len(rows)}
    return {"exchange": exchange, "scope": scope, "key": key, "limit": limit, **validity}


def position_limit_columns(contracts: tuple[Contract, ...]) -> Columns:
    """The `position_limits` table."""
    return {
        "exchange": [c.exchange for c in contracts],
        "contract": [c.code for c in contracts],
        "limit": [position_limit(c) for c in contracts],
        "valid_from": [_LISTED_FROM] * len(contracts),
        "valid_to": [None] * len(contracts),
    }
