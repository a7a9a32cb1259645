"""Who was in which declared control group (实际控制关系账户组) on a trading day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from features.events.events import Events

Span = tuple[str, date, date | None]


@dataclass(frozen=True, slots=True)
class Memberships:
    """Dated memberships, one group an account and day at most (``features.events.groups``).

    ``groups`` are an account's (group, first day, end), ``members`` a group's (account, first day, end); the end is
    exclusive, None for one that goes on. Without rows nothing is known of any group.
    """

    groups: Mapping[str, list[Span]] = field(default_factory=dict)
    members: Mapping[str, list[Span]] = field(default_factory=dict)

    @classmethod
    def of_rows(cls, rows: Iterable[tuple[str, str, date, date | None]]) -> Memberships:
        """From (account_id, group_id, valid_from, valid_to).

        >>> known = Memberships.of_rows([("A1", "G", date(2026, 3, 2), date(2026, 3, 4)), ("A2", "G", date.min, None)])
        >>> known.group_of("A1", date(2026, 3, 3)), known.group_of("A1", date(2026, 3, 4))
        ('G', None)
        >>> known.members_of("G", date(2026, 3, 3)), known.members_of("G", date(2026, 3, 4))
        (['A1', 'A2'], ['A2'])
        """
        groups: dict[str, list[Span]] = defaultdict(list)
        members: dict[str, list[Span]] = defaultdict(list)
        for account_id, group_id, first, end in rows:
            groups[account_id].append((group_id, first, end))
            members[group_id].append((account_id, first, end))
        return cls(dict(groups), dict(members))

    @classmethod
    def of_events(cls, events: Events) -> Memberships:
        """As the raw tables say; nothing where ``control_groups`` is absent."""
        columns = events.memberships().select("account_id", "group_id", "valid_from", "valid_to").to_pyarrow().columns
        return cls.of_rows(zip(*(column.to_pylist() for column in columns), strict=True))

    def group_of(self, account_id: str, day: date) -> str | None:
        """The account's group on trading day ``day``; None: in none, or not known."""
        return next(iter(valid_on(self.groups.get(account_id, ()), day)), None)

    def members_of(self, group_id: str, day: date) -> list[str]:
        """The group's accounts on trading day ``day``; empty: not known."""
        return valid_on(self.members.get(group_id, ()), day)


def valid_on(spans: Iterable[Span], day: date) -> list[str]:
    """The names that are valid on trading day ``day``: from the first day on, before the end."""
    return [name for name, first, end in spans if first <= day and (end is None or day < end)]
