"""A ledger of the first release becomes one of today's, without loss of a row."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from ledger import migrations
from ledger.errors import LedgerError
from ledger.ledger import Ledger
from ledger.schema import ENTRIES, METADATA
from tests.ledger.postgres import fresh_database

OLD = Path(__file__).with_name("first_release.sql").read_text()
ENTRY_COLUMNS = [column.name for column in ENTRIES.columns]


@pytest.fixture
def old(url):
    """A file as the first release wrote it: 19 entries, no version."""
    raw = sqlite3.connect(url.removeprefix("sqlite:///"))
    raw.executescript(OLD)
    rows = raw.execute("SELECT * FROM entries ORDER BY seq").fetchall()
    alerts = raw.execute("SELECT alert_id, grade, outcome, degraded FROM alerts ORDER BY alert_id").fetchall()
    raw.close()
    return rows, alerts


def shape(url):
    engine = create_engine(url)
    found = inspect(engine)
    tables = {
        name: sorted((column["name"], str(column["type"]), column["nullable"]) for column in found.get_columns(name))
        for name in found.get_table_names()
    }
    engine.dispose()
    return tables


def triggers(url):
    with sqlite3.connect(url.removeprefix("sqlite:///")) as raw:
        return sorted(raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall())


def test_every_row_of_the_first_release_is_there_and_the_chain_verifies(old, url, clock):
    rows, alerts = old
    ledger = Ledger(url, clock)
    assert [tuple(getattr(entry, name) for name in ENTRY_COLUMNS) for entry in ledger.entries()] == rows
    found = [(row["alert_id"], row["grade"], row["outcome"], row["degraded"]) for row in ledger.alerts().rows]
    assert sorted(found) == alerts
    assert ledger.verify().intact
    ledger.append("note", "goes on", {})
    assert ledger.verify().entries == len(rows) + 1
    ledger.close()


def test_an_upgraded_store_has_the_tables_and_guards_of_a_new_one(old, url, clock, tmp_path):
    fresh = f"sqlite:///{tmp_path / 'fresh.db'}"
    for address in (url, fresh):
        Ledger(address, clock).close()
    assert shape(url) == shape(fresh)
    assert triggers(url) == triggers(fresh)


def test_opening_an_upgraded_store_again_changes_nothing(old, url, clock):
    Ledger(url, clock).close()
    file = Path(url.removeprefix("sqlite:///"))
    with sqlite3.connect(file) as raw:
        before = list(raw.iterdump())
    Ledger(url, clock).close()
    with sqlite3.connect(file) as raw:
        assert list(raw.iterdump()) == before


def test_the_steps_end_at_the_version_that_a_new_store_is_given():
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == migrations.LATEST


def test_a_store_of_a_later_version_is_refused(url, clock):
    Ledger(url, clock).close()
    with sqlite3.connect(url.removeprefix("sqlite:///")) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    with pytest.raises(LedgerError, match="not of a known version"):
        Ledger(url, clock)


def test_a_store_of_the_first_release_on_postgresql_is_brought_up_too(old, clock):
    rows, _ = old
    with fresh_database() as url:
        engine = create_engine(url)
        with engine.begin() as connection:
            METADATA.tables["entries"].create(connection)
            METADATA.tables["head"].create(connection)
            for name in ("entries_no_change", "entries_no_truncate"):
                connection.execute(text(f"DROP TRIGGER {name} ON entries"))
            connection.execute(ENTRIES.insert(), [dict(zip(ENTRY_COLUMNS, row, strict=True)) for row in rows])
            head = {"id": 1, "seq": rows[-1][0], "hash": rows[-1][-1]}
            connection.execute(METADATA.tables["head"].insert(), head)
        ledger = Ledger(url, clock)
        assert ledger.verify().intact
        assert len(ledger.alerts().rows) == 7
        ledger.close()
        assert sorted(shape(url)) == sorted(METADATA.tables)
        engine.dispose()
