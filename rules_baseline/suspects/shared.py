"""Pairs of subjects at one device, line or bank account, with who else uses it and on how many days they met there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from rules_baseline.after_close import links, shared_address
from rules_baseline.suspects.period import Period


@dataclass(frozen=True, slots=True)
class Shared:
    """Subjects ``a`` < ``b`` at one ``place`` of a kind (mac, ip, bank), which ``users`` subjects use.

    ``days`` counts the days on which both did; 1 where they only did on different days, or days say nothing.
    """

    a: str
    b: str
    kind: str
    place: str
    users: int
    days: int


def shared_addresses(period: Period, most_users: int) -> Iterator[Shared]:
    """Pairs at the addresses that ``shared_address`` links by: no relays, none of its whitelist.

    Those of more than ``most_users`` subjects are left out. Empty where the screen is not in force on the last day.
    """
    choice, on_a_day = period.choice("shared_address"), period.choice("shared_address", days=1)
    if choice is None or on_a_day is None:
        return
    closing = period.closing
    daily = closing.with_entry(on_a_day, period.days)
    columns = ["day_no", "account_id", "address"]
    window = _users(period, closing.fetch(shared_address.links(closing, choice).select(*columns)).to_pylist())
    days: dict[tuple[str, str], set[int]] = defaultdict(set)
    for row in closing.fetch(shared_address.links(daily, on_a_day).select(*columns)).to_pylist():
        days[row["address"], period.subject(row["account_id"])].add(row["day_no"])
    for address, subjects in sorted(window.items()):
        if len(subjects) <= most_users:
            kind, _, place = address.partition(" ")
            for a, b in combinations(sorted(subjects), 2):
                yield Shared(a, b, kind, place, len(subjects), max(1, len(days[address, a] & days[address, b])))


def shared_banks(period: Period, most_users: int) -> Iterator[Shared]:
    """Pairs that moved money through one bank account (a pseudonym) in the period."""
    rows = period.closing.fetch(links.banks_of_day(period.closing, period.length)).to_pylist()
    used = _users(period, [{"account_id": row["account_id"], "address": row["key"]} for row in rows])
    for place, subjects in sorted(used.items()):
        if len(subjects) <= most_users:
            for a, b in combinations(sorted(subjects), 2):
                yield Shared(a, b, "bank", place, len(subjects), 1)


def _users(period: Period, rows: list[dict[str, Any]]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        found[row["address"]].add(period.subject(row["account_id"]))
    return found
