"""Files larger than the memory allowed go through, with the same result as small ones."""

from __future__ import annotations

import tempfile

import pytest

from benchmarks import imports
from features.events import workspace
from features.events.load import load_events
from features.events.mapping import read_mapping
from features.events.mapping_run import run_mapping

HEADER = (
    "event_time,trading_day,exchange,contract,account_id,order_id,event,side,offset,hedge,order_type,time_in_force,"
    "price,volume,cancelled_by,ip,mac,via_relay,seq\n"
)
ORDER = (
    "2026-01-05T01:30:00.{0:06d}Z,2026-01-05,SHFE,rb2605,A{0},O{0},accepted,buy,open,speculation,limit,GFD,3500,2,,"
    "10.0.0.1,aa-{0}-{0}-{0},false,{0}\n"
)
ROWS = 120_000
BROKEN = range(7, ROWS, 1000)


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """Where temporary files go."""
    place = tmp_path / "scratch"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


@pytest.fixture
def much(folder):
    """Orders of about 20 MB: one in a thousand broken, the last one twice."""
    lines = [ORDER.format(n) for n in range(ROWS)]
    for n in BROKEN:
        lines[n] = lines[n].replace("buy", "hold")
    (folder / "orders.csv").write_text(HEADER + "".join(lines) + lines[-1])
    return folder


def test_under_a_bound_below_the_size_of_the_data_every_row_is_accounted_for(much, scratch, monkeypatch, reasons):
    monkeypatch.setattr(workspace, "MEMORY", "64MB")
    with load_events(much, pseudonym_key=b"k" * 32, large=0) as events:
        assert events.backend.con.execute("SELECT count(*) FROM duckdb_databases() WHERE path IS NOT NULL").fetchall()
        orders = {table.table: table for table in events.summary.tables}["orders"]
        assert (orders.read, orders.quarantined, orders.duplicates) == (ROWS + 1, len(BROKEN), 1)
        assert events.table("orders").count().execute() == ROWS - len(BROKEN)
        assert [line for _, line, _ in reasons(events)] == [n + 2 for n in BROKEN]
    assert list(scratch.iterdir()) == []


def test_the_engine_is_held_to_the_bound_while_it_loads_and_not_afterwards(folder, scratch, monkeypatch):
    monkeypatch.setattr(workspace, "MEMORY", "256MB")
    limit = "SELECT current_setting('memory_limit')"
    with load_events(folder, pseudonym_key=b"k" * 32) as small:
        usual = small.backend.con.execute(limit).fetchall()
    place = workspace.Workspace(None, size=2, large=1)
    with place.bounded():
        assert place.backend.con.execute(limit).fetchall() == [("244.1 MiB",)]
    assert place.backend.con.execute(limit).fetchall() == usual
    place.close()


@pytest.mark.parametrize(("size", "is_large"), [(9, False), (10, False), (11, True)])
def test_what_is_large_goes_to_a_file_that_is_removed_at_the_end(scratch, size, is_large):
    place = workspace.Workspace(None, size, large=10)
    assert any(scratch.glob("*/raw.duckdb")) is is_large
    place.close()
    assert list(scratch.iterdir()) == []


def test_a_fault_of_the_whole_leaves_nothing_behind(folder, scratch):
    (folder / "trades.csv").write_text("no,such,columns\n")
    with pytest.raises(Exception, match="has no column"):
        load_events(folder, pseudonym_key=b"k" * 32, large=0)
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize(("name", "size"), [("a.csv", 10), ("a.csv.gz", 60), ("a.parquet", 60)])
def test_compressed_files_count_for_more_than_their_bytes(tmp_path, name, size):
    (tmp_path / name).write_bytes(b"x" * 10)
    assert workspace.size_as_text([tmp_path / name]) == size


MAPPING = """\
tables:
  orders:
    - &block
      where: {side: [buy]}
      columns: {COLUMNS}
    - {<<: *block, where: {side: hold}}
"""


def test_an_import_under_a_low_bound_writes_every_row_in_order(much, scratch, monkeypatch, tmp_path):
    monkeypatch.setattr(workspace, "MEMORY", "64MB")
    monkeypatch.setattr(workspace, "LARGE", 0)
    columns = ", ".join(f"{name}: {{from: {name}}}" for name in HEADER.strip().split(","))
    (tmp_path / "m.yaml").write_text(MAPPING.replace("COLUMNS", columns))
    result = run_mapping(much / "orders.csv", tmp_path / "out", read_mapping(tmp_path / "m.yaml"))
    assert (result.rows_read, result.tables) == (ROWS + 1, {"orders": ROWS + 1})
    import pyarrow.parquet as pq

    numbers = pq.read_table(tmp_path / "out" / "orders.parquet")["seq"].to_pylist()
    assert numbers == [*range(ROWS), ROWS - 1]
    assert list(scratch.iterdir()) == []


def test_the_benchmark_measures_a_load_in_a_process_of_its_own(tmp_path):
    rows = imports.write(tmp_path, 1)
    seconds, peak = imports.measured("check", tmp_path / "gbk")
    assert rows == imports.ROWS_PER_MB
    assert seconds > 0
    assert 0 < peak < imports.LIMIT
