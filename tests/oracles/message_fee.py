"""message_fee 信息量与申报费: a measure, not an alert; marginal tiers by exchange, product and date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tests.oracles.limits import CHANGE
from tests.oracles.market import Market, Row

OPTIONS = {"option", "index_option"}


@dataclass(frozen=True)
class Tier:
    """Messages above ``over`` cost ``calm`` CNY each at an OTR up to 2, ``busy`` above it."""

    over: int
    calm: Fraction | None  # None: cut off in the source
    busy: Fraction | None


def _tiers(*rates: tuple[int, str | None, str | None]) -> tuple[Tier, ...]:
    return tuple(Tier(over, *(None if rate is None else Fraction(rate) for rate in both)) for over, *both in rates)


# SHFE bu in April 2023: a fee at an OTR above 2 only
BU_2023 = _tiers((4_000, "0", "0.5"), (8_000, "0", "2.5"), (40_000, "0", "50"))
FUTURE, OPTION = "future", "option"
# exchange, kind, products (empty: all), first day, tiers; where the page bears no date the day is a choice
TARIFFS = (
    ("SHFE", FUTURE, "bu", date(2023, 4, 1), BU_2023),
    ("SHFE", FUTURE, "", date(2024, 10, 25), None),  # between the two tables nothing is known
    (
        "SHFE",
        FUTURE,
        "ag ss au rb al ni pb hc fu bu cu ru zn sn sp",
        date(2025, 7, 1),
        _tiers((4_000, "1.5", "3"), (8_000, "7.5", "15"), (40_000, "25", "50")),
    ),
    (
        "SHFE",
        FUTURE,
        "br wr ao ad op",
        date(2025, 7, 1),
        _tiers((4_000, "0.1", "0.2"), (8_000, "0.5", "1"), (40_000, "2", "5")),
    ),
    ("SHFE", OPTION, "", date(2025, 7, 1), _tiers((4_000, "0.5", "1"), (8_000, "2.5", "5"), (40_000, "5", "10"))),
    ("INE", FUTURE, "lu nr sc", date(2025, 7, 1), _tiers((4_000, "1.5", "3"), (8_000, None, None))),
    ("DCE", FUTURE, "p m jd eb eg pg pp v", CHANGE, _tiers((4_000, "0", "3"), (8_000, "6", "15"))),
    ("DCE", FUTURE, "l c", CHANGE, _tiers((4_000, "0", "2"), (8_000, "4", "10"))),
    ("DCE", FUTURE, "a b y fb rr cs", CHANGE, _tiers((4_000, "0", "1"), (8_000, "2", "5"))),
    ("DCE", FUTURE, "lh i jm j bb", CHANGE, _tiers((4_000, "0", "0.1"), (8_000, "0.2", "0.5"))),
    ("DCE", OPTION, "", CHANGE, _tiers((4_000, "0", "1"), (8_000, "2", "5"))),
    ("CZCE", FUTURE, "MA PF", date(2022, 8, 5), _tiers((4_000, "0", "0.1"), (8_000, "1", "2"))),
    ("CZCE", FUTURE, "SR", date(2022, 8, 5), _tiers((4_000, "0", "0.1"), (8_000, "1", "2.5"))),
    ("CZCE", FUTURE, "OI", date(2022, 8, 5), _tiers((4_000, "0", "0.1"), (8_000, "0.25", "0.75"))),
    ("CZCE", FUTURE, "RM", date(2022, 8, 5), _tiers((4_000, "0", "0.1"), (8_000, "1", "3"))),
    ("CZCE", FUTURE, "PK", date(2022, 8, 5), _tiers((4_000, "0", "0.1"), (8_000, "1", "4.5"))),
    ("CZCE", FUTURE, "TA", date(2022, 8, 5), _tiers((4_000, "0", "0.1"), (8_000, "1", "4"), (20_000, "10", "40"))),
    ("GFEX", FUTURE, "si", CHANGE, _tiers((4_000, "0", "1"), (8_000, "2", "5"))),
    ("GFEX", FUTURE, "lc", CHANGE, _tiers((4_000, "0", "2"), (8_000, "4", "10"))),
    ("GFEX", OPTION, "si lc", CHANGE, _tiers((4_000, "0", "1"), (8_000, "2", "5"))),
)


def tariff(exchange: str, kind: str, product: str, day: date) -> tuple[Tier, ...] | None:
    """The latest table in force that names the product; None: no rate is known."""
    fits = [
        (first, tiers)
        for place, of, products, first, tiers in TARIFFS
        if (place, of) == (exchange, kind) and first <= day and (not products or product in products.split())
    ]
    return max(fits, key=lambda found: found[0])[1] if fits else None


@dataclass(frozen=True)
class Messages:
    """Of one subject, contract (options: product and month) and day."""

    messages: int
    filled_orders: int
    otr: Fraction | None  # None: above 2, whatever the count (GFEX without a fill)

    @property
    def busy(self) -> bool:
        return self.otr is None or self.otr > 2


def measure(market: Market, exchange: str, contract: str, day: date, subject_id: str) -> Messages:
    orders = [r for r in _own(market, "orders", exchange, contract, day, subject_id) if r["event"] != "rejected"]
    filled = {r["order_id"] for r in _own(market, "trades", exchange, contract, day, subject_id)}
    if not filled and exchange == "GFEX":
        return Messages(len(orders), 0, None)
    return Messages(len(orders), len(filled), Fraction(len(orders), max(1, len(filled))) - 1)


def _own(market: Market, table: str, exchange: str, contract: str, day: date, subject_id: str) -> list[Row]:
    return [
        row
        for row in market.on(table, [day])
        if row["exchange"] == exchange
        and row["hedge"] != "market_making"
        and counting_contract(market, row) == contract
        and market.subject(row["account_id"], day).id == subject_id
    ]


def counting_contract(market: Market, row: Row) -> str:
    known = market.contract(row["exchange"], row["contract"], row["trading_day"])
    if known is not None and known["kind"] in OPTIONS and known["option_month"] is not None:
        return str(known["product"] + known["option_month"])
    return str(row["contract"])


def fee(found: Messages, tiers: Sequence[Tier]) -> Fraction | None:
    """CNY; each message at the rate of the tier it falls into; None where a rate it needs is not known."""
    total, ends = Fraction(0), [tier.over for tier in tiers[1:]] + [found.messages]
    for tier, end in zip(tiers, ends, strict=True):
        inside = max(0, min(found.messages, end) - tier.over)
        rate = tier.busy if found.busy else tier.calm
        if inside and rate is None:
            return None
        total += inside * (rate or 0)
    return total
