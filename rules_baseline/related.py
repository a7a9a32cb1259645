"""Which alerts count for whose baseline grade: what an alert is told under, and what a grade looks under.

An account's grade uses its own alerts, its group's, and those of its pairs and clusters; a group's its own and every
member's (RULES, baseline grade); that of a pair or cluster those of each of its accounts.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from itertools import islice
from typing import Literal

from rules_baseline.frozen_evidence import read_evidence
from rules_baseline.grade import GradedTrigger, T
from rules_baseline.memberships import Memberships

MOST, LONGEST = 1_000, 200  # accounts of a cluster, characters of an id

# A group's alert is told under the group and under the account it was attributed to, which was a member: so that it
# reaches that account even where memberships are not known, or not yet.
Key = tuple[Literal["account", "group", "attributed"], str]


def accounts_of(alert: GradedTrigger) -> frozenset[str]:
    """The accounts that an alert of an account, a pair or a cluster is about; none of a group's.

    A cluster names its accounts in its evidence (``accounts``, of which the first ``MOST`` that are ids are taken);
    without them only its smallest is known.
    """
    if alert.subject_type == "group":
        return frozenset()
    if alert.subject_type == "pair":
        return frozenset(filter(None, pair_of(alert.subject_id, alert.account_id)))  # one that names no other has one
    named = read_evidence(alert.evidence).get("accounts") if alert.subject_type == "cluster" else None
    ids = filter(is_id, named if isinstance(named, list) else ())
    return frozenset((alert.subject_id, *islice(ids, MOST)))


def pair_of(subject_id: str, account_id: str) -> tuple[str, str]:
    """The two accounts of a pair ``A|B``, whose alert is ``account_id``'s, the smaller one's; ids may hold a ``|`` too.

    >>> pair_of("A|X|B", "A|X")
    ('A|X', 'B')
    """
    if subject_id.startswith(f"{account_id}|"):
        return account_id, subject_id[len(account_id) + 1 :]
    first, _, second = subject_id.partition("|")  # not as we write it: of another's past alerts
    return first, second


def is_id(name: object) -> bool:
    """Whether a text of the evidence, which nobody checked, can be the id of an account and be stored as one."""
    if not isinstance(name, str) or not 1 <= len(name) <= LONGEST or "\x00" in name:
        return False
    return not any("\ud800" <= letter <= "\udfff" for letter in name)  # half a letter: no store takes it


def told_under(alert: GradedTrigger) -> frozenset[Key]:
    """The keys by which others find the alert."""
    if alert.subject_type == "group":
        return frozenset((("group", alert.subject_id), ("attributed", alert.account_id)))
    return frozenset(("account", account) for account in accounts_of(alert))


def of_account(account_id: str, group_id: str | None) -> frozenset[Key]:
    """What an account's grade looks under; ``group_id`` is its group of the day, None where none is known."""
    own: frozenset[Key] = frozenset((("account", account_id), ("attributed", account_id)))
    return own if group_id is None else own | {("group", group_id)}


def of_group(group_id: str, members: Iterable[str]) -> frozenset[Key]:
    """What a group's grade looks under."""
    return frozenset((("group", group_id), *(("account", member) for member in members)))


def looks_under(alert: GradedTrigger, known: Memberships) -> frozenset[Key]:
    """What the grade of an alert's subject looks under on the alert's day."""
    day = alert.trading_day
    if alert.subject_type == "group":
        return of_group(alert.subject_id, (alert.account_id, *known.members_of(alert.subject_id, day)))
    keys = (of_account(account, known.group_of(account, day)) for account in accounts_of(alert))
    return frozenset().union(*keys)


def related(alerts: Iterable[T], keys: frozenset[Key], *, day: date, moment: datetime) -> list[T]:
    """Those of ``alerts`` of a day, not later than ``moment``, that are told under any of ``keys``, in their order."""
    return [alert for alert in not_after(alerts, day=day, moment=moment) if keys & told_under(alert)]


def not_after(alerts: Iterable[T], *, day: date, moment: datetime) -> list[T]:
    """Those of ``alerts`` of a day that were not raised after ``moment``, in their order."""
    return [alert for alert in alerts if alert.trading_day == day and alert.triggered_at <= moment]
