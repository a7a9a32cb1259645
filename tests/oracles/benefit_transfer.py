"""benefit_transfer 利益输送 (AT05): what one account gained from another at the day's settlement."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction
from itertools import combinations

from tests.oracles.counting import Screen, hit
from tests.oracles.limits import Limits
from tests.oracles.market import Market, Row, Subject, text
from tests.oracles.matches import matches


def benefit_transfer(market: Market, day: date, limits: Limits) -> list[Screen]:
    least, number, days = limits.after_close.benefit_transfer
    window = set(market.window(day, days))
    gains: dict[tuple[str, str], list[Fraction]] = defaultdict(list)
    for rows in matches(market).values():
        if rows[0]["trading_day"] in window:
            for pair, gain in _gains(market, rows, day).items():
                gains[pair] += [] if gain is None else [gain]
    found = []
    for (one, other), each in gains.items():
        net = abs(sum(each, Fraction(0)))
        met = hit(net >= least and len(each) >= number) if market.given("contract_days") else "UNKNOWN"
        pair_of = Subject(f"{one}|{other}", "pair")
        found.append(Screen("benefit_transfer", day, pair_of, met, net, Fraction(least), accounts=(one, other)))
    return found


def _gains(market: Market, rows: list[Row], day: date) -> dict[tuple[str, str], Fraction | None]:
    """Per pair (A < B) of different subjects in which one bought from the other: A's gain; None: no settlement."""
    first = rows[0]
    price = market.contract_day(first["exchange"], first["contract"], first["trading_day"])
    contract = market.contract(first["exchange"], first["contract"], first["trading_day"])
    accounts = sorted({row["account_id"] for row in rows}, key=text)
    found: dict[tuple[str, str], Fraction | None] = {}
    for one, other in combinations(accounts, 2):
        if market.subject(one, day) == market.subject(other, day):
            continue
        flows = _bought(rows, one, other) - _bought(rows, other, one)
        if flows.met:
            found[(one, other)] = None
            if price is not None and contract is not None:
                found[(one, other)] = flows.gain(Fraction(price["settlement_price"]), Fraction(contract["multiplier"]))
    return found


class _Flow:
    """Lots and money that went one way, at the buyer's price; a difference keeps what came back."""

    def __init__(self, lots: Fraction, money: Fraction, met: bool) -> None:
        self.lots, self.money, self.met = lots, money, met

    def __sub__(self, back: _Flow) -> _Flow:
        return _Flow(self.lots - back.lots, self.money - back.money, self.met or back.met)

    def gain(self, settlement: Fraction, multiplier: Fraction) -> Fraction:
        return (settlement * self.lots - self.money) * multiplier


def _bought(rows: list[Row], buyer: str, seller: str) -> _Flow:
    """A's buy lots x B's sell lots / all sell lots, and what A paid for them."""
    selling = [row for row in rows if row["side"] == "sell"]
    share = Fraction(
        sum(row["volume"] for row in selling if row["account_id"] == seller), sum(row["volume"] for row in selling)
    )
    buying = [row for row in rows if row["side"] == "buy" and row["account_id"] == buyer]
    lots = sum((Fraction(row["volume"]) for row in buying), Fraction(0)) * share
    money = sum((Fraction(row["volume"]) * Fraction(row["price"]) for row in buying), Fraction(0)) * share
    return _Flow(lots, money, lots > 0)
