"""Rows of the raw tables with everyday values, so that a case says only what it is about."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from tests.oracles.market import Row

DAY = date(2026, 3, 2)
EVERYDAY = {  # exchange -> contract, product, kind
    "SHFE": ("cu2605", "cu", "future"),
    "INE": ("sc2605", "sc", "future"),
    "DCE": ("m2605", "m", "future"),
    "CZCE": ("SR605", "SR", "future"),
    "CFFEX": ("IF2605", "IF", "index_future"),
    "GFEX": ("si2605", "si", "future"),
}


def at(seconds: float = 0, day: date = DAY) -> datetime:
    """So many seconds after 09:00 in Shanghai, UTC."""
    return datetime.combine(day, time(1)) + timedelta(seconds=seconds)


def order(account: str, order_id: str, moment: datetime, event: str = "cancelled", **changes: Any) -> Row:
    exchange = changes.get("exchange", "SHFE")
    row: Row = {
        "event_time": moment,
        "trading_day": moment.date(),
        "exchange": exchange,
        "contract": EVERYDAY[exchange][0],
        "account_id": account,
        "order_id": order_id,
        "event": event,
        "side": "buy",
        "offset": "open",
        "hedge": "speculation",
        "order_type": "limit",
        "time_in_force": "GFD",
        "price": Decimal(100),
        "volume": 1,
        "cancelled_by": "client" if event == "cancelled" else None,
        "ip": None,
        "mac": None,
        "via_relay": None,
        "seq": None,
    }
    return {**row, **changes}


def trade(account: str, side: str, trade_id: str, moment: datetime, **changes: Any) -> Row:
    exchange = changes.get("exchange", "SHFE")
    row: Row = {
        "event_time": moment,
        "trading_day": moment.date(),
        "exchange": exchange,
        "contract": EVERYDAY[exchange][0],
        "account_id": account,
        "trade_id": trade_id,
        "order_id": f"{trade_id}-{account}-{side}",
        "side": side,
        "offset": "open",
        "hedge": "speculation",
        "price": Decimal(100),
        "volume": 1,
        "fee": None,
        "exchange_fee": None,
        "seq": None,
    }
    return {**row, **changes}


def match(buyer: str, seller: str, trade_id: str, moment: datetime, **changes: Any) -> list[Row]:
    return [trade(buyer, "buy", trade_id, moment, **changes), trade(seller, "sell", trade_id, moment, **changes)]


def contract(exchange: str = "SHFE", **changes: Any) -> Row:
    name, product, kind = EVERYDAY[exchange]
    row: Row = {
        "exchange": exchange,
        "contract": name,
        "product": product,
        "kind": kind,
        "multiplier": Decimal(10),
        "tick": Decimal(1),
        "max_order_volume": 500,
        "has_order_fee": False,
        "option_month": None,
        "valid_from": date(2010, 1, 1),
        "valid_to": None,
    }
    return {**row, **changes}


def contract_day(exchange: str = "SHFE", day: date = DAY, **changes: Any) -> Row:
    row: Row = {
        "trading_day": day,
        "exchange": exchange,
        "contract": EVERYDAY[exchange][0],
        "settlement_price": Decimal(100),
        "upper_limit": Decimal(110),
        "lower_limit": Decimal(90),
        "high_price": Decimal(105),
        "low_price": Decimal(95),
    }
    return {**row, **changes}


def member(group: str, account: str, **changes: Any) -> Row:
    row: Row = {"group_id": group, "account_id": account, "declared": True, "valid_from": date(2010, 1, 1)}
    return {**row, "valid_to": None, **changes}


def account(account_id: str, **changes: Any) -> Row:
    row: Row = {
        "account_id": account_id,
        "account_type": "individual",
        "branch": "B1",
        "channel": "direct",
        "is_employee": False,
        "is_programmatic": False,
        "is_market_maker": False,
        "opened_on": date(2010, 1, 1),
        "name": None,
        "valid_from": date(2010, 1, 1),
        "valid_to": None,
    }
    return {**row, **changes}


def account_day(account_id: str, day: date = DAY, **changes: Any) -> Row:
    row: Row = {
        "trading_day": day,
        "account_id": account_id,
        "equity": Decimal(1_000_000),
        "margin": Decimal(0),
        "net_pnl": Decimal(0),
        "fee": Decimal(0),
        "exchange_fee": Decimal(0),
    }
    return {**row, **changes}


def login(account_id: str, moment: datetime, **changes: Any) -> Row:
    row: Row = {
        "event_time": moment,
        "trading_day": moment.date(),
        "account_id": account_id,
        "event": "login",
        "ip": None,
        "mac": None,
        "app_id": None,
        "via_relay": False,
    }
    return {**row, **changes}


def cash_flow(account_id: str, amount: object, moment: datetime, **changes: Any) -> Row:
    row: Row = {
        "event_time": moment,
        "trading_day": moment.date(),
        "account_id": account_id,
        "direction": "deposit",
        "amount": Decimal(str(amount)),
        "bank_account": None,
        "cross_border": False,
    }
    return {**row, **changes}


def position(account_id: str, volume: int, day: date = DAY, **changes: Any) -> Row:
    exchange = changes.get("exchange", "SHFE")
    row: Row = {
        "trading_day": day,
        "account_id": account_id,
        "exchange": exchange,
        "contract": EVERYDAY[exchange][0],
        "side": "long",
        "hedge": "speculation",
        "volume": volume,
    }
    return {**row, **changes}


def opening_limit(key: str, limit: int, scope: str = "contract", **changes: Any) -> Row:
    row: Row = {"exchange": "SHFE", "scope": scope, "key": key, "limit": limit}
    return {**row, "valid_from": date(2010, 1, 1), "valid_to": None, **changes}


def position_limit(limit: int, exchange: str = "SHFE", **changes: Any) -> Row:
    row: Row = {"exchange": exchange, "contract": EVERYDAY[exchange][0], "limit": limit}
    return {**row, "valid_from": date(2010, 1, 1), "valid_to": None, **changes}


def notice(rule_id: str, subject_id: str, occurrence: int, day: date, **changes: Any) -> Row:
    row: Row = {
        "exchange": "SHFE",
        "rule_id": rule_id,
        "subject_id": subject_id,
        "trading_day": day,
        "occurrence": occurrence,
        "received_at": at(8 * 3600, day),
        "delivered_at": None,
        "restricted_until": None,
    }
    return {**row, **changes}


def past_alert(rule_id: str, subject_id: str, day: date, **changes: Any) -> Row:
    level, exchange = changes.get("level", "breach"), changes.get("exchange", "SHFE")
    place = f"{exchange}.{EVERYDAY[exchange][0]}"
    row: Row = {
        "alert_id": f"{rule_id}:{level}:{day}:{place}:{subject_id}",
        "rule_id": rule_id,
        "level": level,
        "exchange": exchange,
        "contract": EVERYDAY[exchange][0],
        "trading_day": day,
        "subject_type": "account",
        "subject_id": subject_id,
        "account_id": subject_id,
        "triggered_at": at(60, day),
        "measured": 1.0,
        "threshold": 1.0,
        "occurrence": None,
        "parameters_version": None,
        "evidence": None,
    }
    return {**row, **changes}
