"""What a screen says where a table or a column was not given: UNKNOWN of everyone whom the missing could be about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from tests.oracles.counting import Screen
from tests.oracles.market import Market, Subject

READS = {  # without it there is nothing to judge; orders and trades are always given
    "large_loss": ("account_days",),
    "high_fee": ("account_days",),
    "margin_lending": ("logins",),
    "funding_jump": ("cash_flows",),
    "position_concentration": ("positions",),
    "position_limit": ("positions",),
    "leverage": ("positions",),
}
_ADDRESSES = ("logins", "logins.ip", "logins.mac", "orders.ip", "orders.mac")
LINKS = {  # without it clusters may be larger, and there may be others
    "shared_address": _ADDRESSES,
    "matched_orders": ("control_groups", *_ADDRESSES, "cash_flows", "cash_flows.bank_account"),
}


def unreadable(market: Market, rule: str) -> bool:
    return not all(market.given(name) for name in READS.get(rule, ()))


def of_everyone(market: Market, rule: str, day: date) -> list[Screen]:
    """UNKNOWN of whoever ordered or traded that day; of a group where the screen's subject is one."""
    accounts = {row["account_id"] for name in ("orders", "trades") for row in market.on(name, [day])}
    subjects = {
        market.subject(account, day) if rule == "position_limit" else Subject(account, "account")
        for account in accounts
    }
    return [Screen(rule, day, subject, "UNKNOWN") for subject in sorted(subjects)]


def left_open(market: Market, rule: str, day: date, found: Sequence[Screen]) -> list[Screen]:
    """A known cluster that is no HIT, and everyone active outside the known clusters, where a link may be missing."""
    if all(market.given(name) for name in LINKS.get(rule, ())):
        return list(found)
    known = {account for one in found for account in one.accounts}
    others = [one for one in of_everyone(market, rule, day) if one.subject.id not in known]
    return [one if one.answer == "HIT" else replace(one, answer="UNKNOWN") for one in found] + others
