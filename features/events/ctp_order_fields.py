"""What we keep of an OnRtnOrder message, typed, and what makes one broken."""

from __future__ import annotations

from features.events import ctp_fields as ctp
from features.events.ctp_config import CtpConfig
from features.events.ctp_read import Rule, Shape, raw
from features.events.ctp_time import day_of, time_of
from features.events.schema import EXCHANGES
from features.events.sql import literals


def order_shape(config: CtpConfig) -> Shape:
    """Columns kept of OnRtnOrder, and what makes a message broken."""
    market = f"{raw('OrderPriceType')} <> '{ctp.LIMIT_PRICE}'"
    price = f"TRY_CAST({raw('LimitPrice')} AS DECIMAL(18, 6))"
    columns = {
        "day": day_of(raw("TradingDay")),
        "exchange": raw("ExchangeID"),
        "contract": raw("InstrumentID"),
        "investor": raw("InvestorID"),
        "client": raw("ClientID"),
        "login": raw("UserID"),
        # the conditional order that waits inside CTP has an id of CTP's, not of the exchange
        "sysid": f"CASE WHEN NOT starts_with({raw('OrderSysID')}, '{ctp.LOCAL_ID}') THEN {raw('OrderSysID')} END",
        "front": raw("FrontID"),
        "session": raw("SessionID"),
        "ref": raw("OrderRef"),
        "status": raw("OrderStatus"),
        "submit": raw("OrderSubmitStatus"),
        "side": ctp.decoded(raw("Direction"), ctp.SIDE),
        "offset": ctp.decoded(f"substr({raw('CombOffsetFlag')}, 1, 1)", ctp.OFFSET),
        "hedge": ctp.decoded(f"substr({raw('CombHedgeFlag')}, 1, 1)", ctp.HEDGE),
        "market": market,
        "conditional": f"coalesce({raw('ContingentCondition')}, '1') <> '{ctp.IMMEDIATELY}' "
        f"OR {_is('OrderType', ctp.CONDITIONAL_ORDER)}",
        "derived": f"coalesce(starts_with({raw('RelativeOrderSysID')}, '{ctp.LOCAL_ID}'), false)",
        "tif": ctp.time_in_force(raw("TimeCondition"), raw("VolumeCondition")),
        "price": f"CASE WHEN NOT ({market}) THEN {price} END",
        "original": _whole("VolumeTotalOriginal"),
        "traded": _whole("VolumeTraded"),
        "remaining": _whole("VolumeTotal"),
        "inserted": time_of(raw("InsertTime")),
        "insert_date": day_of(raw("InsertDate")),
        "active": time_of(raw("ActiveTime")),
        "cancelled_at": f"coalesce({time_of(raw('CancelTime'))}, {time_of(raw('UpdateTime'))})",
        "combination": f"contains({raw('InstrumentID')}, '&') OR {_is('OrderType', ctp.COMBINATION)} "
        f"OR {_is('OrderType', ctp.FROM_COMBINATION)}",
        "quote": _is("OrderType", ctp.FROM_QUOTE),
        "by_broker": _by_broker(config),
        "number": _whole("SequenceNo"),
        "broker_number": _whole("BrokerOrderSeq"),
        "product": raw("UserProductInfo"),
        "ip": raw("IPAddress"),
        "mac": raw("MacAddress"),
    }
    rules = (
        Rule("day IS NOT NULL", "TradingDay", "a date YYYYMMDD"),
        _one_of("ExchangeID", EXCHANGES),
        _given("InstrumentID"),
        _given("InvestorID"),
        _one_of("OrderStatus", ctp.ORDER_STATUS),
        _one_of("OrderSubmitStatus", ctp.SUBMIT_STATUS),
        Rule("side IS NOT NULL", "Direction", "0 or 1"),
        Rule(f"{_q('offset')} IS NOT NULL", "CombOffsetFlag", "0 to 6 in its first place"),
        Rule("hedge IS NOT NULL", "CombHedgeFlag", "1, 2, 3, 5, 6 or 7 in its first place"),
        _one_of("OrderPriceType", ctp.PRICE_TYPES),
        Rule("market OR price IS NOT NULL", "LimitPrice", "a price"),
        Rule("original >= 1", "VolumeTotalOriginal", "a whole number, at least 1"),
        Rule("traded >= 0", "VolumeTraded", "a whole number, at least 0"),
        Rule("remaining >= 0", "VolumeTotal", "a whole number, at least 0"),
        _one_of("TimeCondition", ctp.TIME_CONDITIONS),
        _one_of("VolumeCondition", ctp.VOLUME_CONDITIONS),
        Rule("inserted IS NOT NULL", "InsertTime", "a time HH:MM:SS"),
        Rule(
            f"status <> '{ctp.CANCELED}' OR submit = '{ctp.INSERT_REJECTED}' OR sysid IS NULL "
            "OR cancelled_at IS NOT NULL",
            "CancelTime",
            "a time HH:MM:SS there or in UpdateTime",
        ),
        Rule("sysid IS NOT NULL OR ref IS NOT NULL", "OrderSysID", "an id there or in OrderRef"),
        Rule(f"{raw('SequenceNo')} IS NULL OR number >= 0", "SequenceNo", "a whole number, at least 0"),
    )
    return Shape(ctp.ORDER, "ctp_orders", columns, rules)


def _is(column: str, code: str) -> str:
    return f"coalesce({raw(column)} = '{code}', false)"


def _whole(column: str) -> str:
    return f"TRY_CAST({raw(column)} AS BIGINT)"


def _q(name: str) -> str:
    return f'"{name}"'


def _given(column: str) -> Rule:
    return Rule(f"{raw(column)} IS NOT NULL", column, "text")


def _one_of(column: str, codes: tuple[str, ...]) -> Rule:
    return Rule(f"{raw(column)} IN ({literals(codes)})", column, "one of " + ", ".join(codes))


def _by_broker(config: CtpConfig) -> str:
    """Forced, or done by one of the broker's users: the user who acted last, else the one who sent the order."""
    forced = f"coalesce({raw('ForceCloseReason')}, '0') <> '{ctp.NOT_FORCED}'"
    if not config.broker_users:
        return forced
    user = f"coalesce({raw('ActiveUserID')}, {raw('UserID')})"
    return f"({forced} OR coalesce({user} IN ({literals(config.broker_users)}), false))"
