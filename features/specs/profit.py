"""Profit and fees (盈亏与费用): its features by name, and what exactly each counts.

Made of ``account_days`` alone; several rows of one account and day are added up to one. Windows are the 5 or 20 days to D.
Where the account has no ``account_days`` row in the feature's window, the value is null. A *recorded day* is a day of the
window with a row. Sums are exact (decimals), then turned into a double.

- ``net_pnl_5d``, ``net_pnl_20d``: sum of ``net_pnl`` (after fees, without cash flows).
- ``loss_days_20d``: recorded days with ``net_pnl`` < 0.
- ``worst_day_pnl_20d``: the smallest ``net_pnl`` of a recorded day (positive where all days gained).
- ``fee_5d``, ``fee_20d``: sum of ``fee``.
- ``fee_over_exchange_fee_20d``: sum of ``fee`` over sum of ``exchange_fee``; null where the latter is 0 or less.
- ``fee_over_abs_pnl_20d``: sum of ``fee`` over |sum of ``net_pnl``|; null where the latter is 0.
- ``mean_equity_20d``: sum of ``equity`` over recorded days.
- ``pnl_over_mean_equity_20d``: sum of ``net_pnl`` times recorded days, over sum of ``equity``; null where that is 0 or less.
- ``fee_over_mean_equity_20d``: the same with the sum of ``fee``.
"""

from __future__ import annotations

from features.specs.spec import CLOSE, D5, D20, FeatureSpec, specs

_NOTHING = "null: no account_days row in the window"

SPECS: tuple[FeatureSpec, ...] = (
    *specs(
        "profit",
        window=D5,
        empty=_NOTHING,
        tables=("account_days",),
        available=CLOSE,
        rows=(
            ("net_pnl_5d", "近5日净盈亏", "profit after fees over 5 days", "CNY", ("net_pnl_20d", 4.0)),
            ("fee_5d", "近5日手续费", "fees paid over 5 days", "CNY", ("fee_20d", 4.0)),
        ),
    ),
    *specs(
        "profit",
        window=D20,
        empty=_NOTHING,
        tables=("account_days",),
        available=CLOSE,
        rows=(
            ("net_pnl_20d", "近20日净盈亏", "profit after fees over 20 days", "CNY"),
            ("loss_days_20d", "近20日亏损天数", "days with a loss after fees, 20 days", "days"),
            ("worst_day_pnl_20d", "近20日最差单日盈亏", "smallest profit of one day, 20 days", "CNY"),
            ("fee_20d", "近20日手续费", "fees paid over 20 days", "CNY"),
            (
                "fee_over_exchange_fee_20d",
                "近20日手续费与交易所手续费之比",
                "fees paid over the exchange's part of them, 20 days",
                "ratio",
            ),
            (
                "fee_over_abs_pnl_20d",
                "近20日手续费与盈亏绝对值之比",
                "fees paid over profit or loss, whichever its sign, 20 days",
                "ratio",
            ),
            ("mean_equity_20d", "近20日平均权益", "mean equity over 20 days", "CNY"),
            ("pnl_over_mean_equity_20d", "近20日收益率", "profit after fees over mean equity, 20 days", "ratio"),
            ("fee_over_mean_equity_20d", "近20日手续费与平均权益之比", "fees paid over mean equity, 20 days", "ratio"),
        ),
    ),
)
