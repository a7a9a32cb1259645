"""The products of the synthetic market, on all six exchanges: sizes, fees, sessions, delivery cycles and limits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from simulation.calendar import Session


class Expiry(Enum):
    """When a contract trades for the last time; the first three in the delivery month, the last two before it."""

    FIFTEENTH = "the 15th or the next trading day"
    TENTH_TRADING_DAY = "the tenth trading day"
    THIRD_FRIDAY = "the third Friday or the next trading day"
    SECOND_FRIDAY = "the second Friday or the next trading day"
    MONTH_END_BEFORE = "the last trading day of the month before"
    TWELFTH_TRADING_DAY_BEFORE = "the twelfth trading day of the month before"


_SEASONS = (1, 5, 9)
_MONTHLY = tuple(range(1, 13))
_QUARTERS = (3, 6, 9, 12)


@dataclass(frozen=True, slots=True)
class Product:
    """One product; ``tick_micro`` in millionths of CNY, ``fee_units`` the exchange's fee a lot in 1/10,000 CNY."""

    exchange: str
    code: str
    kind: str
    multiplier: int
    tick_micro: int
    price: float  # around which the first contracts start
    max_order_volume: int | None
    has_order_fee: bool
    session: Session
    fee_units: int
    months: tuple[int, ...] = _SEASONS  # of delivery
    life: int = 12  # months a contract is listed before its delivery month
    expiry: Expiry = Expiry.TENTH_TRADING_DAY
    rolls: int = 45  # days before its expiry at which a contract stops being the main one
    volatility: float = 0.012  # of a day
    price_limit: float = 0.07  # share of the previous settlement
    margin_percent: int = 12
    opening_limit: int | None = None  # lots a day
    limit_scope: str = "contract"
    position_limit: int = 20_000
    option_of: str | None = None  # underlying product

    @property
    def is_option(self) -> bool:
        """Whether its contracts are options."""
        return self.option_of is not None


_15, _10, _3F = Expiry.FIFTEENTH, Expiry.TENTH_TRADING_DAY, Expiry.THIRD_FRIDAY
_S23, _S01, _S0230, _SD = Session.NIGHT_2300, Session.NIGHT_0100, Session.NIGHT_0230, Session.DAY
_INDEX = {
    "months": _MONTHLY,
    "life": 3,
    "expiry": _3F,
    "rolls": 3,
    "volatility": 0.011,
    "price_limit": 0.10,
    "opening_limit": 500,
    "position_limit": 5_000,
}
_INDEX_OPTION = {**_INDEX, "life": 2, "opening_limit": 100, "limit_scope": "month", "option_of": "IF"}
_METAL = {"months": _MONTHLY, "life": 3, "expiry": _15, "rolls": 28}
_STOCK = Session.STOCK_INDEX

PRODUCTS: tuple[Product, ...] = (
    Product("SHFE", "rb", "future", 10, 1_000_000, 3_200, 500, True, _S23, 32_000, (1, 5, 10), expiry=_15),
    Product("SHFE", "ag", "future", 15, 1_000_000, 8_100, 500, True, _S0230, 60_000, (2, 4, 6, 8, 10, 12), 6, _15, 40),
    Product("SHFE", "cu", "future", 5, 10_000_000, 78_000, 500, False, _S01, 195_000, **_METAL),  # type: ignore[arg-type]
    Product("SHFE", "fu", "future", 10, 1_000_000, 3_000, 500, False, _S23, 15_000, volatility=0.016),
    Product(
        *("INE", "sc", "future", 1000, 100_000, 560, 500, True, _S0230, 200_000, _MONTHLY, 3),
        *(Expiry.MONTH_END_BEFORE, 20, 0.017, 0.08, 12, 800),
    ),
    Product("INE", "nr", "future", 10, 5_000_000, 12_500, 500, False, _S23, 25_000, **_METAL),  # type: ignore[arg-type]
    Product("DCE", "m", "future", 10, 1_000_000, 2_900, 1000, False, _S23, 15_000),
    Product("DCE", "i", "future", 100, 500_000, 780, 1000, True, _S23, 78_000, volatility=0.018),
    Product(
        *("DCE", "m", "option", 10, 500_000, 95, None, False, _S23, 10_000, _SEASONS, 8),
        *(Expiry.TWELFTH_TRADING_DAY_BEFORE, 30),
        opening_limit=2_000,
        limit_scope="month",
        option_of="m",
    ),
    Product("CZCE", "SR", "future", 10, 1_000_000, 5_600, 1000, False, _S23, 30_000, volatility=0.009),
    Product("CZCE", "TA", "future", 5, 2_000_000, 4_700, 1000, True, _S23, 30_000),
    Product("CZCE", "MA", "future", 10, 1_000_000, 2_400, 1000, True, _S23, 24_000, volatility=0.014),
    Product("CFFEX", "IF", "index_future", 300, 200_000, 3_900, 20, True, _STOCK, 270_000, **_INDEX),  # type: ignore[arg-type]
    Product("CFFEX", "IM", "index_future", 200, 200_000, 6_100, 20, True, _STOCK, 280_000, **_INDEX),  # type: ignore[arg-type]
    Product("CFFEX", "IO", "index_option", 100, 200_000, 80, 20, False, _STOCK, 150_000, **_INDEX_OPTION),  # type: ignore[arg-type]
    Product(
        *("CFFEX", "T", "bond_future", 10_000, 5_000, 108, 50, False, Session.BOND, 30_000, _QUARTERS, 9),
        *(Expiry.SECOND_FRIDAY, 28, 0.002, 0.02, 2),
        position_limit=2_000,
    ),
    Product("GFEX", "si", "future", 5, 5_000_000, 9_200, 1000, False, _SD, 46_000, _MONTHLY, 3, _10, 35),
    Product(
        *("GFEX", "lc", "future", 1, 20_000_000, 76_000, 1000, True, _SD, 61_000, _MONTHLY, 3, _10, 35),
        *(0.02, 0.09, 14, 400),
    ),
)
