"""The after-close screens over positions: concentration, limits and leverage."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from fractions import Fraction
from statistics import median

from tests.oracles.counting import Screen, hit, leader
from tests.oracles.limits import Limits
from tests.oracles.market import FUTURES, Market, Row, Subject


def position_concentration(market: Market, day: date, limits: Limits) -> list[Screen]:
    """单日持仓过大: lots to their median of the preceding days, and their value to equity."""
    times, share, days = limits.after_close.position_concentration
    before = market.preceding(day, days)
    found = []
    for (account, exchange, contract), lots in _lots(market, day).items():
        history = [_lots(market, past).get((account, exchange, contract), 0) for past in before]
        middle = Fraction(median(map(Fraction, history))) if history else None
        value, equity = _value(market, day, exchange, contract, lots), _equity(market, account, day)
        answer = _concentrated(lots, middle, value, equity, (times, share))
        found.append(
            Screen(
                "position_concentration",
                day,
                Subject(account, "account"),
                answer,
                Fraction(lots) / middle if middle else None,
                Fraction(times),
                exchange,
                contract,
            )
        )
    return found


def _concentrated(
    lots: int, middle: Fraction | None, value: Fraction | None, equity: Fraction | None, limits: tuple[int, int]
) -> str:
    if middle is None or equity is None:
        return "UNKNOWN"
    if equity <= 0:
        return hit(lots >= limits[0] * middle)  # met whatever the value is
    return "UNKNOWN" if value is None else hit(lots >= limits[0] * middle and value >= limits[1] * equity)


def position_limit(market: Market, day: date, _limits: Limits) -> list[Screen]:
    """持仓超限: lots of a subject on one side against the loaded limit."""
    own: dict[tuple[Subject, str, str, str], Counter[str]] = defaultdict(Counter)
    for row in market.on("positions", [day]):
        subject = market.subject(row["account_id"], day)
        own[(subject, row["exchange"], row["contract"], row["side"])][row["account_id"]] += row["volume"]
    found = []
    for (subject, exchange, contract, side), lots in own.items():
        limit = market.position_limit(exchange, contract, day)
        answer = "UNKNOWN" if not market.given("position_limits") else "MISS"
        if limit is not None:
            answer = hit(sum(lots.values()) > limit["limit"])
        found.append(
            Screen(
                "position_limit",
                day,
                subject,
                answer,
                Fraction(sum(lots.values())),
                Fraction(0 if limit is None else limit["limit"]),
                exchange,
                f"{contract}/{side}",
                account_id=leader(lots, subject),
            )
        )
    return found


def leverage(market: Market, day: date, limits: Limits) -> list[Screen]:
    """高杠杆: the value of all futures held to equity, by what is known."""
    held: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for (account, exchange, contract), lots in _lots(market, day).items():
        held[account].append((exchange, contract, lots))
    found = []
    for account, rows in held.items():
        answer, measured = _leverage(market, day, account, rows, limits.after_close.leverage)
        limit = Fraction(limits.after_close.leverage)
        found.append(Screen("leverage", day, Subject(account, "account"), answer, measured, limit))
    return found


def _leverage(
    market: Market, day: date, account: str, held: list[tuple[str, str, int]], limit: int
) -> tuple[str, Fraction | None]:
    total, open_rows, futures = Fraction(0), False, 0
    for exchange, contract, lots in held:
        known = market.contract(exchange, contract, day)
        if known is not None and known["kind"] not in FUTURES:
            continue
        futures += known is not None
        value = _value(market, day, exchange, contract, lots)
        open_rows |= value is None
        total += value or 0
    equity = _equity(market, account, day)
    if equity is None:
        return "UNKNOWN", None
    if equity <= 0:
        return ("HIT", None) if futures else ("UNKNOWN" if open_rows else "MISS", Fraction(0))
    if total >= limit * equity:
        return "HIT", total / equity
    return ("UNKNOWN" if open_rows else "MISS"), total / equity


def _lots(market: Market, day: date) -> dict[tuple[str, str, str], int]:
    lots: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in market.on("positions", [day]):
        lots[(row["account_id"], row["exchange"], row["contract"])] += row["volume"]
    return lots


def _value(market: Market, day: date, exchange: str, contract: str, lots: int) -> Fraction | None:
    known: Row | None = market.contract(exchange, contract, day)
    price = market.contract_day(exchange, contract, day)
    if known is None or price is None or price["settlement_price"] is None:
        return None
    return lots * abs(Fraction(price["settlement_price"])) * Fraction(known["multiplier"])


def _equity(market: Market, account: str, day: date) -> Fraction | None:
    row = market.account_day(account, day)
    return None if row is None or row["equity"] is None else Fraction(row["equity"])
