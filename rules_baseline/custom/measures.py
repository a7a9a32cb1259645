"""The measures a custom rule may speak of: what each sums or counts, its unit, its table and its empty case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import ibis

SHANGHAI_HOURS = 8  # ahead of UTC, all year
NIGHT = (20, 6)  # local hours: [20:00, 06:00) holds every night session
Amount = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure over the rows of one raw table, by account and day.

    A *sum* adds ``amount`` of every row; a *ratio* divides that by the sum of ``per``; a *distinct* count counts the
    non-null values of ``distinct``. ``empty`` is the answer without a row in the window: zero, or unknown. A ratio
    whose divisor is 0 or less is unknown. ``amount`` may be null where a row's part cannot be known.
    """

    name: str
    zh: str
    en: str
    unit: str
    table: str
    amount: Amount | None = None
    per: Amount | None = None
    distinct: Amount | None = None
    empty: Literal["zero", "unknown"] = "zero"
    reads: tuple[str, ...] = ()  # other tables
    column: str | None = None  # of its table, that may be missing altogether

    @property
    def given(self) -> tuple[str, ...]:
        """What must be given for a value: its table and the column, as ``Closing.has`` names them."""
        return (self.table,) if self.column is None else (self.table, f"{self.table}.{self.column}")

    @property
    def kind(self) -> Literal["sum", "ratio", "distinct"]:
        """How rows become a value."""
        if self.distinct is not None:
            return "distinct"
        return "sum" if self.per is None else "ratio"

    @property
    def by_contract(self) -> bool:
        """Whether it can be told for one contract."""
        return self.table in ("orders", "trades")

    @property
    def timed(self) -> bool:
        """Whether its rows have an instant, so that a time of day can select them."""
        return self.table != "account_days"

    def said_empty(self) -> str:
        """The empty case in words."""
        if self.kind == "ratio":
            return "UNKNOWN where the divisor is 0 or less"
        return "0" if self.empty == "zero" else "UNKNOWN"


def local_hour(rows: Any) -> Any:
    """Hour of ``event_time`` on a clock in Shanghai."""
    return (rows.event_time + ibis.interval(hours=SHANGHAI_HOURS)).hour()


def _one(rows: Any) -> Any:
    return ibis.literal(1, "int64")


def _where(column: str, *values: str, amount: str | None = None) -> Amount:
    def of(rows: Any) -> Any:
        counted = ibis.literal(1, "int64") if amount is None else rows[amount]
        return ibis.ifelse(rows[column].isin(values), counted, ibis.literal(0, counted.type()))

    return of


def _column(name: str) -> Amount:
    return lambda rows: rows[name]


def _at_night(rows: Any) -> Any:
    hour = local_hour(rows)
    return ((hour >= NIGHT[0]) | (hour < NIGHT[1])).cast("int64")


def _signed_flow(rows: Any) -> Any:
    return ibis.ifelse(rows.direction == "deposit", rows.amount, -rows.amount)


def _of_login(column: str) -> Amount:
    return lambda rows: ibis.ifelse(rows.event == "login", rows[column], ibis.null("string"))


_ALL = (
    Measure("orders", "报单笔数", "orders accepted", "orders", "orders", _where("event", "accepted")),
    Measure("cancels", "撤单笔数", "cancelled rows, by anyone", "cancels", "orders", _where("event", "cancelled")),
    Measure("rejects", "废单笔数", "orders rejected", "orders", "orders", _where("event", "rejected")),
    Measure("messages", "报撤笔数", "accepted and cancelled rows", "messages", "orders",
            _where("event", "accepted", "cancelled")),
    Measure("cancelled_lots", "撤单手数", "lots cancelled", "lots", "orders",
            _where("event", "cancelled", amount="volume")),
    Measure("cancel_ratio", "撤单比例", "cancelled rows over orders accepted", "ratio", "orders",
            _where("event", "cancelled"), per=_where("event", "accepted")),
    Measure("trades", "成交笔数", "trade rows", "trades", "trades", _one),
    Measure("lots", "成交手数", "lots traded", "lots", "trades", _column("volume")),
    Measure("opened_lots", "开仓手数", "lots opened", "lots", "trades", _where("offset", "open", amount="volume")),
    Measure("closed_lots", "平仓手数", "lots closed", "lots", "trades", _where("offset", "close", amount="volume")),
    Measure("turnover", "成交额",
            "price (without its sign) x lots x multiplier; a contract not known that day leaves it open", "CNY",
            "trades", lambda rows: rows.price.abs() * rows.volume * rows.multiplier, reads=("contracts",)),
    Measure("contracts_traded", "成交合约数", "distinct contracts traded", "contracts", "trades",
            distinct=lambda rows: rows.exchange + "." + rows.contract),
    Measure("night_share", "夜盘成交占比", "trade rows in [20:00, 06:00) Shanghai over all trade rows", "ratio",
            "trades", _at_night, per=_one),
    Measure("fee", "手续费", "fees charged", "CNY", "account_days", _column("fee"), empty="unknown"),
    Measure("exchange_fee", "交易所手续费", "the exchange's part of the fees", "CNY", "account_days",
            _column("exchange_fee"), empty="unknown"),
    Measure("fee_to_exchange_fee", "手续费倍数", "fees over exchange fees", "ratio", "account_days", _column("fee"),
            per=_column("exchange_fee"), empty="unknown"),
    Measure("net_pnl", "净盈亏", "profit after fees; a loss is below 0", "CNY", "account_days", _column("net_pnl"),
            empty="unknown"),
    Measure("deposits", "入金", "money paid in", "CNY", "cash_flows", _where("direction", "deposit", amount="amount")),
    Measure("withdrawals", "出金", "money paid out", "CNY", "cash_flows",
            _where("direction", "withdrawal", amount="amount")),
    Measure("net_deposits", "净入金", "deposits less withdrawals", "CNY", "cash_flows", _signed_flow),
    Measure("cash_flows", "出入金笔数", "deposits and withdrawals", "flows", "cash_flows", _one),
    Measure("logins", "登录次数", "logins", "logins", "logins", _where("event", "login")),
    Measure("failed_logins", "登录失败次数", "failed logins", "logins", "logins", _where("event", "login_failed")),
    Measure("password_changes", "修改密码次数", "password changes", "changes", "logins",
            _where("event", "password_change")),
    Measure("distinct_macs", "登录设备数", "distinct macs of logins", "macs", "logins", distinct=_of_login("mac"),
            column="mac"),
    Measure("distinct_ips", "登录IP数", "distinct ips of logins", "ips", "logins", distinct=_of_login("ip"),
            column="ip"),
)  # fmt: skip
MEASURES = {measure.name: measure for measure in _ALL}
MAY_FALL_BELOW_ZERO = ("net_pnl", "net_deposits", "fee", "exchange_fee")


def described() -> list[tuple[str, str, str, str, str, str]]:
    """(name, Chinese, what is counted, unit, tables, empty case) of every measure, in order of the tables.

    >>> [row[0] for row in described()][:3]
    ['orders', 'cancels', 'rejects']
    """
    return [(m.name, m.zh, m.en, m.unit, ", ".join((m.table, *m.reads)), m.said_empty()) for m in _ALL]
