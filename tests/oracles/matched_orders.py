"""matched_orders 对倒对敲: what a cluster of linked accounts trades with itself."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction

from tests.oracles.counting import Screen, hit
from tests.oracles.limits import Limits
from tests.oracles.market import Market, Subject, text, valid
from tests.oracles.matches import matches
from tests.oracles.shared_address import clusters, components


def groups(market: Market, day: date) -> list[set[str]]:
    """Groups of the day: declared ones after overlaps are resolved, the others as they stand."""
    links: dict[str, set[str]] = defaultdict(set)
    for account, group in market.group_of(day).items():
        links[group].add(account)
    for row in market.rows("control_groups"):
        if not row["declared"] and valid(row, day):
            links[row["group_id"]].add(row["account_id"])
    return list(links.values())


def linked(market: Market, day: date, limits: Limits) -> list[set[str]]:
    """Accounts that hang together by a group (declared or not), an address or a bank account."""
    banks: dict[str, set[str]] = defaultdict(set)
    for row in market.on("cash_flows", market.window(day, limits.after_close.matched_orders[2])):
        if row["bank_account"] is not None:
            banks[row["bank_account"]].add(row["account_id"])
    addresses = [accounts for accounts, _ in clusters(market, day, limits)]
    return [part for part in components([*groups(market, day), *banks.values(), *addresses]) if len(part) > 1]


def matched_orders(market: Market, day: date, limits: Limits) -> list[Screen]:
    share, least, _ = limits.after_close.matched_orders
    found = []
    for accounts in linked(market, day, limits):
        for (exchange, contract), (inside, all_lots) in _lots(market, day, accounts).items():
            met = 2 * inside >= share * all_lots and inside >= least
            members = tuple(sorted(accounts, key=text))
            found.append(
                Screen(
                    "matched_orders",
                    day,
                    Subject(members[0], "cluster"),
                    hit(met),
                    Fraction(2 * inside, all_lots),
                    share,
                    exchange,
                    contract,
                    members,
                )
            )
    return found


def _lots(market: Market, day: date, accounts: set[str]) -> dict[tuple[str, str], tuple[int, int]]:
    """contract -> (lots matched inside, lots of the cluster's trades)."""
    inside: dict[tuple[str, str], int] = defaultdict(int)
    for (exchange, on, contract, _), rows in matches(market).items():
        if on == day:
            own = [row for row in rows if row["account_id"] in accounts]
            sides = [sum(row["volume"] for row in own if row["side"] == side) for side in ("buy", "sell")]
            inside[(exchange, contract)] += min(sides)
    lots: dict[tuple[str, str], int] = defaultdict(int)
    for row in market.on("trades", [day]):
        if row["account_id"] in accounts:
            lots[(row["exchange"], row["contract"])] += row["volume"]
    return {place: (inside[place], total) for place, total in lots.items()}
