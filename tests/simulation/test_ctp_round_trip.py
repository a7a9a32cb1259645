"""A market written as CTP records and read back is the same market, to the second; docs/ctp.md lists what is lost."""

from __future__ import annotations

import gzip
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from features.events.ctp_config import read_ctp_config
from features.events.ctp_import import import_ctp
from features.events.load import load_events
from rules_baseline.replay import run_rules
from simulation.ctp_form import write_ctp
from simulation.market import simulate

KEY = b"k" * 32
AS_IS = ("accounts", "contracts", "contract_days", "opening_limits", "position_limits", "cash_flows", "account_days")

# The market with what CTP cannot carry taken out: fractions of seconds, fees, who did not say who cancelled. The
# place in the day's one order of events stands in `seq`, so that nothing of the order is lost with the fractions.
REFERENCE = """
CREATE TABLE places AS
SELECT *, row_number() OVER (PARTITION BY trading_day ORDER BY event_time, seq NULLS LAST, kind, name, order_id, side,
                             exchange) AS place
FROM (SELECT exchange, trading_day, order_id, event, event_time, seq, CASE event WHEN 'cancelled' THEN 1 ELSE 0 END
             AS kind, order_id AS name, '' AS side FROM '{folder}/orders.parquet'
      UNION ALL SELECT exchange, trading_day, order_id, 'traded', event_time, seq, 0, trade_id, side
      FROM '{folder}/trades.parquet');
COPY (SELECT o.* REPLACE (date_trunc('second', o.event_time) AS event_time, p.place AS seq,
                          CASE WHEN o.event = 'cancelled' THEN coalesce(o.cancelled_by, 'client') END AS cancelled_by)
      FROM '{folder}/orders.parquet' AS o JOIN places AS p USING (exchange, trading_day, order_id, event)
      ORDER BY trading_day, place) TO '{out}/orders.parquet';
COPY (SELECT t.* REPLACE (date_trunc('second', t.event_time) AS event_time, p.place AS seq, NULL::DECIMAL(20, 4)
                          AS fee, NULL::DECIMAL(20, 4) AS exchange_fee)
      FROM '{folder}/trades.parquet' AS t JOIN places AS p ON p.event = 'traded' AND p.exchange = t.exchange
           AND p.trading_day = t.trading_day AND p.name = t.trade_id AND p.side = t.side AND p.order_id = t.order_id
      ORDER BY t.trading_day, place) TO '{out}/trades.parquet';
COPY (SELECT * REPLACE (date_trunc('second', event_time) AS event_time) FROM '{folder}/logins.parquet')
     TO '{out}/logins.parquet';
"""


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A small market, its CTP form, the market to the second, and the market read back."""
    base = tmp_path_factory.mktemp("ctp")
    found = {name: base / name for name in ("market", "records", "reference", "imported")}
    simulate(found["market"], accounts=60, days=5, seed=7)
    write_ctp(found["market"], found["records"])
    found["reference"].mkdir()
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        db.execute(REFERENCE.format(folder=found["market"], out=found["reference"]))
    for file in found["market"].glob("*.parquet"):
        if not (found["reference"] / file.name).exists():
            (found["reference"] / file.name).write_bytes(file.read_bytes())
    import_ctp(found["records"], found["imported"], read_ctp_config(found["records"]))
    return found


@pytest.fixture(scope="module")
def both(folders):
    """The reference and the import, loaded."""
    with (
        load_events(folders["reference"], pseudonym_key=KEY) as reference,
        load_events(folders["imported"], pseudonym_key=KEY) as imported,
    ):
        yield reference, imported


def same(one, other):
    left, right = one.to_pandas(), other.to_pandas()
    assert len(left) > 0
    columns = list(left.columns)
    left = left.sort_values(columns, ignore_index=True)
    right = right.sort_values(columns, ignore_index=True)
    for column in columns:
        assert (left[column].eq(right[column]) | (left[column].isna() & right[column].isna())).all(), column
    assert len(left) == len(right)


def test_nothing_is_set_aside_and_nothing_is_left_over(both):
    _, imported = both
    summary = imported.summary
    assert summary.quarantined == 0
    assert summary.trades_without_accept == summary.cancels_without_accept == 0
    assert sum(table.duplicates for table in summary.tables) == 0


@pytest.mark.parametrize("table", [*AS_IS, "control_groups", "positions", "notices"])
def test_tables_that_ctp_does_not_carry_come_through_as_they_are(both, table):
    reference, imported = both
    same(reference.table(table), imported.table(table))


def test_orders_accepted_and_cancelled_are_equal_in_every_column_and_in_their_order(both):
    orders = [events.table("orders") for events in both]
    same(*(table.filter(table.event != "rejected") for table in orders))


def test_rejected_orders_are_equal_but_for_the_id_of_those_that_never_reached_the_exchange(both):
    orders = [events.table("orders") for events in both]
    rejected = [table.filter(table.event == "rejected").drop("order_id", "seq") for table in orders]
    same(*rejected)
    ids = [set(table.filter(table.event == "rejected").order_id.to_pandas()) for table in orders]
    renamed = {order_id for order_id in ids[1] if order_id.startswith("ctp-")}
    assert renamed
    assert ids[1] - renamed < ids[0]


def test_trades_are_equal_but_for_the_fees(both):
    same(*(events.table("trades") for events in both))


def test_logins_are_equal(both):
    same(*(events.table("logins") for events in both))


def test_the_rules_say_the_same_of_both(both, tmp_path):
    found = []
    for name, events in zip(("reference", "imported"), both, strict=True):
        file = tmp_path / name / "alerts.parquet"
        run_rules(events, file, state_dir=tmp_path / name / "state")
        found.append(pd.read_parquet(file).sort_values("alert_id", ignore_index=True))
    reference, imported = found
    assert len(reference) > 0
    pd.testing.assert_frame_equal(reference, imported)


def test_the_same_market_gives_the_same_records_and_tables_byte_for_byte(folders, tmp_path):
    write_ctp(folders["market"], tmp_path / "records")
    names = sorted(file.name for file in folders["records"].iterdir())
    assert names == sorted(file.name for file in (tmp_path / "records").iterdir())
    for name in names:
        assert (folders["records"] / name).read_bytes() == (tmp_path / "records" / name).read_bytes(), name
    import_ctp(tmp_path / "records", tmp_path / "again", read_ctp_config(tmp_path / "records"), threads=1)
    for file in folders["imported"].iterdir():
        assert file.read_bytes() == (tmp_path / "again" / file.name).read_bytes(), file.name


def test_gbk_and_gzip_change_nothing(folders, tmp_path):
    records = tmp_path / "records"
    records.mkdir()
    for file in folders["records"].iterdir():
        (records / file.name).write_bytes(file.read_bytes())
    text = (records / "orders.csv").read_text(encoding="utf-8")
    (records / "orders.csv").unlink()
    (records / "orders.csv.gz").write_bytes(gzip.compress(text.encode("gbk")))
    import_ctp(records, tmp_path / "out", read_ctp_config(records))
    assert (tmp_path / "out" / "orders.parquet").read_bytes() == (folders["imported"] / "orders.parquet").read_bytes()
