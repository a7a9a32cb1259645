"""Intraday (当日): its features by name, and what exactly the compound ones count.

All speak of the account's ``orders`` and ``trades`` rows of the alert's trading day with ``event_time`` <= the alert's moment
("so far"). Words as in ``features.specs.order_book``: accepted order, cancel, message, client-made, resting.

- ``open_lots_today``: lots of trades with ``offset`` open; 0 without one.
- ``cancelled_contracts_today``: distinct (exchange, contract) of cancels; 0 without one.
- ``market_order_share_today``: accepted orders with ``order_type`` market over accepted orders; null without one.
- ``burst_seconds_today``: calendar seconds of ``event_time`` (cut to whole seconds) with 10 messages or more so far, all
  exchanges and contracts together; 0 without one.
- ``otr_today``: m / max(f, 1) - 1 with m the messages so far that are not market making (``hedge``) and f the distinct
  (exchange, contract, order_id) of the trades so far that are not market making; null where m = 0.
- ``one_sided_cancel_share_today``: one-sided lots over lots of client-made resting cancels so far; null where there are none.
  One-sided lots of a contract: the lots of client-made resting cancels of side buy where the trades so far in that contract
  have a sell and no buy, those of side sell where they have a buy and no sell, else 0.
"""

from __future__ import annotations

from features.specs.spec import MOMENT, FeatureSpec, specs

SPECS: tuple[FeatureSpec, ...] = (
    *specs(
        "intraday",
        window="the trading day so far, up to and including the moment",
        empty="0: nothing so far that day (a share without its whole: null); null: the day so far is not known",
        tables=("orders", "trades", "alerts"),
        available=MOMENT,
        rows=(
            ("orders_today", "当日报单数", "orders accepted so far today", "orders", ("orders_20d", "order_days_20d")),
            ("cancels_today", "当日撤单数", "cancels so far today", "cancels", ("cancels_20d", "order_days_20d")),
            (
                "cancel_ratio_today",
                "当日撤单率",
                "cancels as a share of orders so far today",
                "share",
                ("cancel_ratio_20d", 1.0),
            ),
            (
                "cancelled_lots_today",
                "当日撤单手数",
                "lots cancelled so far today",
                "lots",
                ("cancelled_lots_20d", "order_days_20d"),
            ),
            (
                "max_cancelled_lots_today",
                "当日最大单笔撤单手数",
                "largest single cancel so far today",
                "lots",
                ("max_cancelled_lots_20d", 1.0),
            ),
            (
                "ioc_cancel_share_today",
                "当日FAK/FOK撤单占比",
                "FAK and FOK share of cancels so far today",
                "share",
                ("ioc_cancel_share_20d", 1.0),
            ),
            (
                "exempt_hedge_share_today",
                "当日套保做市报单占比",
                "hedging and market-making share of orders today",
                "share",
                ("exempt_hedge_share_20d", 1.0),
            ),
            (
                "max_messages_per_second_today",
                "当日每秒最多报撤单",
                "most orders and cancels in one second today",
                "messages",
                ("max_messages_per_second_20d", 1.0),
            ),
            ("trades_today", "当日成交笔数", "trades so far today", "trades", ("trades_20d", "trading_days_20d")),
            (
                "traded_lots_today",
                "当日成交手数",
                "lots traded so far today",
                "lots",
                ("traded_lots_20d", "trading_days_20d"),
            ),
            (
                "self_matches_today",
                "当日自成交次数",
                "matches with the account on both sides so far today",
                "matches",
                ("self_matches_20d", "trading_days_20d"),
            ),
            (
                "distinct_contracts_today",
                "当日报单合约数",
                "distinct contracts of order events, accepted or not, so far today",
                "contracts",
            ),
            (
                "open_lots_today",
                "当日开仓手数",
                "lots opened so far today",
                "lots",
                ("open_lots_20d", "trading_days_20d"),
            ),
            ("cancelled_contracts_today", "当日撤单合约数", "distinct contracts of cancels so far today", "contracts"),
            (
                "market_order_share_today",
                "当日市价单占比",
                "market orders as a share of orders so far today",
                "share",
                ("market_order_share_20d", 1.0),
            ),
            (
                "burst_seconds_today",
                "当日高频秒数",
                "seconds with 10 orders and cancels or more so far today",
                "seconds",
                ("burst_seconds_20d", "order_days_20d"),
            ),
            (
                "otr_today",
                "当日报单成交比",
                "messages per filled order less one (OTR) so far today",
                "ratio",
                ("otr_20d", 1.0),
            ),
            (
                "one_sided_cancel_share_today",
                "当日单边撤单占比",
                "lots cancelled on one side while trading only on the other, share of lots cancelled so far today",
                "share",
                ("one_sided_cancel_share_20d", 1.0),
            ),
        ),
    ),
)
