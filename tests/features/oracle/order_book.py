"""Order book conduct, from the words of features/specs/order_book.py."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from features.catalogue import FAMILIES
from tests.features.oracle.market import Market
from tests.features.oracle.numbers import Values, lots, most, of, share
from tests.features.oracle.quick_cancels import quick_cancels
from tests.features.oracle.rows import Row
from tests.features.oracle.words import (
    BURST,
    by_night,
    filled_orders,
    ioc,
    making,
    messages,
    one_sided_lots,
    per_second,
    resting_cancels,
)


def order_book(market: Market, account: str, day: date) -> Values:
    orders = market.of("orders", account, market.days(day, 20))
    trades = market.of("trades", account, market.days(day, 20))
    if not orders:
        return dict.fromkeys(FAMILIES["order_book"])
    sent = of(orders, "accepted")
    spoken = [r for r in messages(orders) if not making(r)]
    said = Counter(_fee_unit(market, r) for r in spoken)
    traded: defaultdict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in trades:
        traded[_fee_unit(market, row)].append(row)
    otrs = [Fraction(m, max(filled_orders(traded[unit]), 1)) - 1 for unit, m in said.items()]
    one_sided = one_sided_lots(orders, trades)
    return {
        **_sizes(market, orders),
        "limit_price_order_share_20d": _at_the_limit(market, sent),
        **quick_cancels(orders),
        "market_order_share_20d": share(sum(r["order_type"] == "market" for r in sent), len(sent)),
        "ioc_order_share_20d": share(sum(map(ioc, sent)), len(sent)),
        "night_order_share_20d": share(sum(map(by_night, sent)), len(sent)),
        "mean_order_lots_20d": share(lots(sent), len(sent)),
        "max_messages_per_second_20d": most(per_second(orders).values()),
        "burst_seconds_20d": sum(n >= BURST for n in per_second(orders).values()),
        "max_messages_contract_day_20d": most(said.values()),
        "otr_20d": share(len(spoken), max(filled_orders(trades), 1)) - 1 if spoken else None,
        "max_otr_contract_day_20d": max(otrs, default=None),
        "one_sided_cancel_share_20d": share(sum(one_sided.values()), lots(resting_cancels(orders))),
        "max_one_sided_lots_contract_day_20d": most(one_sided.values()),
    }


def _fee_unit(market: Market, row: Row) -> tuple[object, ...]:
    """The contract, or the options of its month, and the day."""
    contract = market.contract(row)
    if contract is not None and contract["option_month"] is not None:
        return row["trading_day"], row["exchange"], "month", contract["product"], contract["option_month"]
    return row["trading_day"], row["exchange"], "contract", row["contract"]


def _sizes(market: Market, orders: Iterable[Row]) -> Values:
    largest = [(r, c["max_order_volume"]) for r in messages(orders) if (c := market.contract(r)) is not None]
    known = [(r, most_allowed) for r, most_allowed in largest if most_allowed is not None]
    large = Counter(r["event"] for r, most_allowed in known if 5 * r["volume"] >= 4 * most_allowed)
    sent = sum(r["event"] == "accepted" for r, _ in known)
    return {
        "large_order_share_20d": share(large["accepted"], sent),
        "large_cancels_20d": large["cancelled"] if known else None,
    }


def _at_the_limit(market: Market, sent: Iterable[Row]) -> Fraction | None:
    compared = there = 0
    for row in sent:
        contract = market.contract(row)
        both = [market.contract_day(row, column) for column in ("upper_limit", "lower_limit")]
        limits = [limit for limit in both if limit is not None]
        if row["price"] is None or contract is None or not limits:
            continue
        compared += 1
        there += any(2 * abs(row["price"] - limit) < contract["tick"] for limit in limits)
    return share(there, compared)
