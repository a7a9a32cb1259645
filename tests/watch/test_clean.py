"""A file is taken without the full check only where that check would take it as it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from alertgrade.watch.clean import clean_parquet, is_clean
from alertgrade.watch.door import Door
from alertgrade.watch.intake import Delivery
from rules_baseline.batches import arrow_schema
from tests.watch.conftest import busy_market

Change = Callable[[pa.Table], pa.Table]
ORDERS = pa.Table.from_pylist(busy_market(size=3).orders, schema=arrow_schema("orders"))
TRADES = pa.Table.from_pylist(busy_market(size=3).trades, schema=arrow_schema("trades"))


def first(name: str, value: Any) -> Change:
    """The first row's value of a column is another."""

    def changed(table: pa.Table) -> pa.Table:
        values = [value, *table[name].to_pylist()[1:]]
        return table.set_column(table.column_names.index(name), name, pa.array(values, table.schema.field(name).type))

    return changed


def retyped(name: str, kind: pa.DataType) -> Change:
    return lambda table: table.set_column(table.column_names.index(name), name, table[name].cast(kind))


@pytest.mark.parametrize(
    ("table", "change"),
    [
        (ORDERS, first("exchange", "NYSE")),
        (ORDERS, first("exchange", None)),
        (ORDERS, first("event_time", None)),
        (ORDERS, first("account_id", "")),
        (ORDERS, first("account_id", " A1")),
        (ORDERS, first("order_id", "o1\t")),
        (ORDERS, first("ip", "")),
        (ORDERS, first("cancelled_by", "nobody")),
        (ORDERS, first("volume", -1)),
        (TRADES, first("volume", 0)),
        (ORDERS, retyped("volume", pa.float64())),
        (ORDERS, retyped("event_time", pa.timestamp("ns"))),
        (ORDERS, retyped("event_time", pa.timestamp("us", "UTC"))),
        (ORDERS, retyped("trading_day", pa.string())),
        (ORDERS, lambda table: table.drop(["side"])),
    ],
)
def test_what_the_full_check_would_refuse_or_change_is_not_clean(table: pa.Table, change: Change) -> None:
    name = "trades" if table is TRADES else "orders"
    assert is_clean(name, table)
    assert not is_clean(name, change(table))


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table,
        lambda table: table.drop(["seq", "ip"]),  # may be missing
        lambda table: table.append_column("note", pa.array(["x"] * table.num_rows)),  # is passed over
        first("volume", 0),
        first("price", Decimal(-1)),
        first("ip", "10.0.0.1"),
        lambda table: table.slice(0, 0),
    ],
)
def test_a_clean_file_gives_the_rows_of_the_full_check(
    change: Change, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "orders.parquet"
    pq.write_table(change(ORDERS), file)
    quick = clean_parquet("orders", file)
    monkeypatch.setattr("alertgrade.watch.door.clean_parquet", lambda *_: None)
    door = Door()
    full = door.admit(Delivery(("1",), files={"orders": file})).tables["orders"]
    door.close()
    assert quick is not None
    order = [("event_time", "ascending"), ("order_id", "ascending")]
    assert quick.sort_by(order).equals(full.sort_by(order))


def test_a_time_with_a_zone_goes_through_the_full_check(tmp_path: Path) -> None:
    moment = ORDERS["event_time"][0].as_py().replace(tzinfo=UTC)
    file = tmp_path / "orders.parquet"
    pq.write_table(retyped("event_time", pa.timestamp("us", "UTC"))(ORDERS), file)
    door = Door()
    [found, *_] = door.admit(Delivery(("1",), files={"orders": file})).tables["orders"]["event_time"].to_pylist()
    door.close()
    assert isinstance(found, datetime)
    assert found == moment.replace(tzinfo=None)
