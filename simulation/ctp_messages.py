"""The messages that a counter sends for an order's life, as SQL over the raw tables `orders`, `trades` and `logins`.

Codes: ``ThostFtdcUserApiDataType.h`` of CTP.
"""

# The SQL below is put together from expressions of ours only.
# ruff: noqa: S608

from __future__ import annotations

OPERATOR = "desk-1"  # the user of the broker's own who cancels in a client's stead

# Both tables in the one order of events; its place is the sequence number of the day. Then an order's steps: what
# became known (`status`, `submit`), when, the lots done and left, and whether the exchange had named the order.
STEPS = """
CREATE TEMP TABLE events AS
WITH rows_of_both AS (
    SELECT exchange, trading_day, order_id, event, event_time, seq,
           CASE event WHEN 'cancelled' THEN 1 ELSE 0 END AS kind, order_id AS name, '' AS side, volume, ip, mac,
           coalesce(cancelled_by = 'broker', false) AS by_broker
    FROM orders
    UNION ALL
    SELECT exchange, trading_day, order_id, 'traded', event_time, seq, 0, trade_id, side, volume, NULL, NULL, false
    FROM trades
)
SELECT *, row_number() OVER (PARTITION BY trading_day ORDER BY event_time, seq NULLS LAST, kind, name, order_id, side,
                             exchange) AS number
FROM rows_of_both;

CREATE TEMP TABLE begun AS
SELECT o.*, e.number, row_number() OVER (PARTITION BY o.trading_day, o.account_id ORDER BY e.number) AS ref,
       o.event = 'rejected' AND e.number % 2 = 0 AS refused_by_ctp
FROM orders AS o JOIN events AS e USING (exchange, trading_day, order_id, event) WHERE event <> 'cancelled';

CREATE TEMP TABLE done AS
SELECT b.exchange, b.trading_day AS day, b.order_id, e.trading_day, e.event, e.event_time, e.number, e.volume,
       e.ip, e.mac, e.by_broker,
       sum(CASE WHEN e.event = 'traded' THEN e.volume ELSE 0 END)
           OVER (PARTITION BY b.exchange, b.trading_day, b.order_id ORDER BY e.trading_day, e.number) AS traded
FROM begun AS b JOIN events AS e ON e.exchange = b.exchange AND e.order_id = b.order_id
     AND (e.trading_day = b.trading_day OR (b.time_in_force = 'GTC' AND e.trading_day > b.trading_day))
WHERE e.event IN ('traded', 'cancelled');

CREATE TEMP TABLE steps AS
SELECT exchange, trading_day AS day, order_id, trading_day, number, 0 AS step, 'a' AS status, '0' AS submit,
       event_time AS happened, 0::HUGEINT AS traded, volume AS remaining, false AS named, false AS ended,
       ip, mac, false AS by_broker FROM begun
UNION ALL
SELECT exchange, trading_day, order_id, trading_day, number, 1, 'b', '3', event_time, 0, volume, true, false, ip, mac,
       false FROM begun WHERE order_type = 'stop' AND event = 'accepted'
UNION ALL
SELECT exchange, trading_day, order_id, trading_day, number, 2,
       CASE WHEN event = 'rejected' THEN '5' WHEN order_type = 'stop' THEN 'c' ELSE '3' END,
       CASE WHEN event = 'rejected' THEN '4' ELSE '3' END, event_time, 0, volume, NOT refused_by_ctp, false,
       ip, mac, false AS by_broker FROM begun
UNION ALL
SELECT d.exchange, d.day, d.order_id, d.trading_day, d.number, 0, '3', '3', b.event_time, d.traded,
       b.volume - d.traded, true, false, b.ip, b.mac, false
FROM done AS d JOIN begun AS b ON b.exchange = d.exchange AND b.trading_day = d.day AND b.order_id = d.order_id
WHERE d.trading_day > d.day
UNION ALL
SELECT d.exchange, d.day, d.order_id, d.trading_day, d.number, 1,
       CASE WHEN d.event = 'cancelled' THEN '5' WHEN d.traded >= b.volume THEN '0' ELSE '1' END, '3', d.event_time,
       d.traded, CASE WHEN d.event = 'cancelled' THEN d.volume ELSE b.volume - d.traded END, true,
       d.event = 'cancelled', CASE WHEN d.event = 'cancelled' THEN d.ip ELSE b.ip END,
       CASE WHEN d.event = 'cancelled' THEN d.mac ELSE b.mac END, d.by_broker
FROM done AS d JOIN begun AS b ON b.exchange = d.exchange AND b.trading_day = d.day AND b.order_id = d.order_id;
"""

_DATE = "strftime({} + INTERVAL 8 HOUR, '%Y%m%d')"
_TIME = "strftime({} + INTERVAL 8 HOUR, '%H:%M:%S')"
_RESTARTED = "dayofyear({}) % 3 = 0"
_MORNING = "({} + INTERVAL 8 HOUR) < CAST({} AS TIMESTAMP) + INTERVAL 12 HOUR"


ORDERS = f"""
WITH sent AS (
    SELECT *, 0 AS again FROM steps
    UNION ALL
    SELECT *, 1 FROM steps
    WHERE {_RESTARTED.format("trading_day")} AND {_MORNING.format("happened", "trading_day")}
)
SELECT '9999' AS BrokerID, o.account_id AS InvestorID, o.contract AS InstrumentID,
       lpad(o.ref::VARCHAR, 12, ' ') AS OrderRef, o.account_id AS UserID,
       CASE WHEN o.order_type = 'market' THEN '1' ELSE '2' END AS OrderPriceType,
       CASE o.side WHEN 'buy' THEN '0' ELSE '1' END AS Direction,
       CASE WHEN o."offset" = 'open' THEN '0' WHEN o.exchange IN ('SHFE', 'INE') THEN '3' ELSE '1' END
           AS CombOffsetFlag,
       CASE o.hedge WHEN 'speculation' THEN '1' WHEN 'arbitrage' THEN '2' WHEN 'hedging' THEN '3' ELSE '5' END
           AS CombHedgeFlag,
       CASE WHEN o.price IS NULL THEN '0' ELSE o.price::DOUBLE::VARCHAR END AS LimitPrice,
       o.volume AS VolumeTotalOriginal,
       CASE o.time_in_force WHEN 'GFD' THEN '3' WHEN 'GTC' THEN '5' ELSE '1' END AS TimeCondition,
       '' AS GTDDate, CASE o.time_in_force WHEN 'FOK' THEN '3' ELSE '1' END AS VolumeCondition, 1 AS MinVolume,
       CASE WHEN o.order_type = 'stop' THEN '2' ELSE '1' END AS ContingentCondition, 0 AS StopPrice,
       '0' AS ForceCloseReason, lpad(o.ref::VARCHAR, 12, ' ') AS OrderLocalID, o.exchange AS ExchangeID,
       strftime(s.trading_day, '%Y%m%d') AS TradingDay,
       CASE WHEN s.named THEN lpad(o.order_id, 20, ' ') ELSE '' END AS OrderSysID, '0' AS OrderSource,
       s.status AS OrderStatus, s.submit AS OrderSubmitStatus,
       CASE WHEN o.hedge = 'market_making' THEN '1' WHEN o.order_type = 'stop' THEN '4' ELSE '0' END AS OrderType,
       s.traded AS VolumeTraded, s.remaining AS VolumeTotal,
       CASE WHEN o.exchange IN ('SHFE', 'INE', 'CZCE') THEN {_DATE.format("o.event_time")}
            ELSE strftime(o.trading_day, '%Y%m%d') END AS InsertDate,
       {_TIME.format("o.event_time")} AS InsertTime,
       CASE WHEN s.status IN ('a', 'b') OR o.order_type <> 'stop' THEN '' ELSE {_TIME.format("o.event_time")} END
           AS ActiveTime, '' AS SuspendTime,
       CASE WHEN s.step = 0 THEN '' ELSE {_TIME.format("s.happened")} END AS UpdateTime,
       CASE WHEN s.ended THEN {_TIME.format("s.happened")} ELSE '' END AS CancelTime,
       CASE WHEN s.named THEN s.number ELSE 0 END AS SequenceNo, 1 + s.again AS FrontID,
       o.ref + 1000 * s.again AS SessionID, 'SIM' AS UserProductInfo,
       CASE s.status WHEN 'a' THEN '报单已提交' WHEN 'b' THEN '尚未触发' WHEN 'c' THEN '已触发' WHEN '3' THEN '未成交'
            WHEN '1' THEN '部分成交还在队列中' WHEN '0' THEN '全部成交'
            ELSE CASE WHEN s.submit = '4' THEN '已撤单报单被拒绝' ELSE '已撤单' END END AS StatusMsg,
       CASE WHEN s.by_broker THEN '{OPERATOR}' WHEN s.ended THEN o.account_id ELSE '' END AS ActiveUserID,
       o.number AS BrokerOrderSeq,
       '' AS RelativeOrderSysID, '' AS reserve1, coalesce(s.ip, '') AS IPAddress,
       coalesce(upper(replace(s.mac, ':', '-')), '') AS MacAddress
FROM sent AS s JOIN begun AS o ON o.exchange = s.exchange AND o.trading_day = s.day AND o.order_id = s.order_id
ORDER BY s.trading_day, s.again, s.number, s.step, o.exchange, o.order_id
"""

TRADES = f"""
WITH sent AS (
    SELECT *, 0 AS again FROM trades
    UNION ALL
    SELECT *, 1 FROM trades
    WHERE {_RESTARTED.format("trading_day")} AND {_MORNING.format("event_time", "trading_day")}
)
SELECT '9999' AS BrokerID, t.account_id AS InvestorID, t.contract AS InstrumentID, t.account_id AS UserID,
       t.exchange AS ExchangeID, lpad(t.trade_id, 20, ' ') AS TradeID,
       CASE t.side WHEN 'buy' THEN '0' ELSE '1' END AS Direction, lpad(t.order_id, 20, ' ') AS OrderSysID,
       CASE WHEN t."offset" = 'open' THEN '0' WHEN t.exchange IN ('SHFE', 'INE') THEN '3' ELSE '1' END AS OffsetFlag,
       CASE t.hedge WHEN 'speculation' THEN '1' WHEN 'arbitrage' THEN '2' WHEN 'hedging' THEN '3' ELSE '5' END
           AS HedgeFlag,
       t.price::DOUBLE AS Price, t.volume AS Volume,
       CASE WHEN t.exchange IN ('SHFE', 'INE') THEN {_DATE.format("t.event_time")}
            ELSE strftime(t.trading_day, '%Y%m%d') END AS TradeDate,
       {_TIME.format("t.event_time")} AS TradeTime, '0' AS TradeType, strftime(t.trading_day, '%Y%m%d') AS TradingDay,
       e.number AS SequenceNo, '' AS reserve1
FROM sent AS t JOIN events AS e ON e.event = 'traded' AND e.exchange = t.exchange AND e.trading_day = t.trading_day
     AND e.name = t.trade_id AND e.side = t.side AND e.order_id = t.order_id
ORDER BY t.trading_day, t.again, e.number
"""

SESSIONS = f"""
SELECT strftime(trading_day, '%Y%m%d') AS TradingDay, '9999' AS BrokerID, account_id AS UserID,
       {_DATE.format("event_time")} AS LoginDate, {_TIME.format("event_time")} AS LoginTime, 1 AS FrontID,
       row_number() OVER (PARTITION BY trading_day ORDER BY event_time, account_id, event, ip) AS SessionID,
       coalesce(ip, '') AS IPAddress, coalesce(upper(replace(mac, ':', '-')), '') AS MacAddress,
       'SIM' AS UserProductInfo, coalesce(app_id, '') AS ClientAppID, event AS Event
FROM logins ORDER BY trading_day, event_time, account_id, event, ip
"""
