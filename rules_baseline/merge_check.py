"""Suspected groups looked at before they are merged: what would come to nothing, and who leaves which group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from typing import Any

from alertgrade.errors import AlertError
from rules_baseline.ids_named import accounts_named
from rules_baseline.merged_groups import FOREVER, Member
from rules_baseline.standing import days_held

_DECLARED = "SELECT group_id, account_id, valid_from, valid_to FROM memberships ORDER BY ALL"


def merge_notes(events: Any, members: Sequence[Member]) -> list[str]:
    """What a person should know of merging ``members`` over loaded ``events``, a sentence each; empty where nothing.

    Accounts that no raw table names, those that neither ordered nor traded, merged groups that are none on the days of
    the data, and accounts that leave a declared group on those days. Raises ``AlertError`` for a merged group that
    never has two accounts on one day: it would be a group of one.
    """
    connection = events.backend.con
    seen = accounts_named(connection)
    idle = seen - accounts_named(connection, ("orders", "trades"))
    named = sorted({member.account_id for member in members})
    declared = [Member(*row) for row in connection.execute(_DECLARED).fetchall()]
    _refuse_lonely(members, declared, seen)
    unknown = [account for account in named if account not in seen]
    quiet = [account for account in named if account in idle]
    notes = [f"no table names {', '.join(unknown)}: a slip of the pen?"] if unknown else []
    notes += [f"no orders or trades of {', '.join(quiet)}: merging them changes nothing in the day"] if quiet else []
    days = days_held(events)
    if not days:
        return notes
    first, last = days[0], days[-1]
    members, declared = ([_on_days(one, first, last) for one in each] for each in (members, declared))
    for group in _lonely(members, declared, seen):
        held = f"the days of the data ({first} to {last})"
        notes.append(f"merged group {group} never has two accounts on {held}: merging it changes nothing")
    return notes + list(_leaving(members, declared))


def _on_days(one: Member, first: date, last: date) -> Member:
    """``one`` on the days of the data alone; of none of them it is a span that meets no other."""
    end = last + timedelta(days=1)
    return replace(one, valid_from=max(one.valid_from, first), valid_to=min(one.valid_to or FOREVER, end))


def _refuse_lonely(members: Sequence[Member], declared: Sequence[Member], seen: Collection[str]) -> None:
    for group, accounts in _lonely(members, declared, seen).items():
        strange = [account for account in accounts if account not in seen]
        told = f" ({', '.join(strange)}: in no raw table)" if strange else ""
        raise AlertError(
            f"merged group {group} of {', '.join(accounts)}{told} never has two accounts on one day",
            "wanted two accounts or more in a merged group",
            "mend the account ids or dates, or leave the group out",
        )


def _lonely(members: Sequence[Member], declared: Sequence[Member], seen: Collection[str]) -> dict[str, list[str]]:
    """The merged groups, in order, that never have two known accounts on one day, and who was to be in them."""
    moved = {member.account_id for member in members}
    groups: dict[str, list[Member]] = defaultdict(list)
    for member in members:
        groups[member.group_id].append(member)
    found = {}
    for group, merged in sorted(groups.items()):
        stay = [one for one in declared if one.group_id == group and one.account_id not in moved]
        known = [one for one in (*merged, *stay) if one.account_id in seen]
        if not any(a.account_id != b.account_id and _meet(a, b) for a, b in combinations(known, 2)):
            found[group] = sorted({one.account_id for one in merged})
    return found


def _meet(one: Member, two: Member) -> bool:
    return one.valid_from < (two.valid_to or FOREVER) and two.valid_from < (one.valid_to or FOREVER)


def _leaving(members: Sequence[Member], declared: Sequence[Member]) -> Iterator[str]:
    """A sentence for every account and declared group that it leaves, with who is in that group meanwhile."""
    left: dict[tuple[str, str, str], list[Member]] = defaultdict(list)
    of_account: dict[str, list[Member]] = defaultdict(list)
    for old in declared:
        of_account[old.account_id].append(old)
    for new in members:
        for old in of_account[new.account_id]:
            if old.group_id != new.group_id and _meet(old, new):
                left[(old.group_id, old.account_id, new.group_id)].append(_both(old, new))
    gone = [span for spans in left.values() for span in spans]
    for (group, account, to), spans in sorted(left.items()):
        there, away = (
            {one.account_id for one in each if one.group_id == group and any(_meet(one, span) for span in spans)}
            for each in (declared, gone)
        )
        keeps = sorted(there - away)
        rest = ", ".join(keeps) + (" alone" if len(keeps) == 1 else "")
        yield f"{account} leaves {group} for {to}; {group} keeps {rest or 'nobody'}"


def _both(old: Member, new: Member) -> Member:
    """The days on which ``old`` would hold and ``new`` takes its place."""
    ends = min(old.valid_to or FOREVER, new.valid_to or FOREVER)
    return replace(old, valid_from=max(old.valid_from, new.valid_from), valid_to=ends)
