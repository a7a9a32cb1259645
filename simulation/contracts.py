"""The contracts of the synthetic market, on all six exchanges, and their sizes, fees and limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from simulation.calendar import Session


@dataclass(frozen=True, slots=True)
class Contract:
    """One listed contract; ``tick_micro`` is the tick in millionths of CNY, ``fee`` the exchange's CNY a lot."""

    exchange: str
    code: str
    product: str
    kind: str
    multiplier: int
    tick_micro: int
    first_price: float
    max_order_volume: int | None
    has_order_fee: bool
    session: Session
    fee: float
    option_month: str | None = None

    @property
    def large_lots(self) -> int:
        """Lots from which one cancel is large (大额): 300, 800, or 80 % of the largest order, by exchange."""
        if self.exchange in {"SHFE", "INE"}:
            return 300
        if self.exchange == "CZCE":
            return 800
        return -(-4 * (self.max_order_volume or 1000) // 5)

    @property
    def large_limit(self) -> int:
        """Large cancels a day that are a breach."""
        return 100 if self.exchange == "CFFEX" else 50

    @property
    def cancel_limit(self) -> int:
        """Cancels a day that are a breach."""
        return 400 if self.kind == "index_future" else 500

    @property
    def counts_ioc_only(self) -> bool:
        """Since 2024-10-25 only FAK and FOK cancels count where the exchange charges an order fee (申报费)."""
        return self.has_order_fee and self.exchange in {"SHFE", "INE", "CZCE", "GFEX"}

    @property
    def exempts_ioc(self) -> bool:
        """DCE and CFFEX never count FAK and FOK cancels."""
        return self.exchange in {"DCE", "CFFEX"}


# exchange, product, kind, multiplier, tick in millionths, first price, largest order, order fee, session, fee a lot
_N, _D, _F = Session.NIGHT_AND_DAY, Session.DAY, Session.FINANCIAL
_SPECIFICATIONS = (
    ("SHFE", "rb", "future", 10, 1_000_000, 3_200, 500, True, _N, 3.2),
    ("SHFE", "ag", "future", 15, 1_000_000, 8_100, 500, True, _N, 6.0),
    ("SHFE", "cu", "future", 5, 10_000_000, 78_000, 500, False, _N, 19.5),
    ("SHFE", "fu", "future", 10, 1_000_000, 3_000, 500, False, _N, 1.5),
    ("INE", "sc", "future", 1000, 100_000, 560, 500, True, _N, 20.0),
    ("INE", "nr", "future", 10, 5_000_000, 12_500, 500, False, _N, 2.5),
    ("DCE", "m", "future", 10, 1_000_000, 2_900, 1000, False, _N, 1.5),
    ("DCE", "i", "future", 100, 500_000, 780, 1000, True, _N, 7.8),
    ("DCE", "m", "option", 10, 500_000, 95, None, False, _N, 1.0),
    ("CZCE", "SR", "future", 10, 1_000_000, 5_600, 1000, False, _N, 3.0),
    ("CZCE", "TA", "future", 5, 2_000_000, 4_700, 1000, True, _N, 3.0),
    ("CZCE", "MA", "future", 10, 1_000_000, 2_400, 1000, True, _N, 2.4),
    ("CFFEX", "IF", "index_future", 300, 200_000, 3_900, 20, True, _F, 27.0),
    ("CFFEX", "IM", "index_future", 200, 200_000, 6_100, 20, True, _F, 28.0),
    ("CFFEX", "T", "bond_future", 10_000, 5_000, 108, 50, False, _F, 3.0),
    ("GFEX", "si", "future", 5, 5_000_000, 9_200, 1000, False, _D, 4.6),
    ("GFEX", "lc", "future", 1, 20_000_000, 76_000, 1000, True, _D, 6.1),
)


def listed(start: date) -> tuple[Contract, ...]:
    """Every contract, for delivery about six months after ``start``; CZCE writes the year with one digit.

    >>> [contract.code for contract in listed(date(2026, 3, 2)) if contract.exchange == "DCE"]
    ['m2609', 'i2609', 'm2609-C-2900']
    """
    year, month = start.year + (start.month + 5) // 12, (start.month + 5) % 12 + 1
    delivery = f"{year % 100:02d}{month:02d}"
    found = []
    for exchange, product, kind, multiplier, tick, price, largest, order_fee, session, fee in _SPECIFICATIONS:
        code = product + (delivery[1:] if exchange == "CZCE" else delivery)
        option_month = delivery if kind == "option" else None
        code += "-C-2900" if kind == "option" else ""
        found.append(
            Contract(
                exchange, code, product, kind, multiplier, tick, price, largest, order_fee, session, fee, option_month
            )
        )
    return tuple(found)


def opening_limits(contracts: tuple[Contract, ...]) -> list[tuple[str, str, str, int]]:
    """Synthetic intraday opening limits as (exchange, scope, key, lots); most products have none."""
    limits: list[tuple[str, str, str, int]] = []
    for contract in contracts:
        if contract.kind == "index_future":
            limits.append((contract.exchange, "product", contract.product, 500))
        elif contract.option_month:
            limits.append((contract.exchange, "month", contract.product + contract.option_month, 2_000))
        elif contract.product in {"sc", "lc"}:
            limits.append((contract.exchange, "contract", contract.code, 1_500))
    return limits


def position_limit(contract: Contract) -> int:
    """A synthetic position limit of one contract and side, in lots."""
    return 2_000 if contract.exchange == "CFFEX" else 20_000
