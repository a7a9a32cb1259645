"""The tables that describe the market: contracts, their days, and the limits on opening and on positions."""

from __future__ import annotations

from typing import Any

import numpy as np

from features.events.schema import Kind
from simulation.contracts import Contract, day_after
from simulation.world import Market
from simulation.writer import decimals, named

Columns = dict[str, Any]


def contract_columns(contracts: tuple[Contract, ...]) -> Columns:
    """The `contracts` table; a contract is valid from its listing to the day after its last trading day."""
    return _names(contracts) | {
        "product": [c.product for c in contracts],
        "kind": [c.kind for c in contracts],
        "multiplier": decimals(np.array([c.multiplier * 1_000_000 for c in contracts]), Kind.PRICE),
        "tick": decimals(np.array([c.tick_micro for c in contracts]), Kind.PRICE),
        "max_order_volume": [c.max_order_volume for c in contracts],
        "has_order_fee": [c.has_order_fee for c in contracts],
        "option_month": [c.option_month for c in contracts],
        **_validity(contracts),
    }


def contract_day_columns(market: Market) -> Columns:
    """The `contract_days` table: settlement, price limits and range of every contract on every day it is listed."""
    prices = market.prices
    day, contract = np.nonzero(market.listed.T)
    ticks = market.tick_micro[contract]
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
    } | {name: decimals(mark[contract, day] * ticks, Kind.PRICE) for name, mark in marks.items()}


def opening_limit_columns(contracts: tuple[Contract, ...]) -> Columns:
    """The `opening_limits` table: by contract, or by the month of options."""
    rows: dict[tuple[str, str, str], Contract] = {}
    for contract in contracts:
        if contract.opening_limit is not None:
            scope = contract.terms.limit_scope
            key = contract.code if scope == "contract" else f"{contract.product}{contract.option_month}"
            rows.setdefault((contract.exchange, scope, key), contract)
    limited = tuple(rows.values())
    return {
        "exchange": [exchange for exchange, _, _ in rows],
        "scope": [scope for _, scope, _ in rows],
        "key": [key for _, _, key in rows],
        "limit": [c.opening_limit for c in limited],
        **_validity(limited),
    }


def position_limit_columns(contracts: tuple[Contract, ...]) -> Columns:
    """The `position_limits` table."""
    return _names(contracts) | {"limit": [c.terms.position_limit for c in contracts], **_validity(contracts)}


def _names(contracts: tuple[Contract, ...]) -> Columns:
    return {"exchange": [c.exchange for c in contracts], "contract": [c.code for c in contracts]}


def _validity(contracts: tuple[Contract, ...]) -> Columns:
    return {
        "valid_from": [c.listed_on for c in contracts],
        "valid_to": [day_after(c.expires_on) for c in contracts],
    }
