"""The declared control groups (实际控制关系账户组) that the service knows, by the file of ``alertgrade publish``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from rules_baseline.memberships import Memberships
from rules_baseline.related import is_id
from serving.desk_file import DeskFile, dated

MembershipsNow = Callable[[], Memberships]


class DeclaredGroups:
    """The memberships of ``memberships.parquet`` under ``folder``.

    Without it an account's baseline grade does not see its group's alerts, but those attributed to it (``DeskFile``).
    """

    def __init__(self, folder: Path) -> None:
        without = "baseline grades know no declared groups"
        file = folder / "memberships.parquet"
        self._file = DeskFile(file, dated("group_id"), _memberships, Memberships(), without)

    def now(self) -> Memberships:
        """What is known now."""
        return self._file.now()


def _memberships(table: pa.Table) -> Memberships:
    rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
    # No alert names others: the service does not take their ids (serving.requests).
    return Memberships.of_rows(row for row in rows if is_id(row[0]) and is_id(row[1]))
