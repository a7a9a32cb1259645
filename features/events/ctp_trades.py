"""OnRtnTrade messages into the `trades` table: one row a side of a match, however often it was sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from features.events import ctp_fields as ctp
from features.events.ctp_config import CtpConfig
from features.events.ctp_read import Rule, Shape, raw
from features.events.ctp_time import day_of, disagrees, instant, natural_date, time_of
from features.events.schema import EXCHANGES
from features.events.sql import literals


@dataclass(frozen=True, slots=True)
class TradeCounts:
    """What the messages came to; ``messages = kept + duplicates + no_matches`` + those that contradict an earlier one.

    ``no_matches``: TradeType says that nothing was matched in the book (exercise, OTC, EFP, a combination split).
    ``unmatched``: kept, but no order of ours was accepted for them (data may begin in mid-day).
    """

    messages: int
    kept: int
    duplicates: int
    contradicting: int
    no_matches: int
    combination_legs: int
    unmatched: int
    date_mismatches: int


def trade_shape() -> Shape:
    """Columns kept of OnRtnTrade, and what makes a message broken."""
    columns = {
        "day": day_of(raw("TradingDay")),
        "exchange": raw("ExchangeID"),
        "contract": raw("InstrumentID"),
        "investor": raw("InvestorID"),
        "client": raw("ClientID"),
        "trade_id": raw("TradeID"),
        "sysid": raw("OrderSysID"),
        "side": ctp.decoded(raw("Direction"), ctp.SIDE),
        "offset": ctp.decoded(raw("OffsetFlag"), ctp.OFFSET),
        "hedge": ctp.decoded(raw("HedgeFlag"), ctp.HEDGE),
        "price": f"TRY_CAST({raw('Price')} AS DECIMAL(18, 6))",
        "volume": f"TRY_CAST({raw('Volume')} AS BIGINT)",
        "traded_at": time_of(raw("TradeTime")),
        "trade_date": day_of(raw("TradeDate")),
        "kind": f"coalesce({raw('TradeType')}, '0')",
        "number": f"TRY_CAST({raw('SequenceNo')} AS BIGINT)",
    }
    match = f"kind NOT IN ({literals(ctp.MATCHES)})"
    rules = (
        Rule("day IS NOT NULL", "TradingDay", "a date YYYYMMDD"),
        Rule(f"exchange IN ({literals(EXCHANGES)})", "ExchangeID", "one of " + ", ".join(EXCHANGES)),
        Rule("contract IS NOT NULL", "InstrumentID", "text"),
        Rule("investor IS NOT NULL", "InvestorID", "text"),
        Rule("trade_id IS NOT NULL", "TradeID", "text"),
        Rule(f"sysid IS NOT NULL OR {match}", "OrderSysID", "text"),
        Rule("side IS NOT NULL", "Direction", "0 or 1"),
        Rule('"offset" IS NOT NULL', "OffsetFlag", "0 to 6"),
        Rule("hedge IS NOT NULL", "HedgeFlag", "1, 2, 3, 5, 6 or 7"),
        Rule(f"price IS NOT NULL OR {match}", "Price", "a price"),
        Rule("volume >= 1", "Volume", "a whole number, at least 1"),
        Rule("traded_at IS NOT NULL", "TradeTime", "a time HH:MM:SS"),
        Rule(f"{raw('SequenceNo')} IS NULL OR number >= 0", "SequenceNo", "a whole number, at least 0"),
    )
    return Shape(ctp.TRADE, "ctp_trades", columns, rules)


def build_trades(db: Any, config: CtpConfig) -> TradeCounts:
    """Make table ``trades_made`` (the contract's columns of `trades`, without fees) of ``ctp_trades``.

    Needs ``ctp_days``, ``ctp_files`` and ``orders_made``. A message that names a trade sent before and says something
    else about it goes to ``quarantine``.
    """
    db.execute(_NTH.format(matches=literals(ctp.MATCHES)))
    db.execute(_CONTRADICTING)
    db.execute(_MADE.format(instant=instant("t.traded_at", "t.day", "d.evening")))
    date = natural_date("t.traded_at", "t.day", "d.evening")
    disagree = disagrees("t.trade_date", "t.exchange", config.trade_date_natural, date, "t.day")
    return TradeCounts(*db.execute(_COUNTS.format(disagrees=disagree, leg=ctp.COMBINATION_LEG)).fetchall()[0])


# The side belongs to the name: both sides of a match carry one TradeID, and a client may be on both. The contract
# does, because the legs of a combination may share one.
_NTH = """
CREATE OR REPLACE TABLE ctp_sent AS
SELECT msg, row_number() OVER w AS nth,
       (price, volume, "offset", hedge, investor, traded_at)
           IS NOT DISTINCT FROM first_value((price, volume, "offset", hedge, investor, traded_at)) OVER w AS same
FROM ctp_trades WHERE kind IN ({matches})
WINDOW w AS (PARTITION BY exchange, day, trade_id, side, sysid, contract
             ORDER BY coalesce(nullif(number, 0), 9223372036854775807), msg)
"""

_CONTRADICTING = """
INSERT INTO quarantine
SELECT 'trades', f.name, t.msg - f.before, concat('TradeID is ''', t.trade_id,
       ''', wanted what an earlier message said of this trade, or another id'),
       CAST(to_json({TradingDay: t.day, ExchangeID: t.exchange, InstrumentID: t.contract, InvestorID: t.investor,
                     TradeID: t.trade_id, OrderSysID: t.sysid, Price: t.price, Volume: t.volume}) AS VARCHAR)
FROM ctp_sent AS s JOIN ctp_trades AS t ON t.msg = s.msg
JOIN ctp_files AS f ON f.record = 'trades' AND t.msg > f.before AND t.msg <= f.last
WHERE s.nth > 1 AND NOT s.same
"""

_MADE = """
CREATE OR REPLACE TABLE trades_made AS
SELECT {instant} AS event_time, t.day AS trading_day, t.exchange, t.contract, t.investor, t.client, t.trade_id,
       t.sysid AS order_id, t.side, t."offset", t.hedge, t.price, t.volume,
       CASE WHEN t.number > 0 THEN t.number WHEN NOT d.numbered
            THEN t.msg + (SELECT coalesce(max(last), 0) FROM ctp_files WHERE record = 'orders') END AS seq
FROM ctp_sent AS s JOIN ctp_trades AS t ON t.msg = s.msg JOIN ctp_days AS d ON d.day = t.day
WHERE s.nth = 1
"""

_COUNTS = """
SELECT (SELECT count(*) FROM ctp_trades), (SELECT count(*) FROM trades_made),
       (SELECT count(*) FROM ctp_sent WHERE nth > 1 AND same),
       (SELECT count(*) FROM ctp_sent WHERE nth > 1 AND NOT same),
       (SELECT count(*) FROM ctp_trades) - (SELECT count(*) FROM ctp_sent),
       count(*) FILTER (t.kind = '{leg}'),
       (SELECT count(*) FROM trades_made AS m
            WHERE NOT EXISTS (SELECT 1 FROM orders_made AS o WHERE o.event = 'accepted' AND o.exchange = m.exchange
                              AND o.order_id = m.order_id AND o.trading_day = m.trading_day)
              AND NOT EXISTS (SELECT 1 FROM orders_made AS o WHERE o.event = 'accepted' AND o.exchange = m.exchange
                              AND o.order_id = m.order_id AND o.time_in_force = 'GTC' AND o.investor = m.investor
                              AND o.trading_day < m.trading_day)),
       count(*) FILTER ({disagrees})
FROM ctp_sent AS s JOIN ctp_trades AS t ON t.msg = s.msg JOIN ctp_days AS d ON d.day = t.day WHERE s.nth = 1
"""
