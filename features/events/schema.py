"""The raw tables, column by column: the contract every adapter writes and the loader enforces."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds, and the DuckDB type it is stored as."""

    TEXT = "VARCHAR"
    BOOL = "BOOLEAN"
    DATE = "DATE"
    INSTANT = "TIMESTAMP"  # UTC microseconds, without zone
    COUNT = "BIGINT"  # lots and ordinals: whole numbers
    PRICE = "DECIMAL(18,6)"  # prices, ticks, multipliers
    MONEY = "DECIMAL(20,4)"  # CNY
    NUMBER = "DOUBLE"  # measured values of alerts: never summed


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its kind, whether null (or absence) is allowed, its values and its smallest value."""

    name: str
    kind: Kind
    nullable: bool = False
    values: tuple[str, ...] = ()
    minimum: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One raw table; ``validity_key`` names the key whose ``valid_from``/``valid_to`` rows may not overlap."""

    name: str
    columns: tuple[Column, ...]
    required: bool = False
    validity_key: tuple[str, ...] = ()

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names in contract order."""
        return tuple(column.name for column in self.columns)


def text(name: str, *values: str, null: bool = False) -> Column:
    """Text, one of ``values`` where given."""
    return Column(name, Kind.TEXT, null, values)


def flag(name: str) -> Column:
    """True or false."""
    return Column(name, Kind.BOOL)


def date(name: str, *, null: bool = False) -> Column:
    """A calendar date."""
    return Column(name, Kind.DATE, null)


def instant(name: str, *, null: bool = False) -> Column:
    """An instant, UTC."""
    return Column(name, Kind.INSTANT, null)


def count(name: str, *, null: bool = False, minimum: int | None = 0) -> Column:
    """A whole number."""
    return Column(name, Kind.COUNT, null, minimum=minimum)


def price(name: str, *, null: bool = False, minimum: int | None = None) -> Column:
    """A price; of a spread (SP, SPD), or oil with nowhere to go, it may be below zero."""
    return Column(name, Kind.PRICE, null, minimum=minimum)


def money(name: str, *, null: bool = False, minimum: int | None = None) -> Column:
    """An amount in CNY."""
    return Column(name, Kind.MONEY, null, minimum=minimum)


EXCHANGES = ("SHFE", "INE", "DCE", "CZCE", "CFFEX", "GFEX")
OUTCOMES = ("no_action", "educated", "enhanced_review", "restricted", "referred")  # least severe first
LEVELS = ("warning", "breach", "severe")

_EXCHANGE = text("exchange", *EXCHANGES)
_SIDE = text("side", "buy", "sell")
_OFFSET = text("offset", "open", "close")
_HEDGE = text("hedge", "speculation", "arbitrage", "hedging", "market_making")
_VALIDITY = (date("valid_from"), date("valid_to", null=True))
_DAY, _ACCOUNT, _CONTRACT = date("trading_day"), text("account_id"), text("contract")
_EVENT = (instant("event_time"), _DAY)

ACCOUNTS = Table(
    "accounts",
    (
        _ACCOUNT,
        text("account_type", "individual", "institution", "product"),
        text("branch"),
        text("channel", "direct", "introducing_broker"),
        flag("is_employee"),
        flag("is_programmatic"),
        flag("is_market_maker"),
        date("opened_on"),
        text("name", null=True),
        *_VALIDITY,
    ),
    validity_key=("account_id",),
)
CONTROL_GROUPS = Table(
    "control_groups",
    (text("group_id"), _ACCOUNT, flag("declared"), *_VALIDITY),
    validity_key=("group_id", "account_id"),
)
CONTRACTS = Table(
    "contracts",
    (
        _EXCHANGE,
        _CONTRACT,
        text("product"),
        text("kind", "future", "option", "index_future", "bond_future", "index_option"),
        price("multiplier", minimum=0),
        price("tick", minimum=0),
        count("max_order_volume", null=True),
        flag("has_order_fee"),
        text("option_month", null=True),
        *_VALIDITY,
    ),
    required=True,
    validity_key=("exchange", "contract"),
)
CONTRACT_DAYS = Table(
    "contract_days",
    (
        _DAY,
        _EXCHANGE,
        _CONTRACT,
        price("settlement_price"),
        price("upper_limit", null=True),
        price("lower_limit", null=True),
        price("high_price", null=True),
        price("low_price", null=True),
    ),
)
OPENING_LIMITS = Table(
    "opening_limits",
    (_EXCHANGE, text("scope", "contract", "product", "month"), text("key"), count("limit"), *_VALIDITY),
    validity_key=("exchange", "scope", "key"),
)
POSITION_LIMITS = Table(
    "position_limits",
    (_EXCHANGE, _CONTRACT, count("limit"), *_VALIDITY),
    validity_key=("exchange", "contract"),
)
ORDERS = Table(
    "orders",
    (
        *_EVENT,
        _EXCHANGE,
        _CONTRACT,
        _ACCOUNT,
        text("order_id"),
        text("event", "accepted", "cancelled", "rejected"),
        _SIDE,
        _OFFSET,
        _HEDGE,
        text("order_type", "limit", "market", "stop"),
        text("time_in_force", "GFD", "FAK", "FOK", "GTC"),
        price("price", null=True),
        count("volume"),
        text("cancelled_by", "client", "exchange", "broker", null=True),
        text("ip", null=True),
        text("mac", null=True),
        Column("via_relay", Kind.BOOL, nullable=True),
        count("seq", null=True, minimum=None),
    ),
    required=True,
)
TRADES = Table(
    "trades",
    (
        *_EVENT,
        _EXCHANGE,
        _CONTRACT,
        _ACCOUNT,
        text("trade_id"),
        text("order_id"),
        _SIDE,
        _OFFSET,
        _HEDGE,
        price("price"),
        count("volume", minimum=1),
        money("fee", null=True),
        money("exchange_fee", null=True),
        count("seq", null=True, minimum=None),
    ),
    required=True,
)
LOGINS = Table(
    "logins",
    (
        *_EVENT,
        _ACCOUNT,
        text("event", "login", "login_failed", "password_change"),
        text("ip", null=True),
        text("mac", null=True),
        text("app_id", null=True),
        flag("via_relay"),
    ),
)
CASH_FLOWS = Table(
    "cash_flows",
    (
        *_EVENT,
        _ACCOUNT,
        text("direction", "deposit", "withdrawal"),
        money("amount", minimum=0),
        text("bank_account", null=True),
        flag("cross_border"),
    ),
)
ACCOUNT_DAYS = Table(
    "account_days",
    (
        _DAY,
        _ACCOUNT,
        money("equity"),
        money("margin"),
        money("net_pnl"),
        money("fee"),
        money("exchange_fee"),
    ),
)
POSITIONS = Table(
    "positions",
    (_DAY, _ACCOUNT, _EXCHANGE, _CONTRACT, text("side", "long", "short"), _HEDGE, count("volume")),
)
NOTICES = Table(
    "notices",
    (
        _EXCHANGE,
        text("rule_id"),
        text("subject_id"),
        _DAY,
        count("occurrence"),
        instant("received_at"),
        instant("delivered_at", null=True),
        date("restricted_until", null=True),
    ),
)
ALERTS = Table(
    "alerts",
    (
        text("alert_id"),
        text("rule_id"),
        text("level", *LEVELS),
        text("exchange", *EXCHANGES, null=True),
        text("contract", null=True),
        _DAY,
        text("subject_type", "group", "account", "pair", "cluster"),
        text("subject_id"),
        _ACCOUNT,
        instant("triggered_at"),
        Column("measured", Kind.NUMBER, nullable=True),
        Column("threshold", Kind.NUMBER, nullable=True),
        count("occurrence", null=True),
        text("parameters_version", null=True),
        text("evidence", null=True),
    ),
)
DISPOSITIONS = Table(
    "dispositions",
    (
        text("alert_id"),
        _ACCOUNT,
        text("rule_id"),
        instant("alerted_at"),
        instant("decided_at"),
        text("outcome", *OUTCOMES),
        text("decided_by"),
        text("note", null=True),
    ),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        ACCOUNTS,
        CONTROL_GROUPS,
        CONTRACTS,
        CONTRACT_DAYS,
        OPENING_LIMITS,
        POSITION_LIMITS,
        ORDERS,
        TRADES,
        LOGINS,
        CASH_FLOWS,
        ACCOUNT_DAYS,
        POSITIONS,
        NOTICES,
        ALERTS,
        DISPOSITIONS,
    )
}
