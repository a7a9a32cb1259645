"""synchronous_trading 趋同 (AT04): two accounts that trade the same way at the same price within a second."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import combinations

from tests.oracles.counting import Screen, hit
from tests.oracles.limits import Limits
from tests.oracles.market import Market, Subject, text

Place = tuple[date, str, str, str, object]  # day, exchange, contract, side, price
Moments = list[tuple[datetime, bytes]]


def synchronous_trading(market: Market, day: date, limits: Limits) -> list[Screen]:
    least, share, days = limits.after_close.synchronous_trading
    trades = _trades(market, market.window(day, days))
    numbers = Counter({account: sum(map(len, places.values())) for account, places in trades.items()})
    found = []
    for one, other in combinations(sorted(trades, key=text), 2):
        if market.subject(one, day) == market.subject(other, day):
            continue
        together = sum(
            _paired(trades[one][place], trades[other][place]) for place in trades[one].keys() & trades[other]
        )
        met = together >= least and together >= share * min(numbers[one], numbers[other])
        if together:
            pair = Subject(f"{one}|{other}", "pair")
            measured = (Fraction(together), Fraction(least))
            found.append(Screen("synchronous_trading", day, pair, hit(met), *measured, accounts=(one, other)))
    return found


def _trades(market: Market, days: list[date]) -> dict[str, dict[Place, Moments]]:
    """account -> place -> its trades there: fills of one order at one price are one trade at the first of them."""
    first: dict[tuple[str, Place, str], datetime] = {}
    for row in market.on("trades", days):
        place = (row["trading_day"], row["exchange"], row["contract"], row["side"], row["price"])
        key = (row["account_id"], place, row["order_id"])
        first[key] = min(row["event_time"], first.get(key, row["event_time"]))
    found: dict[str, dict[Place, Moments]] = defaultdict(lambda: defaultdict(list))
    for (account, place, order_id), at in first.items():
        found[account][place].append((at, text(order_id)))
    return {account: {p: sorted(m) for p, m in places.items()} for account, places in found.items()}


def _paired(one: Moments, other: Moments) -> int:
    i = j = pairs = 0
    while i < len(one) and j < len(other):
        if abs(one[i][0] - other[j][0]) <= timedelta(seconds=1):
            i, j, pairs = i + 1, j + 1, pairs + 1
        elif one[i][0] < other[j][0]:
            i += 1
        else:
            j += 1
    return pairs
