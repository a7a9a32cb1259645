"""Intraday (当日): its features by name."""

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
            ("cancelled_lots_today", "当日撤单手数", "lots cancelled so far today", "lots"),
            ("max_cancelled_lots_today", "当日最大单笔撤单手数", "largest single cancel so far today", "lots"),
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
        ),
    ),
)
