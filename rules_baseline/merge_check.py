"""Suspected groups looked at before they are merged: what would come to nothing, and who leaves which group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import combinations
from typing import Any

from alertgrade.errors import AlertError
from rules_baseline.ids_named import accounts_named
from rules_baseline.merged_groups import FOREVER, Member

_DECLARED = "SELECT group_id, account_id, valid_from, valid_to FROM memberships ORDER BY ALL"


def merge_notes(events: Any, members: Sequence[Member]) -> list[str]:
    """What a person should know of merging ``members`` over loaded ``events``, a sentence each; empty where nothing.

    Accounts that no raw table names, those that neither ordered nor traded, and those that leave a declared group.
    Raises ``AlertError`` for a merged group that never has two accounts on one day: it would be a group of one.
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
    return notes + list(_leaving(members, declared))


def _refuse_lonely(members: Sequence[Member], declared: Sequence[Member], seen: Collection[str]) -> None:
    moved = {member.account_id for member in members}
    groups: dict[str, list[Member]] = defaultdict(list)
    for member in members:
        groups[member.group_id].append(member)
    for group, merged in sorted(groups.items()):
        stay = [one for one in declared if one.group_id == group and one.account_id not in moved]
        known = [one for one in (*merged, *stay) if one.account_id in seen]
        if not any(a.account_id != b.account_id and _meet(a, b) for a, b in combinations(known, 2)):
            accounts = sorted({one.account_id for one in merged})
            strange = [account for account in accounts if account not in seen]
            told = f" ({', '.join(strange)}: in no raw table)" if strange else ""
            raise AlertError(
                f"merged group {group} of {', '.join(accounts)}{told} never has two accounts on one day",
                "wanted two accounts or more in a merged group",
                "mend the account ids or dates, or leave the group out",
            )


def _meet(one: Member, two: Member) -> bool:
    return one.valid_from < (two.valid_to or FOREVER) and two.valid_from < (one.valid_to or FOREVER)


def _leaving(members: Sequence[Member], declared: Sequence[Member]) -> Iterator[str]:
    left = sorted(
        {
            (old.group_id, new.account_id, new.group_id)
            for new in members
            for old in declared
            if old.account_id == new.account_id and old.group_id != new.group_id and _meet(old, new)
        }
    )
    gone = {(group, account) for group, account, _ in left}
    for group, account, to in left:
        keeps = sorted(
            {one.account_id for one in declared if one.group_id == group} - {a for g, a in gone if g == group}
        )
        rest = ", ".join(keeps) + (" alone" if len(keeps) == 1 else "")
        yield f"{account} leaves {group} for {to}; {group} keeps {rest or 'nobody'}"
