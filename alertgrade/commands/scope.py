"""Which rules and trading days a command line asks for."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from alertgrade.errors import AlertError

if TYPE_CHECKING:
    from rules_baseline.scope import Scope


def scope_of(only: str | None, first: str | None, last: str | None) -> Scope:
    """The scope of ``--only``, ``--from`` and ``--to``; raises ``AlertError`` for a day that is none."""
    from rules_baseline.scope import Scope

    ids = None if only is None else frozenset(name.strip() for name in only.split(",") if name.strip())
    return Scope(ids, day_of(first, "--from"), day_of(last, "--to"))


def day_of(text: str | None, option: str) -> date | None:
    """A trading day as typed, None where it was not.

    >>> day_of("2026-03-02", "--day")
    datetime.date(2026, 3, 2)
    """
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise AlertError(f"{option} {text!r}", "wanted a trading day such as 2026-03-02") from error
