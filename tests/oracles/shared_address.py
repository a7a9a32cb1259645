"""shared_address 同址 (AT03): different subjects on one ip or mac."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from tests.oracles.counting import Screen, hit
from tests.oracles.limits import Limits
from tests.oracles.market import Market, Subject, text

Address = tuple[str, str]  # ip or mac, and its value


def components(links: Iterable[set[str]]) -> list[set[str]]:
    """What hangs together through any of the links."""
    found: list[set[str]] = []
    for link in links:
        touching = [part for part in found if part & link]
        found = [part for part in found if not part & link]
        found.append(set(link).union(*touching))
    return found


def clusters(market: Market, day: date, limits: Limits) -> list[tuple[set[str], int]]:
    """(accounts seen at a linking address, number of subjects) of every cluster of two subjects or more."""
    users = _users(market, market.window(day, limits.after_close.shared_address[1]))
    linking = [accounts for accounts in users.values() if len(_subjects(market, accounts, day)) > 1]
    found = []
    for part in components([_subjects(market, accounts, day) for accounts in linking]):
        seen = [accounts for accounts in linking if _subjects(market, accounts, day) <= part]
        found.append((set[str]().union(*seen), len(part)))
    return found


def shared_address(market: Market, day: date, limits: Limits) -> list[Screen]:
    least = limits.after_close.shared_address[0]
    found = []
    for accounts, subjects in clusters(market, day, limits):
        members = tuple(sorted(accounts, key=text))
        found.append(
            Screen(
                "shared_address",
                day,
                Subject(members[0], "cluster"),
                hit(subjects - 1 >= least),
                Fraction(subjects - 1),
                Fraction(least),
                accounts=members,
            )
        )
    return found


def _users(market: Market, days: list[date]) -> dict[Address, set[str]]:
    rows = [row for row in market.on("logins", days) if row["event"] == "login"] + market.on("orders", days)
    users: dict[Address, set[str]] = defaultdict(set)
    relayed: set[Address] = set()
    for row in rows:
        for kind in ("ip", "mac"):
            if row[kind] is not None:
                users[(kind, row[kind])].add(row["account_id"])
                if row["via_relay"]:
                    relayed.add((kind, row[kind]))
    return {address: accounts for address, accounts in users.items() if address not in relayed}


def _subjects(market: Market, accounts: set[str], day: date) -> set[str]:
    return {market.subject(account, day).id for account in accounts}
