"""Positions and leverage (持仓与杠杆): its features by name, and what exactly each counts.

Made of ``positions`` (lots at the close), ``account_days``, ``contracts``, ``contract_days`` and ``position_limits``. Features
named ``close_...`` speak of the close of D alone, the others of the 20 days to D. Lots are long and short together, all
hedge flags; rows of one (day, contract, side) are added up, and rows of ``account_days`` of one day too. A *position day* is
a day on which the account's lots add up to more than 0. *Equity* and *margin* of a day are null without an
``account_days`` row.

- ``close_margin_over_equity``: ``margin`` over ``equity`` of D; null without a row of ``account_days`` on D, or where equity
  is 0 or less. Positions are not looked at.
- ``max_margin_over_equity_20d``: the largest such value of a day of the window, days on which it is null left out; null
  where it is null on every day.
- ``close_leverage``: value of the futures held at the close of D over equity of D. Value: sum over the account's contracts
  whose ``contracts`` row of that day has kind future, index_future or bond_future of lots * |``settlement_price``| of that
  day * ``multiplier``; options are worth nothing here. Null where D is no position day, where equity of D is null or 0 or
  less, and where the value is *not known*: a contract with lots > 0 has no ``contracts`` row that day, or is a future
  without a ``contract_days`` row that day.
- ``max_leverage_20d``: the largest such value of a day of the window, days on which it is null left out; null where it is
  null on every day.
- ``close_largest_contract_share``: lots of the contract with most lots at the close of D over all lots; null where D is no
  position day.
- ``overnight_days_20d``: position days of the window; null where there is none.
- ``max_overnight_lots_20d``: most lots of a position day of the window; null where there is none.
- ``mean_overnight_lots_20d``: sum of the lots of position days of the window over their number; null where there is none.
- ``distinct_contracts_held_20d``: distinct contracts with lots > 0 on a day of the window; null where there is none.
- ``max_position_limit_use_20d``: the largest lots / ``limit`` over days of the window, contracts and sides (long and short
  apart), limit being that of the contract's ``position_limits`` row of that day; rows without a limit, or with a limit of
  0, are left out; null where none is left. The account's own lots: control groups are not merged.
"""

from __future__ import annotations

from features.specs.spec import CLOSE, D20, FeatureSpec, specs

_DAY = "the close of the trading day"
_FLAT = "null: no position at a close of the window"

SPECS: tuple[FeatureSpec, ...] = (
    *specs(
        "holdings",
        window=_DAY,
        empty="null: no account_days row that day, or no equity above 0",
        tables=("account_days",),
        available=CLOSE,
        rows=(
            (
                "close_margin_over_equity",
                "收盘保证金占权益比",
                "margin over equity at the close",
                "ratio",
                ("max_margin_over_equity_20d", 1.0),
            ),
        ),
    ),
    *specs(
        "holdings",
        window=D20,
        empty="null: no account_days row with equity above 0 in the window",
        tables=("account_days",),
        available=CLOSE,
        rows=(
            (
                "max_margin_over_equity_20d",
                "近20日最高保证金占权益比",
                "largest margin over equity of one close, 20 days",
                "ratio",
            ),
        ),
    ),
    *specs(
        "holdings",
        window=_DAY,
        empty="null: no position at the close, or a term of the ratio is not known",
        tables=("positions", "account_days", "contracts", "contract_days"),
        available=CLOSE,
        rows=(
            (
                "close_leverage",
                "收盘杠杆倍数",
                "value of futures held over equity at the close",
                "ratio",
                ("max_leverage_20d", 1.0),
            ),
            (
                "close_largest_contract_share",
                "收盘最大单合约持仓占比",
                "lots of the largest contract as a share of all lots at the close",
                "share",
            ),
        ),
    ),
    *specs(
        "holdings",
        window=D20,
        empty=_FLAT,
        tables=("positions", "account_days", "contracts", "contract_days", "position_limits"),
        available=CLOSE,
        rows=(
            (
                "max_leverage_20d",
                "近20日最高杠杆倍数",
                "largest value of futures held over equity of one close, 20 days",
                "ratio",
            ),
            ("overnight_days_20d", "近20日有隔夜持仓天数", "days with a position at the close, 20 days", "days"),
            ("max_overnight_lots_20d", "近20日最多隔夜持仓手数", "most lots held at one close, 20 days", "lots"),
            (
                "mean_overnight_lots_20d",
                "近20日平均隔夜持仓手数",
                "lots held per close with a position, 20 days",
                "lots",
            ),
            (
                "distinct_contracts_held_20d",
                "近20日持仓合约数",
                "distinct contracts held at a close, 20 days",
                "contracts",
            ),
            (
                "max_position_limit_use_20d",
                "近20日最高持仓限额使用率",
                "largest lots of one side of a contract over its position limit, 20 days",
                "ratio",
            ),
        ),
    ),
)
