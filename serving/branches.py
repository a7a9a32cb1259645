"""Which branch (营业部) an account was of on a day, by the file that ``alertgrade publish`` writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa

from rules_baseline.memberships import Span, valid_on
from serving.desk_file import DeskFile, dated

BranchOf = Callable[[str, date], str | None]
LONGEST = 200  # characters of a name
_Rows = dict[str, list[Span]]


class Branches:
    """The branches of ``branches.parquet`` under ``folder``; without it every branch is unknown (``DeskFile``)."""

    def __init__(self, folder: Path) -> None:
        without = "alerts are recorded without their accounts' branches"
        self._file = DeskFile[_Rows](folder / "branches.parquet", dated("branch"), _by_account, {}, without)

    def of(self, account_id: str, day: date) -> str | None:
        """The branch valid on trading day ``day`` (from its first day on, before its last); ``None``: not known."""
        return next(iter(valid_on(self._file.now().get(account_id, ()), day)), None)


def _by_account(table: pa.Table) -> _Rows:
    found: _Rows = {}
    for account_id, branch, first, end in zip(*(column.to_pylist() for column in table.columns), strict=True):
        found.setdefault(account_id, []).append((branch.replace("\x00", "")[:LONGEST], first, end))
    return found
