"""Cancelling (报撤单): its features by name.

- ``cancelled_lots_20d``: lots of all ``orders`` rows with event cancelled in the window, whoever cancelled; 0 without one.
- ``max_cancelled_lots_20d``: lots of the largest such row; 0 without one.
"""

from __future__ import annotations

from features.specs.spec import CLOSE, D5, D20, FeatureSpec, specs

_NOTHING = "null: no order row of any event in the window"

SPECS: tuple[FeatureSpec, ...] = (
    *specs(
        "cancelling",
        window=D5,
        empty=_NOTHING,
        tables=("orders",),
        available=CLOSE,
        rows=(
            ("orders_5d", "近5日报单数", "orders accepted over 5 days", "orders", ("orders_20d", 4.0)),
            ("cancels_5d", "近5日撤单数", "cancels over 5 days", "cancels", ("cancels_20d", 4.0)),
            (
                "cancel_ratio_5d",
                "近5日撤单率",
                "cancels as a share of orders, 5 days",
                "share",
                ("cancel_ratio_20d", 1.0),
            ),
        ),
    ),
    *specs(
        "cancelling",
        window=D20,
        empty=_NOTHING,
        tables=("orders",),
        available=CLOSE,
        rows=(
            ("orders_20d", "近20日报单数", "orders accepted over 20 days", "orders"),
            ("cancels_20d", "近20日撤单数", "cancels over 20 days", "cancels"),
            ("cancel_ratio_20d", "近20日撤单率", "cancels as a share of orders, 20 days", "share"),
            ("order_days_20d", "近20日有报单天数", "days with an order event, accepted or not, 20 days", "days"),
            (
                "ioc_cancel_share_20d",
                "近20日FAK/FOK撤单占比",
                "FAK and FOK cancels as a share of cancels, 20 days",
                "share",
            ),
            ("mean_cancelled_lots_20d", "近20日笔均撤单手数", "lots per cancel, 20 days", "lots"),
            (
                "max_cancels_contract_day_20d",
                "近20日单合约单日最多撤单",
                "most cancels on one contract and day, 20 days",
                "cancels",
            ),
            (
                "exempt_hedge_share_20d",
                "近20日套保做市报单占比",
                "hedging and market-making share of orders, 20 days",
                "share",
            ),
            ("rejects_20d", "近20日拒单数", "orders rejected over 20 days", "orders"),
            ("cancelled_lots_20d", "近20日撤单手数", "lots cancelled over 20 days", "lots"),
            ("max_cancelled_lots_20d", "近20日最大单笔撤单手数", "largest single cancel, 20 days", "lots"),
        ),
    ),
)
