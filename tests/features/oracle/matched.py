"""Who trades with whom, and who at the same moment: the part of the network that looks at trades, a day at a time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import combinations_with_replacement

from tests.features.oracle.rows import Row

Pairs = Counter[tuple[str, str]]  # both ways round, and an account with itself once
SECOND = timedelta(seconds=1)
Deal = tuple[datetime, bytes]  # earliest fill, order_id as UTF-8: what trades in step are ordered by


def matched_lots(trades: Iterable[Row]) -> Pairs:
    """L(A, B) over the matches of these trades."""
    matches: defaultdict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in trades:
        matches[row["exchange"], row["trading_day"], row["contract"], row["trade_id"]].append(row)
    found: Pairs = Counter()
    for rows in matches.values():
        buy, sell = (_lots_by_account(r for r in rows if r["side"] == side) for side in ("buy", "sell"))
        for a, b in combinations_with_replacement(sorted(buy.keys() | sell.keys()), 2):
            lots = min(buy[a], sell[b]) + min(sell[a], buy[b])  # of an account with itself: twice the smaller side
            for pair in {(a, b), (b, a)}:
                found[pair] += lots
    return found


def _lots_by_account(rows: Iterable[Row]) -> Counter[str]:
    lots: Counter[str] = Counter()
    for row in rows:
        lots[row["account_id"]] += row["volume"]
    return lots


def in_step(trades: Iterable[Row]) -> tuple[Counter[str], Pairs]:
    """T(A) and S(A, B): an account's trades, fills of one order and price being one, and the pairs with another's."""
    deals: defaultdict[tuple[object, ...], defaultdict[str, dict[str, datetime]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for row in trades:
        key = tuple(row[name] for name in ("trading_day", "exchange", "contract", "side", "price"))
        own = deals[key][row["account_id"]]
        own[row["order_id"]] = min(row["event_time"], own.get(row["order_id"], row["event_time"]))
    counted: Counter[str] = Counter()
    pairs: Pairs = Counter()
    for accounts in deals.values():
        ordered = {a: sorted((at, order.encode()) for order, at in own.items()) for a, own in accounts.items()}
        for a, own in ordered.items():
            counted[a] += len(own)
            for b, others in ordered.items():
                if a < b and (paired := _paired(own, others)):
                    pairs[a, b] += paired
                    pairs[b, a] += paired
    return counted, pairs


def _paired(ones: list[Deal], others: list[Deal]) -> int:
    i = j = found = 0
    while i < len(ones) and j < len(others):
        gap = ones[i][0] - others[j][0]
        if abs(gap) <= SECOND:
            found, i, j = found + 1, i + 1, j + 1
        elif gap < timedelta(0):
            i += 1
        else:
            j += 1
    return found
