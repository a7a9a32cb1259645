"""Trading intensity (交易强度): its features by name.

- ``open_lots_20d``: lots of trades of the window with ``offset`` open; 0 without one.
- ``mean_contracts_per_day_20d``: distinct (trading_day, exchange, contract) of the window's trades over its distinct
  trading days with a trade.
- ``turnover_20d``: sum of |price| * volume * multiplier over the window's trades, the multiplier being that of the contract's
  row in ``contracts`` on the trade's trading day; exact, then rounded to four decimals (half away from zero). Null where
  any trade of the window is of a contract without such a row.
"""

from __future__ import annotations

from features.specs.spec import CLOSE, D5, D20, FeatureSpec, specs

_NOTHING = "null: no trades in the window"

SPECS: tuple[FeatureSpec, ...] = (
    *specs(
        "trading",
        window=D5,
        empty=_NOTHING,
        tables=("trades",),
        available=CLOSE,
        rows=(
            ("trades_5d", "近5日成交笔数", "trades over 5 days", "trades", ("trades_20d", 4.0)),
            ("traded_lots_5d", "近5日成交手数", "lots traded over 5 days", "lots", ("traded_lots_20d", 4.0)),
            (
                "open_share_5d",
                "近5日开仓占比",
                "share of traded lots that opened, 5 days",
                "share",
                ("open_share_20d", 1.0),
            ),
        ),
    ),
    *specs(
        "trading",
        window=D20,
        empty=_NOTHING,
        tables=("trades", "contracts"),
        available=CLOSE,
        rows=(
            ("trades_20d", "近20日成交笔数", "trades over 20 days", "trades"),
            ("traded_lots_20d", "近20日成交手数", "lots traded over 20 days", "lots"),
            ("open_share_20d", "近20日开仓占比", "share of traded lots that opened, 20 days", "share"),
            ("trading_days_20d", "近20日有成交天数", "days with a trade, 20 days", "days"),
            ("distinct_contracts_20d", "近20日成交合约数", "distinct contracts traded, 20 days", "contracts"),
            ("mean_lots_per_trade_20d", "近20日笔均手数", "lots per trade, 20 days", "lots"),
            ("self_matches_20d", "近20日自成交次数", "matches with the account on both sides, 20 days", "matches"),
            ("self_match_share_20d", "近20日自成交占比", "self-matches as a share of trades, 20 days", "share"),
            ("open_lots_20d", "近20日开仓手数", "lots opened over 20 days", "lots"),
            (
                "mean_contracts_per_day_20d",
                "近20日日均成交合约数",
                "distinct contracts traded per day with a trade, 20 days",
                "contracts",
            ),
            ("turnover_20d", "近20日成交额", "value of trades (price, lots and multiplier) over 20 days", "CNY"),
        ),
    ),
)
