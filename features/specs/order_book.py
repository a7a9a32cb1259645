"""Order book conduct (盘口行为): its features by name, and what exactly each counts.

All windows are the 20 days to D. Where there is no ``orders`` row of any event in the window, every value is null; else
each value is as follows ("the window" is of the account's rows).

Words. An *accepted order* is a row of ``orders`` with event accepted, a *cancel* one with event cancelled; a *message* 信息量
is either. *Client-made*: ``cancelled_by`` is client or null. *IOC*: ``time_in_force`` is FAK or FOK; *resting*: GFD or GTC.
An *order* is all rows of ``orders`` of one (trading_day, exchange, contract, order_id) of the account. A *contract day* is one
(trading_day, exchange, contract). "max" is ``max_order_volume`` of the contract's row in ``contracts`` on that day.

- ``large_order_share_20d``: accepted orders with 5 * volume >= 4 * max (exactly, in whole numbers), over accepted orders
  whose max is known (there is a ``contracts`` row, and max is not null). A max of 0 is known.
- ``large_cancels_20d``: cancels, whoever made them, with 5 * volume >= 4 * max, volume being the lots cancelled; null where
  the window has no message with a known max.
- ``limit_price_order_share_20d``: accepted orders *at the limit* over accepted orders *with a price to compare*. To
  compare: ``price``, the contract's ``tick`` and at least one of ``upper_limit`` and ``lower_limit`` of that day are known.
  At the limit: 2 * |price - limit| < tick (exactly) for one of the known limits, whichever the side.
- ``quick_cancel_share_1s_20d``, ``quick_cancel_share_10s_20d``: *quickly cancelled orders* over *resting orders*. A resting
  order is an order with an accepted row that is resting (as rows of FAK or FOK are no part of this, only rows that are
  resting are looked at, of either event). It is quickly cancelled when it has a client-made cancel, the earliest at an
  ``event_time`` c, its earliest accepted row is at a, 0 <= c - a <= 1 second (10 seconds), the bound included, to the
  microsecond, and it had no fill: the lots of all its cancels (client-made or not) add up to at least those of all its
  accepted rows. Trades are not looked at.
- ``mean_quick_cancel_seconds_20d``: sum of c - a over the orders quickly cancelled within 10 seconds, in seconds, over
  their number; null where there are none.
- ``market_order_share_20d``: accepted orders with ``order_type`` market over accepted orders.
- ``ioc_order_share_20d``: accepted orders that are IOC over accepted orders.
- ``night_order_share_20d``: accepted orders of the night session over accepted orders; the night session is
  ``event_time`` in Asia/Shanghai (UTC + 8 hours, always) at or after 20:00 or before 03:00.
- ``mean_order_lots_20d``: lots of accepted orders over accepted orders.
- ``max_messages_per_second_20d``: the most messages in one calendar second of ``event_time`` (cut to whole seconds) and one
  trading day, all exchanges and contracts together; 0 without a message.
- ``burst_seconds_20d``: how many such seconds have 10 messages or more.
- ``max_messages_contract_day_20d``: the most messages that are not market making (``hedge``) on one *fee unit* and
  trading day. A fee unit is the contract, or, where its ``contracts`` row on that day has an ``option_month``, (exchange,
  product, option_month). 0 without a message.
- ``otr_20d``: m / max(f, 1) - 1 with m the messages of the window that are not market making and f the distinct
  (trading_day, exchange, contract, order_id) of the account's ``trades`` rows of the window that are not market making;
  null where m = 0.
- ``max_otr_contract_day_20d``: the largest of m / max(f, 1) - 1 over fee units and trading days of the window with m > 0,
  m and f counted within the unit and day; null where there is none.
- ``one_sided_cancel_share_20d``: *one-sided lots* over lots of client-made resting cancels. Those of a contract day: the
  lots of client-made resting cancels of side buy where the account's ``trades`` of that contract day have a sell and no
  buy, those of side sell where they have a buy and no sell, else 0. Any hedge.
- ``max_one_sided_lots_contract_day_20d``: the largest one-sided lots of one contract day; 0 where there are none.
"""

from __future__ import annotations

from features.specs.spec import CLOSE, D20, FeatureSpec, specs

_NOTHING = "null: no order row of any event in the window"

SPECS: tuple[FeatureSpec, ...] = (
    *specs(
        "order_book",
        window=D20,
        empty=_NOTHING,
        tables=("orders", "trades", "contracts", "contract_days"),
        available=CLOSE,
        rows=(
            (
                "large_order_share_20d",
                "近20日大单占比",
                "orders of at least 80 % of the largest order allowed, share of orders, 20 days",
                "share",
            ),
            (
                "large_cancels_20d",
                "近20日大额撤单数",
                "cancels of at least 80 % of the largest order allowed, 20 days",
                "cancels",
            ),
            (
                "limit_price_order_share_20d",
                "近20日涨跌停价报单占比",
                "orders priced at the day's upper or lower limit, share of orders, 20 days",
                "share",
            ),
            (
                "quick_cancel_share_1s_20d",
                "近20日1秒内撤单占比",
                "resting orders cancelled whole within 1 second, share, 20 days",
                "share",
            ),
            (
                "quick_cancel_share_10s_20d",
                "近20日10秒内撤单占比",
                "resting orders cancelled whole within 10 seconds, share, 20 days",
                "share",
            ),
            (
                "mean_quick_cancel_seconds_20d",
                "近20日快速撤单平均时长",
                "mean life of orders cancelled whole within 10 seconds, 20 days",
                "seconds",
            ),
            ("market_order_share_20d", "近20日市价单占比", "market orders as a share of orders, 20 days", "share"),
            (
                "ioc_order_share_20d",
                "近20日FAK/FOK报单占比",
                "FAK and FOK orders as a share of orders, 20 days",
                "share",
            ),
            (
                "night_order_share_20d",
                "近20日夜盘报单占比",
                "orders of the night session as a share of orders, 20 days",
                "share",
            ),
            ("mean_order_lots_20d", "近20日笔均报单手数", "lots per order, 20 days", "lots"),
            (
                "max_messages_per_second_20d",
                "近20日每秒最多报撤单",
                "most orders and cancels in one second, 20 days",
                "messages",
            ),
            ("burst_seconds_20d", "近20日高频秒数", "seconds with 10 orders and cancels or more, 20 days", "seconds"),
            (
                "max_messages_contract_day_20d",
                "近20日单合约单日最大信息量",
                "most messages on one contract (option month) and day, 20 days",
                "messages",
            ),
            ("otr_20d", "近20日报单成交比", "messages per filled order less one (OTR), 20 days", "ratio"),
            (
                "max_otr_contract_day_20d",
                "近20日单合约单日最大报单成交比",
                "largest OTR of one contract (option month) and day, 20 days",
                "ratio",
            ),
            (
                "one_sided_cancel_share_20d",
                "近20日单边撤单占比",
                "lots cancelled on one side while trading only on the other, share of lots cancelled, 20 days",
                "share",
            ),
            (
                "max_one_sided_lots_contract_day_20d",
                "近20日单合约单日最多单边撤单手数",
                "most lots cancelled on one side of a contract and day traded only on the other, 20 days",
                "lots",
            ),
        ),
    ),
)
