"""The ordinary flow of a whole cell on one day, drawn from the habits of its accounts, all accounts at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from simulation.choices import by_pair, contracts, sides
from simulation.day import Day
from simulation.lives import fill_whole, immediate, linger, live, waits
from simulation.orders import ARBITRAGE, CLIENT, MARKET, STOP, Orders, joined
from simulation.ways import Ways
from simulation.world import Market

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
_LEGS_FILL = 0.7  # share of spreads of two legs that are filled
_UNLOCKS = 0.7  # chance a day that a position held on both sides is closed on both
_TOO_LARGE = 6  # times the usual lots beyond which a position is brought home


def ordinary(day: Day, ways: Ways, rng: np.random.Generator, able: Flags, factor: float) -> None:
    """Send the day's ordinary orders of all accounts that are ``able``; ``factor`` scales their number."""
    of, n = ways.of, len(ways.lots)
    active = able & (rng.random(n) < of["active"])
    spread = of["most"] / of["fewest"]
    count = np.floor(np.round(of["fewest"] * spread ** rng.random(n) * factor, 6) + 0.5).astype(np.int64)
    count = np.where(active, np.maximum(count, 1), 0)
    quotes = of["quotes"]
    _clear_up(day, rng)
    _trade(day, ways, rng, np.where(quotes, 0, count))
    if (quotes & active).any():
        _quote(day, ways, rng, np.where(quotes, count, 0))
    _go_home(day, ways, rng, active)


def _trade(day: Day, ways: Ways, rng: np.random.Generator, count: Integers) -> None:
    account = np.repeat(np.arange(len(count)), count)
    if not len(account):
        return
    of, size = ways.of, len(account)
    contract = contracts(day, ways, rng, account)
    shares = (rng.random(len(count)) * (1 - of["stretch"]))[account] + rng.random(size) * of["stretch"][account]
    order = np.lexsort((shares, contract, account))  # an account's orders alternate contract by contract
    contract, shares = contract[order], shares[order]
    way = sides(day, rng, account, contract)
    offsets = day.market.offsets(contract, day.index, shares)
    volume = 1 + (by_pair(rng, account, contract) * ways.lots[account]).astype(np.int64)
    low, high = of["behind"][account].T
    behind = rng.integers(low, high + 1)
    legs = rng.random(size) < of["legs"][account]
    orders = day.draft(account, contract, offsets, way, volume, behind=behind)
    _send_legs(day, rng, orders[legs])
    day.send(_lived(day.market, of, rng, orders[~legs]))


def _lived(market: Market, of: dict[str, npt.NDArray[Any]], rng: np.random.Generator, orders: Orders) -> Orders:
    """Every order's life, by the habits of its account."""
    who = orders["account"]
    draws = rng.random((4, len(orders)))
    quick = draws[0] < of["fak"][who]
    slow = ~quick
    lived = live(
        rng,
        orders[slow],
        fill=of["fill"][who[slow]],
        partial=of["partial"][who[slow]],
        cancel=of["cancel"][who[slow]],
        patience=of["patience"][who[slow]],
        inside=of["inside"][who[slow]],
    )
    whole = lived["filled"] == lived["volume"]
    takes_market = market.takes_market[lived["contract"]]
    lived["order_type"][takes_market & whole & (draws[1][slow] < of["market_share"][who[slow]])] = MARKET
    lived["order_type"][market.takes_stop[lived["contract"]] & (draws[2][slow] < of["stop_share"][who[slow]])] = STOP
    lasting = ~lived["rejected"] & (draws[3][slow] < of["lasting"][who[slow]])
    lived[lasting] = linger(lived[lasting])
    lived["open_inside"] &= lived["filled"] > 0
    if not quick.any():
        return lived
    return joined([lived, immediate(rng, orders[quick], fill=of["fak_fill"][who[quick]])])


def _send_legs(day: Day, rng: np.random.Generator, first: Orders) -> None:
    """Spreads: an order and its opposite on another delivery month, sent, filled and cancelled together."""
    ranks, market = day.market.ranks[:, day.index], day.market
    product = market.product[first["contract"]]
    other = np.where(ranks[product, 0] == first["contract"], ranks[product, 1], ranks[product, 0])
    first, other = first[other >= 0], other[other >= 0]
    if not len(first):
        return
    first["hedge"] = ARBITRAGE
    second = day.draft(
        first["account"], other, first["accepted"], -first["side"], first["volume"], behind=-1, hedge=ARBITRAGE
    )
    first["volume"] = second["volume"] = np.minimum(first["volume"], second["volume"])
    meets = (rng.random(len(first)) < _LEGS_FILL) & ~first["locked"] & ~second["locked"]
    filled_at = first["accepted"] + waits(rng, len(first), 3)
    ended_at = first["accepted"] + waits(rng, len(first), 30)
    for leg in (first, second):
        leg["filled"], leg["cancelled"] = np.where(meets, leg["volume"], 0), np.where(meets, 0, leg["volume"])
        leg["filled_at"] = leg["last_at"] = filled_at
        leg["ended_at"], leg["cancelled_by"] = ended_at, CLIENT
        day.send(leg)


def _quote(day: Day, ways: Ways, rng: np.random.Generator, pairs: Integers) -> None:
    """Both sides quoted and re-quoted all day: many cancels."""
    account = np.repeat(np.arange(len(pairs)), pairs)
    product = ways.likes[account, day.index % ways.liked[account]]
    contract = np.repeat(day.market.ranks[product, day.index, 0], 2)
    offsets = day.market.offsets(contract, day.index, np.repeat(rng.random(len(account)), 2))
    account = np.repeat(account, 2)
    sides = np.tile([1, -1], len(account) // 2)
    behind = rng.integers(1, 4, len(account))
    orders = day.draft(account, contract, offsets, sides, ways.lots[account], behind=behind)
    of = {name: column[account] for name, column in ways.of.items()}
    shares = {name: of[name] for name in ("fill", "partial", "cancel", "patience", "inside")}
    day.send(live(rng, orders, **shares))


def _clear_up(day: Day, rng: np.random.Generator) -> None:
    """Early in the day what nears its expiry or lacks margin (强平) is closed, and many positions are unlocked."""
    if day.held is None or not len(day.held.account):
        return
    held, leaves = day.held, day.market.leaving[day.held.contract, day.index]
    if day.forced is not None:
        leaves = leaves | day.forced[held.account]
    locked = np.where(rng.random(len(held.account)) < _UNLOCKS, np.minimum(held.long, held.short), 0)
    for side, lots in ((-1, held.long), (1, held.short)):
        volume = np.where(leaves, lots, locked)
        some = np.flatnonzero(volume)
        contract = held.contract[some]
        offsets = day.market.offsets(contract, day.index, 0.1 * rng.random(len(some)))
        orders = day.draft(held.account[some], contract, offsets, side, volume[some], behind=-1)
        orders["hedge"] = held.hedge[some]
        day.send(fill_whole(rng, orders))


def _go_home(day: Day, ways: Ways, rng: np.random.Generator, active: Flags) -> None:
    """Late in the day positions are closed by those who carry none overnight, hold too much, or must leave."""
    account, contract = np.nonzero(day.net)
    if not len(account):
        return
    net, lots = day.net[account, contract], ways.lots[account]
    home = active & (rng.random(len(active)) >= ways.of["carries"])
    must = day.market.leaving[contract, day.index]
    goes = home[account] | must | (active[account] & (abs(net) > _TOO_LARGE * lots))
    goes &= day.market.listed[contract, day.index]
    account, contract, net = account[goes], contract[goes], net[goes]
    offsets = day.market.offsets(contract, day.index, 0.85 + 0.149 * rng.random(len(net)))
    orders = day.draft(account, contract, offsets, -np.sign(net), abs(net), behind=-1)
    day.send(fill_whole(rng, orders))
