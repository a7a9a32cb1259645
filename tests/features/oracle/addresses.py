"""Who shares an address or a bank account: the part of the network that looks at logins, orders and cash flows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from tests.features.oracle.market import Market
from tests.features.oracle.numbers import of
from tests.features.oracle.rows import Row

Users = dict[object, set[str]]  # what accounts use, and who uses it
LEAST, MOST = 2, 50


def addressed(market: Market, days: Iterable[date]) -> list[Row]:
    """Rows whose addresses count: logins that went through, orders of any event."""
    days = list(days)
    return of(market.on("logins", days), "login") + market.on("orders", days)


def linking_addresses(rows: list[Row]) -> Users:
    relayed = {address for row in rows if row["via_relay"] for address in _addresses(row)}
    return _linking(
        (row["account_id"], address) for row in rows for address in _addresses(row) if address not in relayed
    )


def with_address(rows: Iterable[Row]) -> set[str]:
    """Accounts with a known address, relayed or not."""
    return {row["account_id"] for row in rows if _addresses(row)}


def linking_banks(flows: Iterable[Row]) -> Users:
    return _linking((row["account_id"], row["bank_account"]) for row in flows if row["bank_account"] is not None)


def neighbours(users: Iterable[set[str]]) -> dict[str, set[str]]:
    """Of each account, the others that it meets in any of the sets."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for together in users:
        for account in together:
            found[account] |= together - {account}
    return dict(found)


def component(account: str, near: dict[str, set[str]]) -> set[str]:
    """All that hangs together with an account, itself included."""
    reached, waiting = {account}, [account]
    while waiting:
        for other in near.get(waiting.pop(), set()) - reached:
            reached.add(other)
            waiting.append(other)
    return reached


def _addresses(row: Row) -> list[tuple[str, str]]:
    return [(kind, row[kind]) for kind in ("ip", "mac") if row[kind] is not None]


def _linking(uses: Iterable[tuple[str, object]]) -> Users:
    users: defaultdict[object, set[str]] = defaultdict(set)
    for account, used in uses:
        users[used].add(account)
    return {used: accounts for used, accounts in users.items() if LEAST <= len(accounts) <= MOST}
