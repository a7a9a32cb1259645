"""The contracts of every product: which delivery months are listed from when to when, and what counts on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from simulation.calendar import Session, next_trading_day, previous_trading_day, trading_days
from simulation.products import PRODUCTS, Expiry, Product

_WITH_MARKET_ORDERS = {"DCE", "CZCE", "CFFEX"}
_WITH_STOP_ORDERS = {"DCE"}


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract of a product, listed from ``listed_on`` to its last trading day ``expires_on``, both included."""

    terms: Product
    product_number: int  # place of ``terms`` in ``PRODUCTS``
    code: str
    delivery: str  # yymm
    listed_on: date
    expires_on: date
    strike: int | None = None
    is_call: bool = True

    @property
    def exchange(self) -> str:
        """Code of the exchange."""
        return self.terms.exchange

    @property
    def product(self) -> str:
        """Code of the product; an option shares that of its future where the exchange does so."""
        return self.terms.code

    @property
    def kind(self) -> str:
        """Kind as in the `contracts` table."""
        return self.terms.kind

    @property
    def multiplier(self) -> int:
        """Units a lot."""
        return self.terms.multiplier

    @property
    def tick_micro(self) -> int:
        """Smallest price step in millionths of CNY."""
        return self.terms.tick_micro

    @property
    def worth(self) -> int:
        """What one tick of one lot is worth, in 1/10,000 CNY."""
        return self.terms.tick_micro * self.terms.multiplier // 100

    @property
    def max_order_volume(self) -> int | None:
        """Largest limit order, lots; None: no limit known."""
        return self.terms.max_order_volume

    @property
    def has_order_fee(self) -> bool:
        """Whether the exchange charges an order fee (申报费)."""
        return self.terms.has_order_fee

    @property
    def session(self) -> Session:
        """Its trading hours."""
        return self.terms.session

    @property
    def fee_units(self) -> int:
        """The exchange's fee a lot, in 1/10,000 CNY."""
        return self.terms.fee_units

    @property
    def option_month(self) -> str | None:
        """Delivery month of an option, else None."""
        return self.delivery if self.terms.is_option else None

    @property
    def opening_limit(self) -> int | None:
        """Lots that may be opened on one day, per contract (per month for options); None: no limit."""
        return self.terms.opening_limit

    @property
    def has_market_orders(self) -> bool:
        """Whether the exchange takes market orders."""
        return self.exchange in _WITH_MARKET_ORDERS

    @property
    def has_stop_orders(self) -> bool:
        """Whether the exchange takes stop orders."""
        return self.exchange in _WITH_STOP_ORDERS

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

    def is_listed(self, day: date) -> bool:
        """Whether it trades on trading day ``day``."""
        return self.listed_on <= day <= self.expires_on


def listed(first: date, last: date) -> tuple[Contract, ...]:
    """Every contract listed on some day from ``first`` to ``last``; a later ``last`` only adds to the end.

    >>> [c.code for c in listed(date(2026, 3, 2), date(2026, 3, 2)) if c.product == "rb"]
    ['rb2605', 'rb2610', 'rb2701']
    """
    found = [c for number, product in enumerate(PRODUCTS) for c in _of(number, product, first, last)]
    found.sort(key=lambda c: max(c.listed_on, first))  # stable: then by product and delivery
    return tuple(found)


def _of(number: int, product: Product, first: date, last: date) -> Iterator[Contract]:
    year, month = first.year - 1, 1
    while (year, month) <= (last.year + 2, 12):
        if month in product.months:
            listed_on = next_trading_day(_first_of(year, month - product.life) + timedelta(days=15))
            expires_on = _expiry(product.expiry, year, month)
            if listed_on <= last and expires_on >= first:
                yield from _written(number, product, f"{year % 100:02d}{month:02d}", listed_on, expires_on)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _written(number: int, product: Product, delivery: str, listed_on: date, expires_on: date) -> Iterator[Contract]:
    """The contract, or the call and the put of an option; CZCE writes the year with one digit."""
    code = product.code + (delivery[1:] if product.exchange == "CZCE" else delivery)
    if product.option_of is None:
        yield Contract(product, number, code, delivery, listed_on, expires_on)
        return
    strike = round(next(p.price for p in PRODUCTS if p.code == product.option_of and not p.is_option))
    for letter in "CP":
        yield Contract(
            product, number, f"{code}-{letter}-{strike}", delivery, listed_on, expires_on, strike, letter == "C"
        )


def _first_of(year: int, month: int) -> date:
    """First calendar day of a month, which may be counted below 1 or above 12."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def _expiry(rule: Expiry, year: int, month: int) -> date:
    first = _first_of(year, month)
    before = _first_of(year, month - 1)
    friday = first + timedelta(days=(4 - first.weekday()) % 7)
    if rule is Expiry.FIFTEENTH:
        return next_trading_day(first + timedelta(days=14))
    if rule is Expiry.TENTH_TRADING_DAY:
        return trading_days(first, 10)[-1]
    if rule is Expiry.THIRD_FRIDAY:
        return next_trading_day(friday + timedelta(days=14))
    if rule is Expiry.SECOND_FRIDAY:
        return next_trading_day(friday + timedelta(days=7))
    if rule is Expiry.MONTH_END_BEFORE:
        return previous_trading_day(first)
    return trading_days(before, 12)[-1]


def day_after(day: date) -> date:
    """The calendar day after; first day on which a contract that expires on ``day`` is no longer valid."""
    return day + timedelta(days=1)
