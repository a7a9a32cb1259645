"""Suspected groups taken as if they were declared: read from a CSV, and laid over loaded events for a while."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from alertgrade.errors import AlertError
from features.events import table_check
from features.events.groups import create_memberships

ALWAYS = date(1970, 1, 1)
FOREVER = date(9999, 12, 31)
_COLUMNS = "group_id, account_id, optional valid_from and valid_to"


@dataclass(frozen=True, slots=True, order=True)
class Member:
    """An account in a suspected group on days ``[valid_from, valid_to)``; None: no end."""

    group_id: str
    account_id: str
    valid_from: date = ALWAYS
    valid_to: date | None = None


class AsIfDeclared:
    """``features.events.load.Events`` with other control groups: what differs is said here, the rest is passed on."""

    def __init__(self, events: Any, members: Sequence[Member]) -> None:
        self._events = events
        told = repr(sorted(map(astuple, members), key=repr))
        self.digest = hashlib.sha256(f"{events.digest} merged {told}".encode()).hexdigest()

    def has(self, name: str) -> bool:
        """Whether a raw table is there; ``control_groups`` is."""
        return name == "control_groups" or bool(self._events.has(name))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._events, name)


def read_members(file: Path) -> list[Member]:
    """Read a CSV with a heading: group_id, account_id, and valid_from, valid_to where wanted; others are passed over.

    Empty dates are open ends. Raises ``AlertError`` naming the line for a missing value or a date that is none.
    """
    try:
        with Path(file).open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            names = [name.strip() for name in reader.fieldnames or ()]
            reader.fieldnames = names
            if not {"group_id", "account_id"} <= set(names):
                raise AlertError(f"{file} has the columns {', '.join(names) or 'of nothing'}", f"wanted {_COLUMNS}")
            found = [_member(f"line {reader.line_num} of {file}", row) for row in reader if any(row.values())]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise AlertError(f"{file} cannot be read ({error})", f"wanted a CSV of {_COLUMNS}") from error
    if not found:
        raise AlertError(f"{file} names no account", f"wanted a CSV of {_COLUMNS}")
    return sorted(set(found), key=repr)


def _member(where: str, row: dict[str, str | None]) -> Member:
    values = {name: (text or "").strip() for name, text in row.items() if isinstance(text, str)}
    if not values.get("group_id") or not values.get("account_id"):
        raise AlertError(f"{where} lacks group_id or account_id", f"wanted {_COLUMNS}")
    try:
        starts, ends = (
            date.fromisoformat(values[name]) if values.get(name) else None for name in ("valid_from", "valid_to")
        )
    except ValueError as error:
        raise AlertError(f"{where}: {error}", "wanted dates such as 2026-03-02") from error
    if ends is not None and ends <= (starts or ALWAYS):
        raise AlertError(f"{where}: valid_to {ends} is not after valid_from", "wanted valid_from < valid_to")
    return Member(values["group_id"], values["account_id"], starts or ALWAYS, ends)


@contextmanager
def as_if_declared(events: Any, members: Sequence[Member]) -> Iterator[Any]:
    """``events`` while the groups of ``members`` are declared ones; as they were when the block ends.

    While an account is in a merged group it is in no other declared one. Raises ``AlertError`` where an account is in
    two merged groups on a day, or a group's id is that of an account.
    """
    _refuse_two_at_once(members)
    connection = events.backend.con
    before = connection.sql("SELECT * FROM control_groups").to_arrow_table()
    try:
        _replace(connection, pa.Table.from_pylist(_laid_over(before.to_pylist(), members), schema=before.schema))
        table_check.refuse_shared_names(connection)
        create_memberships(connection)
        yield AsIfDeclared(events, members)
    finally:
        _replace(connection, before)
        create_memberships(connection)


def _replace(connection: Any, groups: pa.Table) -> None:
    connection.register("groups_arriving", groups)
    connection.execute("CREATE OR REPLACE TABLE control_groups AS SELECT * FROM groups_arriving")
    connection.unregister("groups_arriving")


def _laid_over(rows: Iterable[dict[str, Any]], members: Sequence[Member]) -> list[dict[str, Any]]:
    """The rows of ``control_groups`` with ``members`` in front: what they cover of others is cut away."""
    kept = list(rows)
    for member in members:
        left = []
        for row in kept:
            same_group = row["group_id"] == member.group_id
            covered = row["account_id"] == member.account_id and (row["declared"] or same_group)
            left += _outside(row, member) if covered else [row]
        kept = left
    merged = [
        {"group_id": m.group_id, "account_id": m.account_id, "declared": True, "valid_from": m.valid_from}
        | {"valid_to": m.valid_to}
        for m in members
    ]
    return kept + merged


def _outside(row: dict[str, Any], member: Member) -> list[dict[str, Any]]:
    """What is left of a row before and after the days of ``member``."""
    starts, ends = row["valid_from"], row["valid_to"] or FOREVER
    before = {**row, "valid_to": min(ends, member.valid_from)}
    after = {**row, "valid_from": max(starts, member.valid_to or FOREVER)}
    found = [before] if starts < before["valid_to"] else []
    if before in found and before["valid_to"] == FOREVER:
        before["valid_to"] = None
    return found + ([after] if after["valid_from"] < ends else [])


def _refuse_two_at_once(members: Sequence[Member]) -> None:
    last: dict[str, Member] = {}
    for member in sorted(members, key=lambda m: (m.account_id, m.valid_from, m.group_id)):
        other = last.get(member.account_id)
        if other is not None and member.valid_from < (other.valid_to or FOREVER):
            raise AlertError(
                f"{member.account_id} is in the merged groups {other.group_id} and {member.group_id} at once",
                "wanted one merged group an account and day",
                "drop a line, or give them dates that do not meet",
            )
        last[member.account_id] = member
