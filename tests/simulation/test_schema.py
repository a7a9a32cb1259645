"""The synthetic tables are what the raw-event contract asks for, to the letter."""

from __future__ import annotations

from typing import Any

import pyarrow.parquet as pq
import pytest

from features.events.load import load_events
from features.events.schema import TABLES, Kind
from simulation.writer import ARROW_TYPES, write_table

LATER = {"alerts", "dispositions"}  # made by the rules and the synthetic investigator
WRITTEN = sorted(set(TABLES) - LATER)


def test_every_table_but_alerts_and_dispositions_is_written_and_nothing_else(market: Any) -> None:
    assert sorted(path.stem for path in market.folder.glob("*.parquet")) == WRITTEN
    assert sorted(market.result.rows) == WRITTEN


@pytest.mark.parametrize("name", WRITTEN)
def test_columns_types_and_order_are_the_contract_s(market: Any, name: str) -> None:
    schema = pq.read_schema(market.folder / f"{name}.parquet")
    assert schema.names == list(TABLES[name].column_names)
    assert [field.type for field in schema] == [ARROW_TYPES[column.kind] for column in TABLES[name].columns]


@pytest.mark.parametrize("name", WRITTEN)
def test_nulls_values_and_minima_are_allowed_ones(market: Any, name: str) -> None:
    table = pq.read_table(market.folder / f"{name}.parquet")
    for column in TABLES[name].columns:
        values = table[column.name]
        assert column.nullable or values.null_count == 0, column.name
        if column.values:
            assert set(values.to_pylist()) <= {*column.values, None}, column.name
        if column.minimum is not None:
            assert all(value >= column.minimum for value in values.to_pylist() if value is not None), column.name
        if column.kind is Kind.TEXT:
            assert "" not in values.to_pylist()


@pytest.mark.parametrize("name", [name for name in WRITTEN if TABLES[name].validity_key])
def test_validity_rows_of_one_key_do_not_overlap(market: Any, name: str) -> None:
    assert not market.table(name).duplicated(list(TABLES[name].validity_key)).any()


def test_the_loader_finds_no_fault(market: Any) -> None:
    with load_events(market.folder, pseudonym_key=b"k" * 32) as events:
        found = events.summary
    assert (found.quarantined, [t.table for t in found.tables if t.duplicates]) == (0, [])
    assert (found.trades_without_accept, found.cancels_without_accept) == (0, 0)
    assert not found.overlaps
    assert not found.unknown_contracts
    assert not found.reasons


def test_groups_and_accounts_share_no_name(market: Any) -> None:
    assert not set(market.table("control_groups")["group_id"]) & set(market.table("accounts")["account_id"])


def test_a_null_where_the_contract_forbids_it_is_refused(tmp_path: Any) -> None:
    columns: dict[str, Any] = {name: [None] for name in TABLES["position_limits"].column_names}
    with pytest.raises(ValueError, match=r"position_limits\.exchange"):
        write_table(tmp_path, TABLES["position_limits"], columns)


def test_a_missing_column_is_refused(tmp_path: Any) -> None:
    with pytest.raises(ValueError, match="differ from the schema"):
        write_table(tmp_path, TABLES["position_limits"], {"exchange": ["SHFE"]})
