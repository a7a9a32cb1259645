"""The lines of an explanation that retell evidence: conditions, window, people, other figures and events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rules_baseline.explain_words import number, words

# evidence with a heading of its own; all else is "other figures"
_KNOWN = {
    "accounts",
    "accounts_total",
    "breach_count",
    "breach_limit",
    "conditions",
    "days",
    "distance",
    "distances",
    "event_ids",
    "events",
    "limit",
    "limits",
    "measured",
    "members",
    "parameter",
    "warn_fraction",
    "warning_at",
}


def condition_lines(found: Mapping[str, Any], language: str | None) -> Iterator[str]:
    """Each condition of a rule of one's own as written, with its value, what it was held against, and the result."""
    for one in found.get("conditions") or ():
        told = f"{one['condition']}: {number(one.get('value'))}"
        if "previous" in one:
            ratio = f"{words('ratio', language)} {number(one.get('ratio'))}"
            told += f" ({words('previous', language)} {number(one['previous'])}, {ratio})"
        limit = number(one.get("limit"))
        factor = one.get("kind") == "change"
        against = f"{words('factor' if factor else 'limit', language)} {limit}" + ("" if factor else f" {one['unit']}")
        yield f"{words('condition', language)}: {told}, {against}, {one['result']}"


def window_lines(days: Any, language: str | None) -> Iterator[str]:
    """The trading days used, of those asked for."""
    if isinstance(days, dict):
        span = f", {days['from']} .. {days['to']}" if {"from", "to"} <= days.keys() else ""
        used = f"{days.get('used')} / {days.get('asked')} {words('trading_days', language)}{span}"
        yield f"{words('window', language)}: {used}"


def people_lines(found: Mapping[str, Any], language: str | None) -> Iterator[str]:
    """The accounts of a pair or cluster, and the members' shares, largest first; the first 50 of each."""
    accounts, members = found.get("accounts"), found.get("members")
    if isinstance(accounts, list):
        total = found.get("accounts_total", len(accounts))
        more = f" ... ({total})" if total > 50 else ""
        yield f"{words('accounts', language)}: {', '.join(map(str, accounts[:50]))}{more}"
    if isinstance(members, dict) and members:
        shares = sorted(members.items(), key=lambda item: (-item[1], item[0]))
        told = ", ".join(f"{account} {number(amount)}" for account, amount in shares[:50])
        yield f"{words('members', language)}: {told}"


def fact_lines(found: Mapping[str, Any], language: str | None) -> Iterator[str]:
    """What the evidence holds besides, as it is named there."""
    others = {name: value for name, value in found.items() if name not in _KNOWN and value is not None}
    if others:
        shown = (f"{name}={_short(value)}" for name, value in sorted(others.items()))
        yield f"{words('facts', language)}: {', '.join(shown)}"


def event_lines(found: Mapping[str, Any], language: str | None) -> Iterator[str]:
    """How many events, and the ids that the evidence keeps, of which it says so where they are not all."""
    ids: Sequence[Any] = found.get("event_ids") or []
    total = found.get("events")
    if total is not None:
        few = isinstance(total, int) and 0 < len(ids) < total
        first = words("first_ids", language).format(shown=len(ids), total=number(total)) if few else ""
        yield f"{words('events', language)}: {number(total)}" + (f" ({first})" if first else "")
    if ids:
        yield f"  {' '.join(map(str, ids))}"


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name} {one}" for name, one in sorted(value.items()))
    return ", ".join(map(str, value)) if isinstance(value, list) else number(value)
