"""What an online store of ours does, whatever keeps its bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from alertgrade.errors import AlertError
from features.online.layout import Layout, OnlineRecord, Row


class OnlineStoreUnavailable(AlertError):
    """The online store cannot be read or written: missing, broken, or its server does not answer."""


@dataclass(frozen=True, slots=True)
class AccountRows:
    """One account as of one moment of the store: ``rows`` by view; ``record`` is null before anything was loaded."""

    rows: Mapping[str, Row]
    layout: Layout
    record: OnlineRecord | None


class PackedRows(Protocol):
    """Rows by account and view; the newest wins (by the moment it speaks of, then by when it was made)."""

    def create(self, layout: Layout) -> None:
        """Make the store where there is none; one that is there stays, with its own layout."""

    def record(self) -> OnlineRecord | None:
        """What was loaded last; null before that. Raises ``OnlineStoreUnavailable`` where there is no store."""

    def account(self, account: str) -> AccountRows:
        """Read all views of an account, of one and the same state of the store."""

    def accounts(self, accounts: Sequence[str], view: str) -> tuple[list[Row | None], tuple[str, ...]]:
        """Read one view of several accounts, in order, and the view's columns."""

    def view(self, view: str) -> tuple[list[Row], tuple[str, ...]]:
        """Read one view of every account, and the view's columns."""

    def write(self, view: str, names: Sequence[str], rows: Iterable[Row]) -> None:
        """Write rows of columns ``names``; one that is older than what is there is left out."""

    def load(self, record: OnlineRecord, views: Iterator[tuple[str, Iterable[Row]]], *, onto_the_last: bool) -> None:
        """Load ``views`` in bulk beside what is there, then put it in its place at once.

        Readers see the old state until then, and never wait. Rows written meanwhile or before stay if they are newer.
        ``onto_the_last``: what was loaded before stays too, where nothing newer comes.
        """

    def drop(self) -> None:
        """Remove the store."""

    def close(self) -> None:
        """Let go of files and connections."""
