"""Feast's online store over packed rows: class and configuration, named in ``feature_store.yaml``."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from features.quiet_feast import quiet_feast

with quiet_feast():
    from feast.infra.online_stores.online_store import OnlineStore
    from feast.protos.feast.types.Value_pb2 import Value
    from feast.repo_config import FeastConfigBaseModel

from features.online.address import open_rows
from features.online.layout import Row, instant_of, microseconds, pack, unpack
from features.online.rows import AccountRows, PackedRows

_NULL = Value()
_Found = tuple[datetime | None, dict[str, Any] | None]


class PackedOnlineStoreConfig(FeastConfigBaseModel):  # type: ignore[misc]  # feast publishes no types
    """Where the rows are: the path of a SQLite file, or ``redis://``."""

    type: str = "features.online.packed.PackedOnlineStore"
    address: str


class PackedOnlineStore(OnlineStore):  # type: ignore[misc]
    """One packed row an account and view; the newest wins, whatever the order of writes."""

    def __init__(self) -> None:
        self._open: tuple[str, PackedRows] | None = None
        self._request = threading.local()  # .account: what the request of this thread has read of its one account

    def online_write_batch(
        self,
        config: Any,
        table: Any,
        data: Sequence[tuple[Any, dict[str, Any], datetime, datetime | None]],
        progress: Callable[[int], Any] | None,
    ) -> None:
        """Write rows of one view; without a creation instant a row counts as made when it speaks of."""
        names = _columns(table)
        rows = [
            Row(_account(key), microseconds(event), microseconds(created or event), pack(names, _numbers(values)))
            for key, values, event, created in data
        ]
        self._rows(config).write(table.name, names, rows)
        if progress:
            progress(len(rows))

    def online_read(
        self, config: Any, table: Any, entity_keys: Sequence[Any], requested_features: list[str] | None = None
    ) -> list[_Found]:
        """Read one view of several accounts; (None, None) for an account it has nothing of."""
        rows, names = self._read(config, [_account(key) for key in entity_keys], table.name)
        wanted = requested_features or _columns(table)
        return [(None, None) if row is None else _values(row, names, wanted) for row in rows]

    def _read_features_per_fv(
        self, config: Any, grouped_refs: Any, join_key_values: dict[str, Sequence[Any]], *rest: Any
    ) -> None:
        """Feast asks for a view at a time; all views of one account are one read, of one state of the store."""
        keys = list(join_key_values.values())
        if len(keys) == 1 and len(keys[0]) == 1:
            self._request.account = self._rows(config).account(keys[0][0].string_val)
        try:
            super()._read_features_per_fv(config, grouped_refs, join_key_values, *rest)
        finally:
            self._request.account = None

    def update(
        self,
        config: Any,
        tables_to_delete: Sequence[Any],
        tables_to_keep: Sequence[Any],
        entities_to_delete: Sequence[Any],
        entities_to_keep: Sequence[Any],
        partial: bool,
    ) -> None:
        """Make the store where there is none; views come and go with the next materialisation."""
        self._rows(config).create({view.name: tuple(_columns(view)) for view in tables_to_keep})

    def teardown(self, config: Any, tables: Sequence[Any], entities: Sequence[Any]) -> None:
        """Remove the store."""
        self._rows(config).drop()

    def _read(self, config: Any, accounts: list[str], view: str) -> tuple[list[Row | None], tuple[str, ...]]:
        found: AccountRows | None = getattr(self._request, "account", None)
        if found is None:
            return self._rows(config).accounts(accounts, view)
        return [found.rows.get(view)], found.layout.get(view, ())

    def _rows(self, config: Any) -> PackedRows:
        address = str(config.online_store.address)
        if self._open is None or self._open[0] != address:
            self._open = (address, open_rows(address))
        return self._open[1]


def _columns(table: Any) -> list[str]:
    return [field.name for field in table.features]


def _account(key: Any) -> str:
    return str(key.entity_values[0].string_val)


def _numbers(values: dict[str, Any]) -> dict[str, float | None]:
    return {name: (v.double_val if v.HasField("double_val") else None) for name, v in values.items()}


def _values(row: Row, names: Sequence[str], wanted: Sequence[str]) -> _Found:
    numbers = unpack(names, row.payload)
    return instant_of(row.event_us), {
        name: _NULL if (number := numbers.get(name)) is None else Value(double_val=number) for name in wanted
    }
