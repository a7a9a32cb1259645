"""Every limit of the rules page, written down a second time: by exchange, kind of contract and trading day."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

EXCHANGES = ("SHFE", "INE", "DCE", "CZCE", "CFFEX", "GFEX")
CHANGE = date(2024, 10, 25)  # FOK and FAK are no longer exempt
GROUP_TRADE_FROM = date(2025, 8, 8)
PROGRAMME_FROM = date(2025, 10, 9)
LIMIT_PRICE_FROM = date(2016, 8, 31)
IN_FORCE = {  # self_trade, frequent_cancel, large_cancel
    "SHFE": date(2019, 1, 21),
    "INE": date(2019, 1, 21),
    "CZCE": date(2018, 9, 17),
    "CFFEX": date(2015, 8, 3),
    "DCE": date(2018, 1, 1),
    "GFEX": date(2022, 6, 6),
}
FOLLOWED_THE_CHANGE = {"SHFE", "INE", "CZCE", "GFEX"}
RELEASES_LIMIT_ORDERS_ONLY = {"CZCE", "GFEX"}
SELF_TRADE_EXEMPT = {"SHFE": {"hedging", "arbitrage"}, "INE": {"hedging", "arbitrage"}}
LARGE_LOTS = {"SHFE": 300, "INE": 300, "CZCE": 800}  # elsewhere 80 % of the largest order


@dataclass(frozen=True)
class AfterClose:
    """The firm's own screens: first limit, second limit, days of the window."""

    large_loss: tuple[int, Fraction, int] = (500_000, Fraction(1, 2), 20)
    frequent_trading: tuple[int, int, int] = (50, 500, 1)
    high_fee: tuple[int, int, int] = (5, 10_000, 20)
    shared_address: tuple[int, int] = (1, 5)
    synchronous_trading: tuple[int, Fraction, int] = (10, Fraction(1, 2), 5)
    benefit_transfer: tuple[int, int, int] = (50_000, 5, 20)
    margin_lending: tuple[int, int, int] = (3, 3, 20)
    spoofing: tuple[int, int] = (3, 5)  # episodes; lots of R to lots of F
    matched_orders: tuple[Fraction, int, int] = (Fraction(3, 10), 20, 20)
    funding_jump: tuple[int, int, int] = (2, 500_000, 20)
    position_concentration: tuple[int, int, int] = (5, 3, 20)
    leverage: int = 10


@dataclass(frozen=True)
class Limits:
    """The numbers a test may scale down; the dates above stay."""

    self_trade: int = 5
    group_trade: int = 1
    frequent_cancel: int = 500
    frequent_cancel_index_future: int = 400
    large_cancel: int = 50
    large_cancel_cffex: int = 100
    limit_price_cancel: int = 100
    limit_price_severe_lots: int = 10_000
    bursts: int = 10
    burst_messages: int = 10
    occurrence_days: int = 365
    after_close: AfterClose = field(default_factory=AfterClose)

    def smaller(self, **changes: int) -> Limits:
        return replace(self, **changes)  # type: ignore[arg-type]


def warning_at(limit: int) -> int | None:
    """ceil(0.8 x limit); a limit of 1 or less has no warning."""
    return None if limit <= 1 else -(-4 * limit // 5)


def fee_aware(exchange: str, day: date) -> bool:
    return exchange in FOLLOWED_THE_CHANGE and day >= CHANGE
