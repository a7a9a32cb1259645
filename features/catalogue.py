"""Every feature by name: meaning, unit, window and empty case, from which code, docs and reasons are made."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

FEATURE_SERVICE = "risk_grade_v1"  # what a model pins: the names below, in this order


@dataclass(frozen=True, slots=True)
class FeatureSpec:
    """One feature.

    ``own_past`` names how the account's own past is read from the same row: numerator feature over a denominator
    (a feature or a number); ``None`` where no honest comparison exists.
    """

    name: str
    family: str
    zh: str
    en: str
    unit: str
    window: str
    empty: str
    own_past: tuple[str, str | float] | None = None


_SILENT = "null: no order row of any event in the window"
_NO_TRADES = "null: no trades in the window"
_NO_LOGINS = "null: no logins in the window, or no logins table"
_NO_HISTORY = "0: nothing known against the account; null: not heard of by the last close, or no alerts table"
_TODAY_NONE = "0: nothing so far that day (a share without its whole: null); null: the day so far is not known"
_D5, _D20 = "5 trading days, today included", "20 trading days, today included"
_C250 = "250 calendar days to the last close c, (c - 250 d, c]"
_SO_FAR = "the trading day so far, up to and including the moment"


def _spec(family: str, window: str, empty: str, rows: tuple[tuple[object, ...], ...]) -> tuple[FeatureSpec, ...]:
    return tuple(
        FeatureSpec(str(r[0]), family, str(r[1]), str(r[2]), str(r[3]), window, empty, r[4] if len(r) > 4 else None)  # type: ignore[arg-type]
        for r in rows
    )


_ALL: tuple[FeatureSpec, ...] = (
    *_spec(
        "profile",
        "valid on the trading day",
        "null: no accounts row",
        (
            ("account_type_code", "账户类型代码", "account type: 0 individual, 1 institution, 2 product", "code"),
            ("is_programmatic", "程序化账户", "marked as programme trading", "0/1"),
            ("is_market_maker", "做市商", "marked as market maker", "0/1"),
            ("is_employee", "员工账户", "marked as employee", "0/1"),
            ("via_introducing_broker", "居间人介绍", "introduced by an introducing broker", "0/1"),
        ),
    ),
    *_spec(
        "trading",
        _D5,
        _NO_TRADES,
        (
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
    *_spec(
        "trading",
        _D20,
        _NO_TRADES,
        (
            ("trades_20d", "近20日成交笔数", "trades over 20 days", "trades"),
            ("traded_lots_20d", "近20日成交手数", "lots traded over 20 days", "lots"),
            ("open_share_20d", "近20日开仓占比", "share of traded lots that opened, 20 days", "share"),
            ("trading_days_20d", "近20日有成交天数", "days with a trade, 20 days", "days"),
            ("distinct_contracts_20d", "近20日成交合约数", "distinct contracts traded, 20 days", "contracts"),
            ("mean_lots_per_trade_20d", "近20日笔均手数", "lots per trade, 20 days", "lots"),
            ("self_matches_20d", "近20日自成交次数", "matches with the account on both sides, 20 days", "matches"),
            ("self_match_share_20d", "近20日自成交占比", "self-matches as a share of trades, 20 days", "share"),
        ),
    ),
    *_spec(
        "cancelling",
        _D5,
        _SILENT,
        (
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
    *_spec(
        "cancelling",
        _D20,
        _SILENT,
        (
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
        ),
    ),
    *_spec(
        "logins",
        _D5,
        _NO_LOGINS,
        (
            ("logins_5d", "近5日登录次数", "logins over 5 days", "logins", ("logins_20d", 4.0)),
            ("failed_logins_5d", "近5日登录失败次数", "failed logins over 5 days", "logins"),
            (
                "distinct_macs_5d",
                "近5日设备数",
                "distinct MAC addresses of logins, 5 days",
                "devices",
                ("distinct_macs_20d", 1.0),
            ),
            ("distinct_ips_5d", "近5日IP数", "distinct IP addresses of logins, 5 days", "addresses"),
        ),
    ),
    *_spec(
        "logins",
        _D20,
        _NO_LOGINS,
        (
            ("logins_20d", "近20日登录次数", "logins over 20 days", "logins"),
            ("distinct_macs_20d", "近20日设备数", "distinct MAC addresses of logins, 20 days", "devices"),
            ("password_changes_20d", "近20日改密次数", "password changes over 20 days", "changes"),
            ("relay_login_share_20d", "近20日中继登录占比", "share of logins through a relay, 20 days", "share"),
        ),
    ),
    *_spec(
        "history",
        "30 calendar days to the last close c, (c - 30 d, c]",
        _NO_HISTORY,
        (
            (
                "alerts_30d",
                "近30日预警数",
                "alerts in the 30 days to the last close",
                "alerts",
                ("alerts_250d", 250 / 30),
            ),
        ),
    ),
    *_spec(
        "history",
        _C250,
        _NO_HISTORY,
        (
            ("alerts_250d", "近250日预警数", "alerts in the 250 days to the last close", "alerts"),
            ("breaches_250d", "近250日超限预警数", "breach alerts in the 250 days to the last close", "alerts"),
            ("dispositions_250d", "近250日处置数", "dispositions decided in the 250 days to the last close", "cases"),
            (
                "sanctions_250d",
                "近250日限制或移送数",
                "restricted or referred in the 250 days to the last close",
                "cases",
            ),
            ("worst_outcome_250d", "近250日最重处置", "worst outcome decided, 0 none to 5 referred", "level"),
        ),
    ),
    *_spec(
        "intraday",
        _SO_FAR,
        _TODAY_NONE,
        (
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
_CONTEXT: tuple[FeatureSpec, ...] = _spec(
    "alert_context",
    "the alert itself",
    "null where the alert does not say",
    (
        ("alert_rule_code", "触发规则代码", "which rule raised the alert", "code"),
        ("alert_level_code", "预警级别代码", "0 warning, 1 breach, 2 severe", "code"),
        ("alert_measured_over_threshold", "实测值与限额之比", "measured value over its limit", "ratio"),
        ("alert_occurrence", "第几次发生", "occurrence of the rule at the exchange", "times"),
        ("alert_is_group", "实控组预警", "raised for a control group", "0/1"),
    ),
)

FEATURES: MappingProxyType[str, FeatureSpec] = MappingProxyType({spec.name: spec for spec in (*_ALL, *_CONTEXT)})
FAMILIES: MappingProxyType[str, tuple[str, ...]] = MappingProxyType(
    {
        family: tuple(spec.name for spec in (*_ALL, *_CONTEXT) if spec.family == family)
        for family in ("profile", "trading", "cancelling", "logins", "history", "intraday", "alert_context")
    }
)
STORED: tuple[str, ...] = tuple(spec.name for spec in _ALL)  # what Feast holds; the context is computed on request
